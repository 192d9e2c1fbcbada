"""What languages are called, in the reader's language: as CLDR has them, but for those that it lacks or names oddly."""

from __future__ import annotations

from babel import Locale, UnknownLocaleError
from flask_babel import get_locale
from flask_babel import lazy_gettext as _

from shared.vocabulary.languages import OFFERED, SWEDISH, SWEDISH_SIGN_LANGUAGE, current

OWN = {
    # CLDR has no name for it
    SWEDISH_SIGN_LANGUAGE: _("Swedish Sign Language"),
    # CLDR's Swedish is "tigrinja"; those who speak it, and 1177, say otherwise
    "ti": _("Tigrinya"),
}


def language_name(tag: str) -> str:
    """A language's name as it stands in a sentence; the tag itself where nobody has a name for it."""
    language = current(tag)
    return str(OWN[language]) if language in OWN else _as_cldr_has_it(language) or language


def language_named_first(tag: str) -> str:
    """The same where it begins a line."""
    name = language_name(tag)
    return name if name == current(tag) else name[:1].upper() + name[1:]


def offered_languages(*, first: bool = False) -> list[tuple[str, str]]:
    """What pages let one choose among, as (tag, name). ``first``: each name begins a line."""
    name = language_named_first if first else language_name
    return [(tag, name(tag)) for tag in OFFERED]


def _as_cldr_has_it(tag: str) -> str | None:
    try:
        return Locale.parse(tag, sep="-").get_display_name(get_locale() or SWEDISH)
    except (ValueError, UnknownLocaleError):
        return _by_its_subtag(tag)


def _by_its_subtag(tag: str) -> str | None:
    """Of many languages CLDR has the name alone, and no locale."""
    language, _dash, rest = tag.partition("-")
    reader = get_locale() or Locale.parse(SWEDISH)
    name = reader.languages.get(language)
    return f"{name} ({rest})" if name and rest else name
