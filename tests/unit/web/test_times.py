"""Times and days as people write them: what Babel's patterns make of them, without going through a pattern."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from flask_babel import format_date, format_datetime
from markupsafe import Markup

from shared.web.i18n.formats import day, in_words, moment
from tests.unit.web.conftest import World

YEAR = [datetime(2026, 1, 1, 22, 30, tzinfo=UTC) + timedelta(days=9 * number, hours=number) for number in range(41)]


def test_a_moment_is_written_as_its_pattern_says(world: World) -> None:
    """On either side of midnight, summer time and the year's end."""
    with world.app.test_request_context():
        for at in [*YEAR, datetime(2026, 12, 31, 23, 30, tzinfo=UTC), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)]:
            said = format_datetime(at, "d MMMM yyyy 'kl.' HH.mm")
            assert moment(at) == Markup(f'<time datetime="{at.isoformat(timespec="seconds")}">{said}</time>')
            assert f">{format_date(at, 'd MMMM yyyy')}<" in day(at)
        assert moment(None) == day(None) == "–"


def test_a_day_is_written_as_its_pattern_says(world: World) -> None:
    """Every month has its Swedish name."""
    with world.app.test_request_context():
        for at in [each.date() for each in YEAR] + [date(999, 5, 4)]:
            assert in_words(at) == format_date(at, "d MMMM yyyy")
