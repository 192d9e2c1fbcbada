"""A held form that nobody can read closes no page: it is as if nothing had been held."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import pytest
from sqlalchemy import Engine

from shared.kernel.actor import UserRef
from shared.storage import held_forms
from shared.storage.encryption import MasterKey
from shared.storage.held_forms import HeldForm, HeldForms, Place
from shared.storage.lapsed_forms import Sender
from shared.storage.master_keys import MasterKeys
from tests.support.written_log import written_log

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
WRITER = Sender(UserRef("https://idp.example.org", "alva"), UUID(int=1))
PATH = "/directory/mine/organization"


class Rows:
    """A database that keeps what is put in, and gives all of it back."""

    def __init__(self) -> None:
        self.kept: list[dict[str, Any]] = []

    def execute(self, statement: Any, given: dict[str, Any]) -> Any:
        """Keep a row, or give those there are."""
        if "form" in given:
            names = {"key": "key_id", "wrapped": "wrapped_key", "sent": "sent_at", "expires": "expires_at"}
            self.kept.append({names.get(name, name): value for name, value in given.items()})
        rows = [row for row in self.kept if given.get("id") in (None, row["id"])]
        found = SimpleNamespace(all=lambda: rows, first=lambda: rows[0] if rows else None)
        return SimpleNamespace(mappings=lambda: found, rowcount=1)


def place(number: int) -> Place:
    """One of the page's forms."""
    return Place(WRITER, "a session", PATH, UUID(int=number))


def test_one_that_cannot_be_read_is_left_out_and_the_others_are_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A master key that was given up takes its form with it, and not the page that asks what waits there."""
    rows = Rows()

    @contextmanager
    def as_sender(_engine: Engine, _sender: Sender) -> Iterator[Rows]:
        yield rows

    monkeypatch.setattr(held_forms, "as_sender", as_sender)

    def holding(letter: str) -> HeldForms:
        path = tmp_path / letter
        path.write_text(MasterKey(f"directory-{letter}", letter.encode() * 32).line())
        return HeldForms(cast(Engine, None), MasterKeys(path))

    lost, kept = holding("a"), holding("b")
    for number, by in ((1, lost), (2, kept)):
        by.hold(HeldForm(written={"about": f"words {number}"}, typed_at=NOW), place(number))
    later = NOW + timedelta(minutes=1)
    with written_log() as log:
        assert [name for name, _ in kept.on_page(WRITER, "a session", PATH, later)] == [UUID(int=2)]
        assert kept.find(place(1), later) is None
    found = kept.find(place(2), later)
    assert found is not None
    assert found.written == {"about": "words 2"}
    assert [(line["event"], line["row"]) for line in log.lines] == [("unreadable", str(place(1).row))] * 2
    assert "words" not in log.text


@pytest.mark.parametrize(
    "other",
    [
        Place(Sender(UserRef("https://idp.example.org", "bo"), UUID(int=1)), "a session", PATH, UUID(int=1)),
        Place(Sender(WRITER.user, UUID(int=2)), "a session", PATH, UUID(int=1)),
        Place(WRITER, "another session", PATH, UUID(int=1)),
        Place(WRITER, "a session", "/directory/mine", UUID(int=1)),
        place(2),
    ],
)
def test_each_of_what_a_place_is_made_of_tells_it_from_another(other: Place) -> None:
    """Writer, assignment, session, page and form: whoever has all but one of them asks for another row."""
    assert other.row != place(1).row
