"""A thing has one Swedish word on every page of every service: the glossary's. A button does not name it otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from babel.messages.pofile import read_po

from tools.translations import ROOMS, catalogue_of

# what an English sentence in a template says: how its Swedish says it, as a part of a word in any form
WORDS = {
    r"\baccept": r"accept",
    r"\bdeclin": r"avböj",
    r"\bcancel(?!led the sign-in)": r"indrag|\bdr(a|as|ar|og|ogs)\b.* in\b|dragits in|ställ",
    r"\bwithdr[ae]w": r"återkall|tillbaka|\bta(r|s)? bort\b",
    r"\bstand[- ]in\b|\bstands in\b": r"ersätt",
    r"\bdrafts?\b": r"utkast",
    r"\brouting rules?\b": r"fördelningsreg|\bregel fångar|utpekad",
    r"\bassignments?\b": r"uppdrag",
    r"\breceiving units?\b": r"mottagande enhet",
    r"\b(referring|sending) units?\b": r"avsändande enhet",
    r"\breviewers?\b": r"granskare",
    r"\bsupport services?\b": r"stöd",
    r"\bprotected identity\b": r"skyddad identitet",
    r"\binterpreters?\b": r"tolk",
    r"\breceipts?\b": r"kvitt",
    r"\balarms?\b": r"larm",
}


def pairs() -> Iterator[tuple[str, str, str]]:
    """Every sentence of every catalogue: the room's name, the English, the Swedish."""
    for room in ROOMS:
        with catalogue_of(room).open("rb") as file:
            messages = [message for message in read_po(file) if message.id]
        for message in messages:
            english, swedish = (each if isinstance(each, tuple) else (each,) for each in (message.id, message.string))
            yield from ((room, *each) for each in zip(english, swedish, strict=True))


def otherwise(english: str, swedish: str) -> list[str]:
    """The things that the English names and the Swedish calls something else."""
    return [
        thing
        for thing, word in WORDS.items()
        if re.search(thing, english, re.I) and not re.search(word, swedish, re.I | re.S)
    ]


def test_every_catalogue_calls_a_thing_by_its_word() -> None:
    """Accept is *acceptera* on the button, in the list, on the track and in the log."""
    wrong = [f"{room}: {english!r} is {swedish!r}" for room, english, swedish in pairs() if otherwise(english, swedish)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("thing", WORDS)
def test_each_thing_is_spoken_of(thing: str) -> None:
    """A word that no page has would hold nothing."""
    assert any(re.search(thing, english, re.I) for _, english, _ in pairs())


def test_another_word_is_found() -> None:
    """As it was: the button said that the unit receives, all else that it has accepted."""
    assert otherwise("Accept", "Ta emot")
    assert otherwise("Withdraw the consent", "Upphäv samtycket")
    assert not otherwise("Accepted", "Accepterad")
