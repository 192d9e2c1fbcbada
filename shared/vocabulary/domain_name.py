"""Domain names, as they stand in e-mail and web addresses: kept as the net knows them, shown as people write them.

A name with å, ä or ö is kept in its ASCII form (IDNA 2008: ``anhörig.se`` is ``xn--anhrig-yxa.se``), since not every
program on the way takes another. It is shown in letters only if they are Latin ones: аpple in Cyrillic letters is not
to pass for apple.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from email_validator import EmailNotValidError
from email_validator.syntax import validate_email_domain_name

from shared.kernel.translation import says
from shared.vocabulary.misread import Misread


class NotADomainName(Misread):
    """No computer can have this name."""

    slug = "not-a-domain-name"
    title = says("This is no domain name.")


class DomainIsNotWhole(NotADomainName):
    """One word only, where a name in the public net has at least two."""

    slug = "domain-is-not-whole"
    title = says("The domain name is not whole: it ends in for example .se.")


@lru_cache(maxsize=2_000)
def parse_domain(text: str) -> str:
    """A public domain name in its ASCII form and small letters. Nobody is asked whether it exists.

    Names for documentation and tests (``example.se``, ``.test``) will do; a computer's number (127.0.0.1) will not.
    Raises NotADomainName or DomainIsNotWhole.
    """
    try:
        return validate_email_domain_name(text, test_environment=True, globally_deliverable=True)[
            "ascii_domain"
        ].lower()
    except (EmailNotValidError, UnicodeError):
        raise DomainIsNotWhole if text.strip(".") and "." not in text.strip(".") else NotADomainName from None


def shown_domain(domain: str) -> str:
    """A kept domain name as people write it."""
    if "xn--" not in domain:
        return domain
    try:
        spelt = str(validate_email_domain_name(domain, test_environment=True)["domain"])
    except (EmailNotValidError, UnicodeError):
        return domain
    return spelt if all(map(_is_latin, spelt)) else domain


def _is_latin(character: str) -> bool:
    return character.isascii() or unicodedata.name(character, "").startswith("LATIN ")
