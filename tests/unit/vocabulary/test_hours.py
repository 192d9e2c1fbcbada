"""Times of day and spans of them, by the clock on the wall."""

from __future__ import annotations

from contextlib import suppress
from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.clock import SWEDEN
from shared.vocabulary.hours import (
    Hours,
    HoursAreHalfSaid,
    HoursAreNone,
    NotATimeOfDay,
    TimeHasAZone,
    hours_of,
    parse_time_of_day,
    written,
)
from shared.vocabulary.misread import Misread

MINUTES = st.builds(time, st.integers(0, 23), st.integers(0, 59))


@pytest.mark.parametrize(
    ("typed", "at"),
    [
        ("08:00", time(8)),
        ("8:00", time(8)),
        ("8.30", time(8, 30)),
        ("8", time(8)),
        (" 22 ", time(22)),
        ("08:00:00", time(8)),
        ("00:00", time(0)),
        ("24:00", time(0)),
        ("24", time(0)),
    ],
)
def test_a_time_as_people_and_systems_write_it(typed: str, at: time) -> None:
    """With a colon or a full stop, with or without minutes."""
    assert parse_time_of_day(typed) == at


@pytest.mark.parametrize("typed", ["08:00+02:00", "08:00Z", "08:00 +02:00", "08:00:00-0100", "08.00 CET", "8Z"])
def test_an_offset_is_refused_by_name(typed: str) -> None:
    """It would be another time half the year."""
    with pytest.raises(TimeHasAZone):
        parse_time_of_day(typed)


@pytest.mark.parametrize("typed", ["", "-", "25", "08:60", "24:01", "08:00:30", "0800", "åtta", "٠٨:٠٠", "8-17"])
def test_what_is_no_time_is_refused(typed: str) -> None:
    """Nothing is rounded or guessed."""
    with pytest.raises(NotATimeOfDay):
        parse_time_of_day(typed)


@pytest.mark.parametrize(
    ("begins", "ends", "said", "minutes"),
    [
        ("08:00", "17:00", "08.00–17.00", 540),
        ("22:00", "06:00", "22.00–06.00", 480),
        ("21:00", "24:00", "21.00–24.00", 180),
        ("00:00", "24:00", "00.00–24.00", 1440),
    ],
)
def test_a_span_may_pass_midnight_and_be_all_day(begins: str, ends: str, said: str, minutes: int) -> None:
    """A span is said from where it begins to where it ends, next day or not."""
    span = Hours(parse_time_of_day(begins), parse_time_of_day(ends))
    assert (str(span), span.minutes) == (said, minutes)
    assert span.all_day == (minutes == 1440)


def test_a_span_covers_its_beginning_and_not_its_end() -> None:
    """22 to 6: at 22, at midnight and at 5.59, not at 6."""
    night = Hours(time(22), time(6))
    assert [night.covers(at) for at in (time(22), time(0), time(5, 59), time(6), time(21, 59))] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_a_span_has_two_ends() -> None:
    """None is none; one alone is asked about, and so are two that are the same."""
    assert hours_of(None, None) is None
    for half in ((time(8), None), (None, time(8))):
        with pytest.raises(HoursAreHalfSaid):
            hours_of(*half)
    with pytest.raises(HoursAreNone):
        hours_of(time(8), time(8))
    with pytest.raises(TimeHasAZone):
        Hours(time(8, tzinfo=SWEDEN), time(17))


@given(MINUTES, MINUTES)
def test_a_span_is_read_from_what_is_written(begins: time, ends: time) -> None:
    """The one written form is one that is read."""
    try:
        span = Hours(begins, ends)
    except HoursAreNone:
        assert begins == ends != time(0)
        return
    assert Hours(*map(parse_time_of_day, str(span).split("–"))) == span
    assert parse_time_of_day(written(begins)) == begins
    assert span.covers(begins)
    assert span.covers(ends) == span.all_day


@given(st.text(max_size=20) | st.text("0123456789:.+-Zz ", max_size=12))
def test_a_text_is_a_time_or_refused_by_name(text: str) -> None:
    """No other exception, whatever is typed."""
    with suppress(Misread):
        parse_time_of_day(text)
