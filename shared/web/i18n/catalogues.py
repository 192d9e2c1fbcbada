"""Translations read straight from the ``.po`` files at start: what a translator saved is what is shown."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask
from flask_babel import Babel, Domain, get_locale

LANGUAGE = "sv"


class FromSource(Domain):
    """A catalogue made of several folders' ``.po`` files; where two know a sentence, the later folder wins."""

    def __init__(self, folders: Sequence[Path]) -> None:
        super().__init__()
        self._folders = list(folders)
        self._made: dict[Locale | str | None, NullTranslations] = {}
        self._lock = threading.Lock()

    def get_translations(self) -> NullTranslations:
        """The catalogue of this request's language; empty (English) when there is none."""
        return self.of(get_locale())

    def of(self, locale: Locale | None) -> NullTranslations:
        """The catalogue of a language; Swedish where none is said."""
        # by the locale itself: to write it out takes longer than to find a sentence
        found = self._made.get(locale)
        if found is None:
            language = str(locale or LANGUAGE)
            with self._lock:
                found = self._made.get(language) or merged(self._folders, language)
                self._made[language] = self._made[locale] = found
        return found


def merged(folders: Sequence[Path], language: str) -> NullTranslations:
    """All folders' sentences of one language as one catalogue."""
    whole: Any = None
    for folder in folders:
        path = folder / language / "LC_MESSAGES" / "messages.po"
        if not path.is_file():
            continue
        compiled = BytesIO()
        with path.open("rb") as source:
            write_mo(compiled, read_po(source, locale=language))
        compiled.seek(0)
        catalogue: Any = Translations(compiled)
        if whole is None:
            whole = catalogue
        else:
            whole._catalog.update(catalogue._catalog)
    return whole or NullTranslations()


class Languages(Babel):
    """Flask-Babel with catalogues from source. Swedish is the only language of staff pages so far."""

    def __init__(self, app: Flask, folders: Sequence[Path]) -> None:
        self._own_domain = FromSource(folders)
        super().__init__(app, locale_selector=lambda: LANGUAGE)
        # of that language at once: Flask-Babel's own ask for each sentence anew which one the request is in
        pages = partial(self._own_domain.of, Locale.parse(LANGUAGE))
        app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # an extension adds it
            gettext=lambda one: pages().gettext(one),
            ngettext=lambda one, many, number: pages().ngettext(one, many, number),
            newstyle=True,
        )

    @property
    def domain_instance(self) -> Domain:
        """The catalogue that ``gettext`` and templates use."""
        return self._own_domain
