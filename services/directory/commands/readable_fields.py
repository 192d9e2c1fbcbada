"""Names, addresses and numbers as the directory keeps them, whichever door they come by: page, API or file.

Each is read by the vocabulary's one rule. Pages and the API ask their fields by the same rules, so that all that is
wrong is told at once; here is the last word, and for a file the only one. What was kept before there was a rule can
still be read, and is let pass until it is changed (``kept``).
"""

from __future__ import annotations

from collections.abc import Callable

from services.directory.domain.refusals import AddressIsNoEmail, NameIsMissing, NumberIsNoTelephone, WebAddressIsWrong
from shared.kernel.refusals import Invalid
from shared.vocabulary.email_address import parse_email
from shared.vocabulary.misread import Misread
from shared.vocabulary.readable_text import NothingToRead, one_line, readable
from shared.vocabulary.telephone_text import parse_public
from shared.vocabulary.web_address import parse_web_address


def name_at(where: str, name: str, kept: str = "") -> str:
    """A name or a title with something in it to read, in one line. Raises NameIsMissing, naming the field ``where``."""
    if name == kept and name:
        return name
    try:
        return readable(one_line(name))
    except NothingToRead:
        raise NameIsMissing(fields={where: NameIsMissing.title}) from None
    except Misread as wrong:
        raise NameIsMissing(fields={where: wrong.title}) from None


def email_at(where: str, address: str | None, kept: str | None = None) -> str:
    """An e-mail address that a letter can be written to, or "". Raises AddressIsNoEmail, naming the field ``where``."""
    return _read(parse_email, address, where, AddressIsNoEmail, kept)


def telephone_at(where: str, numbers: str | None, kept: str | None = None) -> str:
    """A text of telephone numbers, each written the one way, or "". Raises NumberIsNoTelephone, naming the field."""
    return _read(parse_public, numbers, where, NumberIsNoTelephone, kept)


def web_address_at(where: str, address: str | None, kept: str | None = None) -> str:
    """A web address that can be linked to, or "". Raises WebAddressIsWrong, naming the field ``where``."""
    return _read(parse_web_address, address, where, WebAddressIsWrong, kept)


def _read(
    parse: Callable[[str], str], text: str | None, where: str, refusal: type[Invalid], kept: str | None = None
) -> str:
    if not text or not text.strip():
        return ""
    if text == kept:
        return text
    try:
        return parse(text)
    except Misread as wrong:
        raise refusal(fields={where: wrong.title}) from None
