"""What a page shows of a form that came to nothing: what somebody wrote, and nothing that the form itself carried."""

from __future__ import annotations

import re
from pathlib import Path

from shared.web import sent_words

ROOT = Path(__file__).parents[3]
CHOSEN = re.compile(r'\b(?:radios|checkboxes|checkbox|select)\(\s*"([a-z_]+)"')
TYPED = re.compile(r'\b(?:field|textarea)\(\s*"([a-z_]+)"')
HIDDEN = re.compile(r'type="hidden" name="([a-z_]+)"')


def named(fields: re.Pattern[str]) -> set[str]:
    """The names of the fields of that sort in all templates."""
    templates = [each for room in ("services", "shared") for each in (ROOT / room).rglob("*.html")]
    return {name for each in templates for name in fields.findall(each.read_text(encoding="utf-8"))}


def test_nothing_that_is_chosen_in_any_form_is_taken_for_somebodys_words() -> None:
    """The page says that boxes and choices are not shown; and what is typed is."""
    chosen, typed = named(CHOSEN), named(TYPED)
    assert {"area", "kind"} <= chosen, "the fields are found"
    assert chosen - typed <= sent_words._CHOICES | sent_words._CARRIED
    assert not typed & sent_words._CHOICES


def test_no_hidden_field_of_any_form_is_taken_for_somebodys_words() -> None:
    """Nobody wrote it, and nobody is to copy it."""
    hidden = named(HIDDEN)
    assert "csrf_token" in hidden, "the fields are found"
    assert hidden <= sent_words._CARRIED
