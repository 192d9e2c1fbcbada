"""A page or a button that a document names has that name on the page."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from tools.translations import ROOMS, catalogue_of

ROOT = Path(__file__).resolve().parents[2]
# history tells what things were called; the other two have checks of their own
NOT_THESE = ("CHANGELOG.md", "glossary.md", "promises.md")
WHERE = ("*.md", "docs/*.md", "services/*/README.md", "shared/*/README.md")
DOCUMENTS = sorted(path for each in WHERE for path in ROOT.glob(each) if path.name not in NOT_THESE)
_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
_NAMED = re.compile(r"(?<!\*)\*([^*\s](?:[^*\n]*[^*\s])?)\*(?!\*)|“([^”]+)”|\"([A-ZÅÄÖ][^\"\n]+)\"")
# emphasis and words of the field: no page is called that
NO_NAMES = {
    "lotsa",
    "as they stand at this moment",
    "sequenced",
    "integrated",
    "published",
    "you",
}


@cache
def on_pages() -> frozenset[str]:
    """Every Swedish text of every catalogue."""
    found: set[str] = set()
    for room in ROOMS:
        with catalogue_of(room).open("rb") as source:
            for message in read_po(source, locale="sv"):
                found.update([message.string] if isinstance(message.string, str) else message.string)
    return frozenset(found)


def strangers(document: str) -> list[str]:
    """What a document names in italics or between quotation marks that no page says, nor begins with (“Avsluta …”)."""
    named = ["".join(groups) for groups in _NAMED.findall(_CODE.sub("", document))]
    return [
        name
        for name in named
        if name not in NO_NAMES
        and name not in on_pages()
        and not (name.endswith(" …") and any(text.startswith(name[:-1]) for text in on_pages()))
    ]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_document_names_is_called_that_on_the_page(document: Path) -> None:
    """Whoever looks for it finds it."""
    assert strangers(document.read_text()) == []


@pytest.mark.parametrize("named", ["*Verifiera nu*", "“Verifiera nu”", '"Verifiera nu"', "“Upphäv uppdraget …”"])
def test_another_name_would_be_seen(named: str) -> None:
    """The button says *Kontrollera hela loggen nu*."""
    assert strangers(f'Press {named} on that page, as *Kontrollera hela loggen nu* and `"Nothing"` are not.')


def test_there_are_names_to_look_at() -> None:
    """The pattern still finds them."""
    assert "*Kontrollera hela loggen nu*" in (ROOT / "docs/verify-the-log.md").read_text()
    assert len(DOCUMENTS) >= 10
