"""The time is put back while the directory is silent: nobody is let in for longer than the bound."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from shared.storage import heartbeat as hearing
from shared.storage.heartbeat import HeardDirectory

pytestmark = pytest.mark.hearing
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
WITHIN = timedelta(seconds=45)


class Heard(HeardDirectory):
    """What the database would say, and two clocks: the one on the wall jumps."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(None, WITHIN)  # type: ignore[arg-type]
        self.said: datetime | None = NOON
        self.wall, self.seconds = NOON, 5_000.0
        monkeypatch.setattr(hearing, "time", SimpleNamespace(monotonic=lambda: self.seconds))

    def heard_at(self) -> datetime | None:
        """As kept."""
        return self.said

    def open_after(self, seconds: float) -> bool:
        """Whether contents are open when so much time has passed."""
        self.seconds += seconds
        self.wall += timedelta(seconds=seconds)
        return self.goes_on(self.wall)


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Heard:
    """Heard at noon, and it is noon."""
    return Heard(monkeypatch)


@pytest.mark.parametrize("back", [5, 30, 44, 45, 90, 3600])
@pytest.mark.parametrize("when", [0, 20, 44])
def test_putting_the_time_back_prolongs_nothing(heard: Heard, back: int, when: int) -> None:
    """However often it is asked, and whether it was put back by a little or by an hour."""
    assert heard.open_after(when)
    heard.wall -= timedelta(seconds=back)
    opened = [seconds for seconds in range(when + 1, 200) if heard.open_after(1)]
    assert not opened or max(opened) <= 45


@pytest.mark.parametrize("jump", [-3600, -30, 30, 3600])
def test_the_next_word_opens_again(heard: Heard, jump: int) -> None:
    """Nobody is shut out for longer than it takes to be heard by the new time."""
    assert heard.open_after(10)
    heard.wall += timedelta(seconds=jump)
    heard.open_after(5)
    heard.said = heard.wall
    assert heard.open_after(1)
    assert heard.open_after(40)
    assert not heard.open_after(5)


def test_never_heard_is_closed(heard: Heard) -> None:
    """And what was noted before this process began counts for what is left of it."""
    heard.said = None
    assert not heard.open_after(0)
    heard.said = heard.wall - timedelta(seconds=40)
    assert heard.open_after(0)
    assert not heard.open_after(6)
