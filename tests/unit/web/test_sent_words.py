"""What a page shows of a form that came to nothing: what somebody wrote, and nothing that the form itself carried."""

from __future__ import annotations

import re
from pathlib import Path

from shared.web import sent_words

ROOT = Path(__file__).parents[3]
HIDDEN = re.compile(r'type="hidden" name="([a-z_]+)"')


def test_no_hidden_field_of_any_form_is_taken_for_somebodys_words() -> None:
    """Nobody wrote it, and nobody is to copy it."""
    templates = [each for room in ("services", "shared") for each in (ROOT / room).rglob("*.html")]
    hidden = {name for each in templates for name in HIDDEN.findall(each.read_text(encoding="utf-8"))}
    assert "csrf_token" in hidden, "the fields are found"
    assert hidden <= sent_words._CARRIED
