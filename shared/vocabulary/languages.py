"""Languages, each by its one tag: BCP 47 (RFC 5646), with the subtags of IANA's Language Subtag Registry.

A language that has a code of two letters has no other ("sv", never "swe"); what the registry no longer wants is read as
what it prefers, for ever, since old answers and other systems still say it. Of codes with two and three letters CLDR
knows that, as Babel carries it. Its table lacks the sign languages, which the registry lists as redundant tags.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from babel.core import get_global

from shared.kernel.translation import says
from shared.vocabulary.misread import Misread

SWEDISH = "sv"
ENGLISH = "en"
SWEDISH_SIGN_LANGUAGE = "swl"

OFFERED = (SWEDISH, ENGLISH, "ar", "so", "fi", "fa", "ti", "tr", "es", "pl", "uk", SWEDISH_SIGN_LANGUAGE)
"""What pages let one choose among, in this order: what a carer wants to speak, what is spoken where support is given.
Systems may tell of any other."""

GIVEN_UP = {"sgn-SE": SWEDISH_SIGN_LANGUAGE}
"""Tags that this product has used itself and writes no more → what they are now.

The registry, "Type: redundant": sgn-SE was deprecated on 2009-07-29, with swl as its preferred value (RFC 5645).
"""

LANGUAGE_PATTERN = "^[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?(-([A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*$"
"""RFC 5646, 2.1: language, script, region, variants; without the extensions, which say nothing of what is spoken."""
LANGUAGE_LIMIT = 35
"""The longest that a tag may be, in characters (RFC 5646, 4.4.1)."""
_TAG = re.compile(LANGUAGE_PATTERN.strip("^$"))


class NotALanguage(Misread):
    """It is no tag: a language's name, perhaps."""

    slug = "not-a-language"
    title = says("Give the language as its code: sv, ar, swl …")


def parse_language(text: str) -> str:
    """The tag of the language that a text names, in its one form: "swl" for "sgn-SE". Raises NotALanguage."""
    said = text.strip()
    if len(said) > LANGUAGE_LIMIT or _TAG.fullmatch(said) is None:
        raise NotALanguage
    language, *more = said.split("-")
    tag = "-".join([language.lower(), *(_as_written(each) for each in more)])
    if tag in GIVEN_UP:
        return GIVEN_UP[tag]
    return "-".join([_preferred(language.lower()), *tag.split("-")[1:]])


def current(tag: str) -> str:
    """What a tag that was kept some time is now; itself where it is none, so that nothing kept is lost."""
    try:
        return parse_language(tag)
    except NotALanguage:
        return tag


def each_once(tags: Iterable[str]) -> tuple[str, ...]:
    """The tags as they are now, in their order, none of them twice."""
    return tuple(dict.fromkeys(current(each) for each in tags))


def _as_written(subtag: str) -> str:
    """A script "Latn", a region "SE", all else in small letters (RFC 5646, 2.1.1)."""
    if len(subtag) == 4 and subtag.isalpha():
        return subtag.title()
    return subtag.upper() if len(subtag) == 2 else subtag.lower()


def _preferred(language: str) -> str:
    """The code that stands for a language's others; that of a dialect, or of what needs more than one subtag, stays."""
    wanted = str(get_global("language_aliases").get(language, language))
    return wanted if wanted.isalpha() else language
