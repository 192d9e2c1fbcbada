"""A language that nobody speaks, made of the messages on the fly: what it is not in on a page went past the catalogue.

Its sentences stand in brackets and are longer than the English, as other languages are. Its days and months are
Esperanto's, so that a Swedish or English month that was written by hand is seen as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from shared.web.i18n import catalogues, languages
from shared.web.i18n.languages import Language
from tools.translations import CHECKOUT, ROOMS, catalogue_of, used_in

PSEUDO = Language("eo", "eo")
SHOWN_ATTRIBUTES = ("alt", "aria-label", "placeholder", "title", "label")
NO_CONTENT = ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
LONGER = " kaj iom pli longe"
# a heading may be the first sentence of a message, and what follows the others
BRACKETED = re.compile(r"⟦[^⟦⟧]*(?:⟧|$)|^[^⟦⟧]*⟧")
WORD = re.compile(r"[^\W\d_]{2,}")


@contextmanager
def pseudo_language(folder: Path) -> Iterator[Language]:
    """Offer it as any language is: a folder of catalogues for each room, and a line."""
    for room in ROOMS:
        catalogue = Catalog(locale=PSEUDO.tag)
        for key in used_in(room):
            said = tuple(f"⟦{each}{LONGER}⟧" for each in key)
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


class _Shown(HTMLParser):
    """What a reader is shown or told in the page's own language: its texts, and attributes that are read out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self._open: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        elsewhere = tag in ("script", "style") or given.get("lang") not in (None, PSEUDO.tag)
        inside = any(self._open) or elsewhere
        if not inside:
            self.texts += [given[name] or "" for name in SHOWN_ATTRIBUTES if name in given]
            if tag == "input" and given.get("type") in ("submit", "button"):
                self.texts.append(given.get("value") or "")
        if tag not in NO_CONTENT:
            self._open.append(elsewhere)

    def handle_endtag(self, tag: str) -> None:
        if tag not in NO_CONTENT and self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if not any(self._open):
            self.texts.append(data)


def untranslated(page: str, data: str = "") -> list[str]:
    """Each text of a page that has words in no brackets, in the order of the page.

    Texts in an element of another ``lang`` are in that language. ``data``: what people have written, and whatever else
    is no message; a text that stands in it is let be.
    """
    shown = _Shown()
    shown.feed(page)
    found = []
    for text in shown.texts:
        rest, before = text, ""
        while rest != before:
            rest, before = BRACKETED.sub(" ", rest), rest
        left = " ".join(rest.split())
        if any(word not in data for word in WORD.findall(left)) and left not in data:
            found.append(left)
    return found
