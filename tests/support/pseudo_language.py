"""A language that nobody speaks, made of the messages on the fly: what it is not in on a page went past the catalogue.

Its sentences stand in brackets and are longer than the English, as other languages are; what is put into a sentence
stands outside them, and answers for itself. Its days and months are Esperanto's, so that a Swedish or English month
that was written by hand is seen as well.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from shared.web.i18n import catalogues, languages
from shared.web.i18n.languages import Language
from tools.translations import CHECKOUT, ROOMS, catalogue_of, used_in

PSEUDO = Language("eo", "eo")
SHOWN_ATTRIBUTES = ("alt", "aria-label", "placeholder", "title", "label")
NO_CONTENT = ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
# not read as text of the page: what machines run, and what is typed
UNREAD = ("script", "style", "textarea", "code")
LONGER = " kaj iom pli longe"
# a heading may be the first sentence of a message, and what follows the others
BRACKETED = re.compile(r"⟦[^⟦⟧]*(?:⟧|$)|^[^⟦⟧]*⟧")
WORD = re.compile(r"[^\W\d_]{2,}")
PLACE = re.compile(r"%\(\w+\)[sd]")
# in no language: addresses, ids, referrals' numbers, versions of a text (carer-2026-3) and the seed's users
ADDRESS = re.compile(
    r"\S+@\S+|\bhttps?://\S+|\bwww\.\S+|\b[0-9a-f]{8}-[0-9a-f-]{4,28}|\b[0-9A-Z]{5}-[0-9A-Z]{5}\b"
    r"|\b[a-z-]+-20[0-9]{2}-[0-9]+\b|\bstaff-[a-z0-9-]+"
)


@contextmanager
def pseudo_language(folder: Path) -> Iterator[Language]:
    """Offer it as any language is: a folder of catalogues for each room, and a line."""
    for room in ROOMS:
        catalogue = Catalog(locale=PSEUDO.tag)
        for key in used_in(room):
            said = tuple(said_in_it(each) for each in key)
            catalogue.add(key if len(key) > 1 else key[0], said if len(key) > 1 else said[0])
        path = folder / catalogue_of(room, PSEUDO.tag).relative_to(CHECKOUT)
        path.parent.mkdir(parents=True)
        with path.open("wb") as target:
            write_po(target, catalogue)
    usual = catalogues.source_of

    def source_of(translations: Path, tag: str) -> Path:
        found = usual(translations, tag)
        return folder / found.relative_to(CHECKOUT) if tag == PSEUDO.tag and CHECKOUT in found.parents else found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogues, "source_of", source_of)
        patch.setattr(languages, "OFFERED", (*languages.OFFERED, PSEUDO))
        yield PSEUDO


def said_in_it(message: str) -> str:
    """A message in it: brackets around its own words, and none around what is put into it."""
    return "⟦" + PLACE.sub(lambda place: f"⟧{place[0]}⟦", message) + f"{LONGER}⟧"


def its_own_words() -> frozenset[str]:
    """The words that Unicode has for it: days, months, languages, and what stands between the things of a list."""
    known: Any = Locale.parse(PSEUDO.locale)
    names = [
        name
        for kind in (known.months, known.days)
        for context in kind.values()
        for widths in context.values()
        for name in widths.values()
    ]
    patterns = [pattern for style in known.list_patterns.values() for pattern in style.values()]
    return frozenset(words_in(" ".join([*names, *patterns, *known.languages.values(), "de"])))


def words_in(text: str) -> list[str]:
    """The words of a text, in small letters: two letters or more, whatever stands between them."""
    return [word.casefold() for word in WORD.findall(ADDRESS.sub(" ", text))]


class _Shown(HTMLParser):
    """What a reader is shown or told in the page's own language: its texts, and attributes that are read out.

    ``elsewhere``: the texts in another language. ``bare``: titles and attributes, where nothing can be marked.
    """

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self.bare: list[str] = []
        self.elsewhere: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self._goes_on = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        # a place where a long word may be broken is not its end
        self._goes_on = tag == "wbr"
        # what is typed in a field is the writer's own, and is not said by the page
        elsewhere = tag in UNREAD or given.get("lang") not in (None, PSEUDO.tag)
        if not (elsewhere or self._is_elsewhere()):
            self.bare += [given[name] or "" for name in SHOWN_ATTRIBUTES if name in given]
            if tag == "input" and given.get("type") in ("submit", "button"):
                self.bare.append(given.get("value") or "")
        if tag not in NO_CONTENT:
            self._open.append((tag, elsewhere))

    def handle_endtag(self, tag: str) -> None:
        self._goes_on = False
        if tag not in NO_CONTENT and self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if any(tag in UNREAD for tag, _ in self._open):
            return
        if self._goes_on and self.texts:
            self.texts[-1] += data
        elif self._is_elsewhere():
            self.elsewhere.append(data)
        elif self._open and self._open[-1][0] == "title":
            self.bare.append(data)
        else:
            self.texts.append(data)

    def _is_elsewhere(self) -> bool:
        return any(elsewhere for _, elsewhere in self._open)


def untranslated(page: str, known: Collection[str] = ()) -> list[str]:
    """Each text of a page that has words in no brackets, in the order of the page; attributes and the title last.

    Texts in an element of another ``lang`` are in that language; in the title and in attributes, which cannot be
    marked, words are let be that stand in such an element of the same page. ``known``: words that are let be
    everywhere.
    """
    shown = _Shown()
    shown.feed(page)
    also = set(words_in(" ".join(shown.elsewhere)))
    everywhere = {word.casefold() for word in known}
    found = [(_left_of(text), everywhere) for text in shown.texts]
    found += [(_left_of(text), everywhere | also) for text in shown.bare]
    return [left for left, let_be in found if not let_be.issuperset(words_in(left))]


def _left_of(text: str) -> str:
    rest, before = text, ""
    while rest != before:
        rest, before = BRACKETED.sub(" ", rest), rest
    return " ".join(rest.split())
