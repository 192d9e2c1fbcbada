"""Opening hours: over midnight, round the clock, and told by name where they are none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from marshmallow import ValidationError

from services.directory.domain.refusals import OpeningHoursAreNone
from services.directory.domain.support_service import Schedule, Weekday
from services.directory.web.listing_schemas import ServiceIn
from services.directory.web.words import hours, opening_hours
from shared.web.app import make_app
from tests.support.web_gallery import StaffInMemory, settings_in


@pytest.fixture
def swedish(tmp_path: Path) -> Iterator[Flask]:
    """A page that is being written, in Swedish."""
    app = make_app("directory", "services.directory.web", settings=settings_in(tmp_path), staff=StaffInMemory())
    with app.test_request_context():
        yield app


@pytest.mark.parametrize(
    ("opens_at", "closes_at", "said"),
    [
        (time(9), time(16, 30), "måndagar 09.00–16.30"),
        (time(21), time(6), "måndagar 21.00–06.00"),
        (time(18), time(0), "måndagar 18.00–24.00"),
        (time(0), time(0), "måndagar dygnet runt"),
    ],
)
def test_opening_hours_may_pass_midnight_and_last_all_day(
    swedish: Flask, opens_at: time, closes_at: time, said: str
) -> None:
    """A helpline's nights, and one that never closes."""
    assert hours(Schedule(Weekday.MONDAY, opens_at, closes_at)) == said


def test_round_the_clock_all_week_is_one_line(swedish: Flask) -> None:
    """Seven lines that say the same are read by nobody."""
    week = tuple(Schedule(day, time(0), time(0)) for day in Weekday)
    assert opening_hours(week) == ["dygnet runt, alla dagar"]
    assert len(opening_hours(week[:6])) == 6


def test_hours_that_are_none_are_refused_by_name() -> None:
    """From eight to eight is no time at all, or a whole day: nobody guesses."""
    with pytest.raises(OpeningHoursAreNone) as refused:
        Schedule(Weekday.MONDAY, time(8), time(8))
    assert set(refused.value.fields) == {"/closes_at"}


def by_api(opens_at: Any, closes_at: Any) -> Any:
    """What the API makes of a Friday's hours."""
    week = [{"byday": "FR", "opens_at": opens_at, "closes_at": closes_at}]
    return ServiceIn().load({"name": "Jouren", "summary": "Någon svarar.", "schedules": week})["schedules"][0]


@pytest.mark.parametrize(
    ("opens_at", "closes_at", "ends"),
    [("21:00", "06:00", time(6)), ("00:00", "24:00", time(0)), ("00:00", "00:00", time(0)), ("9.30", "17", time(17))],
)
def test_the_api_takes_hours_as_they_are_written(opens_at: str, closes_at: str, ends: time) -> None:
    """In the ways that people and systems write a time of day."""
    assert by_api(opens_at, closes_at)["closes_at"] == ends


@pytest.mark.parametrize(
    ("opens_at", "closes_at", "field"),
    [
        ("08:00", "08:00", "closes_at"),
        ("08:00+02:00", "17:00", "opens_at"),
        ("08:00", "17:00Z", "closes_at"),
        ("25:00", "17:00", "opens_at"),
        (8, "17:00", "opens_at"),
    ],
)
def test_the_api_names_the_field_that_is_wrong(opens_at: Any, closes_at: Any, field: str) -> None:
    """By its place in the list."""
    with pytest.raises(ValidationError) as refused:
        by_api(opens_at, closes_at)
    assert list(refused.value.normalized_messages()["schedules"][0]) == [field]
