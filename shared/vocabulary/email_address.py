"""E-mail addresses: one to which every mail server on the way can take a letter, in one written form.

The syntax is ``email_validator``'s. What people and programs put around an address (``mailto:``, a name and < >, the
full stop that ended the sentence) is read as meant; what is wrong is told as what it is.
"""

from __future__ import annotations

import re
from typing import NewType

from email_validator import EmailNotValidError, validate_email

from shared.kernel.translation import says
from shared.vocabulary.domain_name import DomainIsNotWhole, NotADomainName, parse_domain, shown_domain
from shared.vocabulary.marks import UNSEEN_IN_AN_ADDRESS
from shared.vocabulary.misread import Misread

EmailAddress = NewType("EmailAddress", str)

LONGEST = 254
LONGEST_BEFORE_AT = 64
# with a name and < > around it, or as a link
LONGEST_TEXT = 1_000
_NAMED = re.compile(r"[^<>@]*<([^<>]+)>")
_AFTERWARDS = " .,;"
_MAILTO = re.compile(r"mailto:\s*", re.IGNORECASE)
# what a Japanese keyboard makes of ASCII, and the small @
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0xFE6B: ord("@")}
_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+")
# RFC 2047 forbids an encoded word inside an address; whoever reads mail would decode it
_ENCODED_WORD = "=?"


class NotAnEmailAddress(Misread):
    """No letter can be sent there."""

    slug = "not-an-email-address"
    title = says("Write an e-mail address, for example namn@example.se.")


class MoreThanOneAddress(NotAnEmailAddress):
    """Two addresses, or two @."""

    slug = "more-than-one-email-address"
    title = says("Write one e-mail address only.")


class AtIsMissing(NotAnEmailAddress):
    """Nothing says where the name ends."""

    slug = "email-address-without-at"
    title = says("There is no @ in the e-mail address.")


class BeforeAtIsMissing(NotAnEmailAddress):
    """A domain without anybody in it."""

    slug = "email-address-begins-with-at"
    title = says("Something is missing before the @.")


class SpaceInAddress(NotAnEmailAddress):
    """Words, or a slip."""

    slug = "space-in-email-address"
    title = says("There is a space in the e-mail address.")


class LettersBeforeAt(NotAnEmailAddress):
    """Å, ä or ö before the @: many mail servers send such a letter back."""

    slug = "letters-before-at"
    title = says(
        "Before the @ only a to z, figures and a few signs will do: not every mail server takes å, ä and ö there."
    )


class SignBeforeAt(NotAnEmailAddress):
    """A sign that cannot stand there."""

    slug = "sign-before-at"
    title = says("There is a character before the @ that cannot stand there.")


class StopBeforeAt(NotAnEmailAddress):
    """A full stop first, last or twice."""

    slug = "stop-before-at"
    title = says("Before the @ a full stop cannot stand first, last or twice in a row.")


class AfterAtIsWrong(NotAnEmailAddress):
    """No domain name."""

    slug = "after-at-is-wrong"
    title = says("What stands after the @ is no domain name.")


class AfterAtIsNotWhole(AfterAtIsWrong):
    """``namn@example``, or nothing at all."""

    slug = "after-at-is-not-whole"
    title = says("Something is missing after the @: the address ends in for example @example.se.")


class AddressIsTooLong(NotAnEmailAddress):
    """Longer than a letter can be addressed (RFC 5321, 4.5.3.1)."""

    slug = "email-address-is-too-long"
    title = says("The e-mail address is too long.")


def parse_email(text: str) -> EmailAddress:
    """One address as it is kept: ASCII, its domain in small letters, what is before the @ as written.

    Nobody is asked whether it exists. Raises NotAnEmailAddress, or the one of its kinds that tells what is wrong.
    """
    said = _bare(text)
    before, domain = _parts(said)
    if len(said) > LONGEST or len(before) > LONGEST_BEFORE_AT:
        raise AddressIsTooLong
    _check_before(before)
    address = f"{before}@{_domain(domain)}"
    if len(address) > LONGEST:
        raise AddressIsTooLong
    try:
        validate_email(address, check_deliverability=False, test_environment=True, allow_smtputf8=False)
    except EmailNotValidError:
        raise NotAnEmailAddress from None
    return EmailAddress(address)


def shown_email(address: str) -> str:
    """A kept address as people write it: ``info@anhörig.se``. Read again it is the same address."""
    before, at, domain = address.rpartition("@")
    return f"{before}{at}{shown_domain(domain)}"


def _bare(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise AddressIsTooLong
    said = UNSEEN_IN_AN_ADDRESS.sub("", text).translate(_WIDE).strip().rstrip(_AFTERWARDS)
    if named := _NAMED.fullmatch(said):
        said = named[1].strip()
    if letter := _MAILTO.match(said):
        # mailto:info@example.se?subject=… is a letter, and the address is what it is sent to
        said = said[letter.end() :].partition("?")[0]
    return said.strip().rstrip(_AFTERWARDS)


def _parts(said: str) -> tuple[str, str]:
    if not said:
        raise NotAnEmailAddress
    if "@" not in said:
        raise AtIsMissing
    before, _, domain = said.rpartition("@")
    if "@" in before:
        raise MoreThanOneAddress
    if any(map(str.isspace, said)):
        raise SpaceInAddress
    return before, domain


def _check_before(before: str) -> None:
    if not before:
        raise BeforeAtIsMissing
    if any(not each.isascii() and each.isalpha() for each in before):
        raise LettersBeforeAt
    if not _ATOM.fullmatch(before) or _ENCODED_WORD in before:
        raise SignBeforeAt
    if before.startswith(".") or before.endswith(".") or ".." in before:
        raise StopBeforeAt


def _domain(text: str) -> str:
    if not text:
        raise AfterAtIsNotWhole
    try:
        return parse_domain(text)
    except DomainIsNotWhole:
        raise AfterAtIsNotWhole from None
    except NotADomainName:
        raise AfterAtIsWrong from None
