"""Twenty invented civil-society partners: what they offer carers, and a hundred activities in the months to come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from demo.seed.directory_partners import PARTNER_ROWS, Offer, PartnerRow, SessionRow
from services.directory.domain.activity import STEP, Repeats, Session
from services.directory.domain.organization import Location
from services.directory.domain.support_service import Attend, Listing, Schedule, Weekday
from services.referral.adapters.holidays import swedish_calendar
from shared.kernel.clock import SWEDEN, swedish_day

STOCKHOLM = "0180"
WEEK = timedelta(days=7)
# how long a group goes on before it plans anew
TERM = timedelta(days=63)
# from when to when groups are at home, as (month, day): the schools' Christmas holidays
CHRISTMAS = ((12, 23), (1, 6))
WEEKDAYS = tuple(Weekday)
SIGN_UP = {
    Attend.DROP_IN: "Kom som du är.",
    Attend.BOOKING: "Ring eller mejla oss, så sparar vi en plats.",
    Attend.THROUGH_ADVISER: "Ring oss först.",
}


@dataclass(frozen=True)
class Partner:
    """One organisation. ``assured_ago``: how long ago its listings were last assured."""

    slug: str
    name: str
    description: str
    web: str
    phone: str
    assured_ago: timedelta
    listings: tuple[Listing, ...]
    sessions: tuple[SessionRow, ...]
    place: Location


def _partner(number: int, row: PartnerRow) -> Partner:
    place = Location(
        name=row.place,
        address=row.address,
        postal_code=row.postal_code,
        city="Stockholm",
        area=f"{STOCKHOLM}-{row.district}",
        accessibility=row.accessibility,
    )
    phone = f"070-174 06 {10 + number:02d}"
    return Partner(
        slug=f"partner-{number}",
        name=row.name,
        description=row.description,
        web=row.web,
        phone=phone,
        assured_ago=timedelta(days=row.assured_days_ago),
        listings=tuple(_listing(offer, row, place, phone) for offer in row.offers),
        sessions=row.sessions,
        place=place,
    )


def _listing(offer: Offer, row: PartnerRow, place: Location, phone: str) -> Listing:
    digital = "digital-support" in offer.forms
    hours = (Schedule(Weekday(offer.weekday), time(offer.opens), time(offer.closes)),) if offer.weekday else ()
    return Listing(
        name=offer.name,
        summary=offer.summary,
        description=offer.description,
        forms=offer.forms,
        target_groups=offer.groups,
        areas=(STOCKHOLM,) if row.whole_city else (f"{STOCKHOLM}-{row.district}",),
        languages=row.languages,
        eligibility=offer.eligibility,
        cost=offer.cost,
        attend=Attend(offer.attend),
        email=f"hej@{row.web}.example.org",
        phone=phone,
        url=f"https://{row.web}.example.org",
        digital=digital,
        location=None if digital else place,
        schedules=() if digital else hours,
    )


PARTNERS: tuple[Partner, ...] = tuple(_partner(number, row) for number, row in enumerate(PARTNER_ROWS, start=1))


def activities_of(partner: Partner, now: datetime) -> list[tuple[int, Session]]:
    """A partner's activities as (number of its support service, session), begun within a hundred days of ``now``.

    One that would meet another of the same support service begins some weeks later.
    """
    spread = int(partner.slug.rpartition("-")[2])
    planned: list[tuple[int, Session]] = []
    for number, row in enumerate(partner.sessions):
        earliest = swedish_day(now) + timedelta(days=3 + number * 14 + spread % 11)
        of_the_same = [session for offer, session in planned if offer == row.offer]
        session = _session(partner, number, row, _first_day(earliest, row))
        while any(_meet(session, other) for other in of_the_same):
            earliest += WEEK
            session = _session(partner, number, row, _first_day(earliest, row))
        planned.append((row.offer, session))
    return planned


def at_home(day: date) -> bool:
    """Whether no group meets that day: public holidays, the eves that are days off in fact, and around Christmas."""
    first, last = CHRISTMAS
    return (day.month, day.day) >= first or (day.month, day.day) <= last or day in swedish_calendar().holidays


def _session(partner: Partner, number: int, row: SessionRow, day: date) -> Session:
    """A row's session, as it is when it begins on that day."""
    listing = partner.listings[row.offer - 1]
    begins = datetime.combine(day, time(row.hour), SWEDEN)
    last = _last_day(day, Repeats(row.repeats))
    return Session(
        title=row.title,
        description=row.description,
        starts_at=begins,
        ends_at=begins + timedelta(minutes=row.minutes),
        repeats=Repeats(row.repeats) if last != day else Repeats.ONCE,
        repeats_until=last if last != day else None,
        place="" if listing.digital else f"{partner.place.name}, {partner.place.address}",
        digital=listing.digital,
        places=(12, 8, 10, 40, 20)[number] if listing.attend is Attend.BOOKING else None,
        sign_up=SIGN_UP[listing.attend],
        cost=listing.cost,
    )


def _meet(one: Session, other: Session) -> bool:
    """Whether both go on at once at any time: whoever leads a group is in one place."""
    before = max(one.starts_at, other.starts_at) + TERM + WEEK
    ours, theirs = (each.occurrences(each.starts_at, before) for each in (one, other))
    return any(begins < over and then < ends for begins, ends in ours for then, over in theirs)


def _first_day(earliest: date, row: SessionRow) -> date:
    day = earliest + timedelta(days=(WEEKDAYS.index(Weekday(row.weekday)) - earliest.weekday()) % 7)
    # what goes on for a weekend ends on another day than it begins
    while at_home(day) or at_home((datetime.combine(day, time(row.hour)) + timedelta(minutes=row.minutes)).date()):
        day += WEEK
    return day


def _last_day(first: date, repeats: Repeats) -> date:
    """The last day of a series: the term's, or the one before the first that groups are at home."""
    day, step = first, STEP.get(repeats)
    while step and day + step <= first + TERM and not at_home(day + step):
        day += step
    return day
