"""What limits a promise in Swedish limits it in every language: no page promises more to those who read another."""

from __future__ import annotations

import re

import pytest
from babel.messages.pofile import read_po

from shared.web.i18n.languages import OFFERED, Language
from tools.translations import ROOMS, catalogue_of

# limit → how each language says it
LIMITS: dict[str, dict[str, str]] = {
    "as a rule, not always": {"sv": r"\b(oftast|brukar)\b", "en": r"\b(usually|mostly|most often|as a rule)\b"},
    "only when somebody verifies": {
        "sv": r"\bnär \w+ kontrolleras\b",
        "en": r"\bwhen \w+( \w+)? (is|are) (verified|checked)\b",
    },
    "as far as there is consent": {"sv": r"\bsamtycket (räcker|tillåter)\b", "en": r"\bconsent(ed)?\b"},
    "a late answer is seen too": {"sv": r"\bsvaret dröjer\b", "en": r"\banswer is late\b"},
}


def sentences(language: Language) -> dict[tuple[str, str], str]:
    """Room and message → its text in a language, where that differs from the message itself."""
    said: dict[tuple[str, str], str] = {}
    for room in ROOMS:
        with catalogue_of(room, language.tag).open("rb") as source:
            said |= {(room, each.id): str(each.string) for each in read_po(source) if isinstance(each.id, str)}
    return said


@pytest.mark.parametrize("limit", LIMITS)
@pytest.mark.parametrize("language", OFFERED, ids=lambda each: each.tag)
def test_a_limit_is_said_in_every_language(language: Language, limit: str) -> None:
    """Each sentence that has it in Swedish has it in the other."""
    swedish, other = sentences(OFFERED[0]), sentences(language)
    limited = [each for each, text in swedish.items() if re.search(LIMITS[limit]["sv"], text)]
    assert len(limited) > 1
    said = [other.get(each, each[1]) for each in limited]
    assert [text for text in said if not re.search(LIMITS[limit][language.tag], text)] == []
