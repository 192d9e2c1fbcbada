"""A held form that nobody can read closes no page: it is as if nothing had been held. Each reason has its limits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import pytest
from sqlalchemy import Connection

from shared.kernel.held_form import AT_MOST, LIFETIMES, FormIsUnreadable, HeldForm, Reason, Writer
from shared.storage.encryption import MasterKey
from shared.storage.held_forms import HeldForms
from shared.storage.master_keys import MasterKeys
from shared.web.forms.form_page import Place
from tests.support.cast import ALVA, BO
from tests.support.written_log import written_log

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
WRITER = Writer(ALVA.user, UUID(int=1))
PATH = "/directory/mine/organization"


class Rows:
    """A database that keeps what is put in, and gives all of it back."""

    def __init__(self) -> None:
        self.kept: list[dict[str, Any]] = []

    def execute(self, statement: Any, given: dict[str, Any]) -> Any:
        """Keep a row, or give those there are."""
        if "form" in given:
            names = {"key": "key_id", "wrapped": "wrapped_key", "held": "held_at", "expires": "expires_at"}
            self.kept.append({names.get(name, name): value for name, value in given.items()})
        rows = [row for row in self.kept if given.get("id") in (None, row["id"])]
        found = SimpleNamespace(all=lambda: rows, first=lambda: rows[0] if rows else None)
        return SimpleNamespace(mappings=lambda: found, rowcount=1)


def place(number: int) -> Place:
    """One of the page's forms."""
    return Place(WRITER, "a session", PATH, UUID(int=number))


def test_one_that_cannot_be_read_is_left_out_and_the_others_are_shown(tmp_path: Path) -> None:
    """A master key that was given up takes its form with it, and not the page that asks what waits there."""
    rows = cast(Connection, Rows())

    def holding(letter: str) -> HeldForms:
        path = tmp_path / letter
        path.write_text(MasterKey(f"directory-{letter}", letter.encode() * 32).line())
        return HeldForms(rows, MasterKeys(path))

    lost, kept = holding("a"), holding("b")
    for number, by in ((1, lost), (2, kept)):
        by.hold(HeldForm.now(Reason.MISTAKE, {"about": f"words {number}"}, NOW, place(number).form_id), WRITER)
    later = NOW + timedelta(minutes=1)
    with written_log() as log:
        assert [form.id for form in kept.readable([Reason.MISTAKE], later)] == [place(2).form_id]
        with pytest.raises(FormIsUnreadable):
            kept.find(place(1).form_id, later)
    found = kept.find(place(2).form_id, later)
    assert found is not None
    assert found.typed == {"about": "words 2"}
    assert [(line["event"], line["row"]) for line in log.lines] == [("unreadable", str(place(1).form_id))] * 2
    assert "words" not in log.text


@pytest.mark.parametrize(
    "other",
    [
        Place(Writer(BO.user, UUID(int=1)), "a session", PATH, UUID(int=1)),
        Place(Writer(WRITER.user, UUID(int=2)), "a session", PATH, UUID(int=1)),
        Place(WRITER, "another session", PATH, UUID(int=1)),
        Place(WRITER, "a session", "/directory/mine", UUID(int=1)),
        place(2),
    ],
)
def test_each_of_what_a_place_is_made_of_tells_it_from_another(other: Place) -> None:
    """Writer, assignment, session, page and form: whoever has all but one of them asks for another row."""
    assert other.form_id != place(1).form_id


def test_each_reason_says_how_long_and_how_many() -> None:
    """A new one is decided on."""
    assert LIFETIMES.keys() == AT_MOST.keys() == set(Reason)
