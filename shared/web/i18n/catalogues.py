"""Translations read straight from the ``.po`` files at start: what a translator saved is what is shown."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask
from flask_babel import Babel, Domain

from shared.web.i18n.languages import Language
from shared.web.i18n.negotiation import speaking, spoken


def source_of(folder: Path, tag: str) -> Path:
    """Where a folder of translations has a language's sentences."""
    return folder / tag / "LC_MESSAGES" / "messages.po"


class FromSource(Domain):
    """A catalogue made of several folders' ``.po`` files; where two know a sentence, the later folder wins."""

    def __init__(self, folders: Sequence[Path]) -> None:
        super().__init__()
        self._folders = list(folders)
        self._made: dict[str, NullTranslations] = {}
        self._lock = threading.Lock()

    def get_translations(self) -> NullTranslations:
        """The catalogue of the language that is being spoken."""
        return self.of(speaking())

    def of(self, language: Language) -> NullTranslations:
        """The catalogue of a language; the messages themselves (English) when there is none."""
        found = self._made.get(language.tag)
        if found is None:
            with self._lock:
                found = self._made.get(language.tag) or merged(self._folders, language.tag)
                self._made[language.tag] = found
        return found


def merged(folders: Sequence[Path], language: str) -> NullTranslations:
    """All folders' sentences of one language as one catalogue."""
    whole: Any = None
    for folder in folders:
        path = source_of(folder, language)
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
    """Flask-Babel with catalogues from source, in the language that was negotiated."""

    def __init__(self, app: Flask, folders: Sequence[Path]) -> None:
        self._own_domain = FromSource(folders)
        super().__init__(app, locale_selector=lambda: spoken().locale)

        # a page is in the answer's language: which one it is, is not asked anew for each sentence as Flask-Babel does
        def pages() -> NullTranslations:
            return self._own_domain.of(spoken())

        app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # an extension adds it
            gettext=lambda one: pages().gettext(one),
            ngettext=lambda one, many, number: pages().ngettext(one, many, number),
            newstyle=True,
        )

    @property
    def domain_instance(self) -> Domain:
        """The catalogue that ``gettext`` and templates use."""
        return self._own_domain
