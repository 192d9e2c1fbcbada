"""What the demonstration's partners offer could be so: no group on Christmas Eve, a Tuesday group on Tuesdays."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from flask import Flask
from flask_babel import Babel

from demo.seed.directory_listings import PARTNERS, activities_of
from demo.seed.directory_partners import PARTNER_ROWS
from services.directory.domain.activity import Repeats
from services.directory.domain.support_service import Attend
from services.directory.web.words import when
from shared.kernel.clock import SWEDEN

# each day of a year on which somebody may begin a demonstration
DAYS = [datetime(2026, 11, 29, 9, tzinfo=UTC) + timedelta(days=number) for number in range(366)]
FIXED = {(1, 1), (1, 6), (5, 1), (6, 6), (12, 24), (12, 25), (12, 26), (12, 31)}
WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
NAMED = {"måndag": 0, "tisdag": 1, "onsdag": 2, "torsdag": 3, "fredag": 4, "lördag": 5, "söndag": 6}


def easter(year: int) -> date:
    """Easter Sunday by the anonymous Gregorian algorithm (Meeus), so that no library judges itself."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    k = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * k) // 451
    month, day = divmod(h + k - 7 * m + 114, 31)
    return date(year, month, day + 1)


def red(day: date) -> bool:
    """Days when no group would meet, as an almanac has them."""
    moving = {easter(day.year) + timedelta(days=number) for number in (-2, 0, 1, 39)}
    midsummer_eve = next(d for d in (date(day.year, 6, n) for n in range(19, 26)) if d.weekday() == 4)
    return (day.month, day.day) in FIXED or day in moving or day in (midsummer_eve, midsummer_eve + timedelta(days=1))


def test_the_almanac_knows_its_days() -> None:
    """Good Friday, Ascension and Midsummer's Eve of 2027; and an ordinary Monday."""
    assert easter(2027) == date(2027, 3, 28)
    assert all(red(each) for each in (date(2027, 3, 26), date(2027, 5, 6), date(2027, 6, 25), date(2026, 12, 24)))
    assert not red(date(2026, 11, 30))


@pytest.mark.parametrize("partner", PARTNERS, ids=lambda partner: partner.slug)
def test_nobody_meets_on_a_red_day_whenever_the_demonstration_begins(partner) -> None:  # type: ignore[no-untyped-def]
    """Neither the first time nor any other of a series, nor before a weekend away is over."""
    for now in DAYS:
        for _, session in activities_of(partner, now):
            for begins, ends in session.occurrences(now, now + timedelta(days=400)):
                there = {begins.astimezone(SWEDEN).date(), ends.astimezone(SWEDEN).date()}
                assert not any(map(red, there)), f"{session.title} on {there}"
            assert now < session.starts_at < now + timedelta(days=100)


def test_each_session_falls_on_its_day_within_its_hours() -> None:
    """On the weekday that its row or its name says; a series within the hours that the listing tells."""
    for partner, row in zip(PARTNERS, PARTNER_ROWS, strict=True):
        for (number, session), told in zip(activities_of(partner, DAYS[0]), row.sessions, strict=True):
            local = session.starts_at.astimezone(SWEDEN)
            assert WEEKDAYS[local.weekday()] == told.weekday
            named = [day for name, day in NAMED.items() if session.title.lower().startswith(f"{name}sgruppen")]
            assert all(local.weekday() == day for day in named)
            hours = partner.listings[number - 1].schedules
            if told.repeats == "weekly" and hours:
                assert WEEKDAYS[local.weekday()] == hours[0].byday
                assert hours[0].opens_at <= local.time()
                assert session.ends_at.astimezone(SWEDEN).time() <= hours[0].closes_at


@pytest.mark.parametrize("partner", PARTNERS, ids=lambda partner: partner.slug)
def test_no_support_service_has_two_activities_at_once(partner) -> None:  # type: ignore[no-untyped-def]
    """Whenever the demonstration begins, each time of what one support service offers is over before the next."""
    for now in DAYS:
        planned = activities_of(partner, now)
        for number in range(1, len(partner.listings) + 1):
            times = sorted(
                (begins, ends, session.title)
                for offer, session in planned
                if offer == number
                for begins, ends in session.occurrences(now, now + timedelta(days=400))
            )
            for (_, ends, title), (begins, _, following) in pairwise(times):
                assert ends <= begins, f"{title} and {following} on {begins.astimezone(SWEDEN):%d %B %Y}"


def test_a_grant_has_no_next_time() -> None:
    """Money that is applied for is no meeting; nor does whoever comes without booking take a place."""
    grants = 0
    for partner in PARTNERS:
        planned = activities_of(partner, DAYS[0])
        for number, listing in enumerate(partner.listings, start=1):
            if listing.forms == ("financial-support",):
                grants += 1
                assert not [session for offer, session in planned if offer == number]
        for offer, session in planned:
            booked = partner.listings[offer - 1].attend is Attend.BOOKING
            assert (session.places is not None) == booked
            assert booked == ("sparar vi en plats" in session.sign_up)
    assert grants


def test_the_partners_numbers_are_fiction_and_their_own() -> None:
    """In the series that nobody has (070-1740605 to 699), one for each, on all that it offers."""
    numbers = [re.sub(r"\D", "", partner.phone) for partner in PARTNERS]
    assert len(set(numbers)) == len(PARTNERS)
    assert all("0701740605" <= each <= "0701740699" for each in numbers)
    assert all(listing.phone == partner.phone for partner in PARTNERS for listing in partner.listings)


def test_a_weekend_away_is_told_with_both_its_days() -> None:
    """What ends on another day says so; what goes on past midnight keeps its one day."""
    friday = datetime.combine(date(2026, 12, 11), time(17), SWEDEN)
    app = Flask(__name__)
    Babel(app, default_locale="sv", default_timezone="Europe/Stockholm")
    with app.app_context():
        assert ">Fredag 11 december, " in when(friday, friday + timedelta(hours=2))
        assert ">fredag 11 december, " in when(friday, friday + timedelta(hours=2), begins=False), "after a colon"
        assert "17.00–19.00" in when(friday, friday + timedelta(hours=2))
        assert "17.00–02.00" in when(friday, friday + timedelta(hours=9))
        assert "17.00 – söndag 13 december 14.00" in when(friday, friday + timedelta(hours=45))


def test_a_series_of_one_is_told_as_once() -> None:
    """Just before Christmas only one time is left."""
    for partner in PARTNERS:
        for now in DAYS[:40]:
            for _, session in activities_of(partner, now):
                times = session.occurrences(now, now + timedelta(days=400))
                assert (session.repeats is Repeats.ONCE) == (len(times) == 1)
