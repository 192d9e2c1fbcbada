"""Web addresses that a public page links to: https or http, a domain name, and what stands after it as it was written.

``www.exempel.se`` is what people write, and is read as https; ``Https://`` is what a telephone makes of it.
"""

from __future__ import annotations

import re
from typing import NewType
from urllib.parse import urlsplit

from shared.kernel.translation import says
from shared.vocabulary.domain_name import NotADomainName, parse_domain, shown_domain
from shared.vocabulary.marks import UNSEEN_IN_AN_ADDRESS
from shared.vocabulary.misread import Misread

WebAddress = NewType("WebAddress", str)

SCHEMES = ("https", "http")
USUAL = {"https": 443, "http": 80}
LONGEST_TEXT = 4_000
# a scheme has no dot before its colon, or it is the host of exempel.se:8443
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+-]*):", re.ASCII)
_NOT_IN_AN_ADDRESS = re.compile(r'[\x00-\x20<>"`\\\x7f-\x9f\ud800-\udfff]')


class NotAWebAddress(Misread):
    """Nothing that a browser could open."""

    slug = "not-a-web-address"
    title = says("Write a web address, for example https://www.example.se.")


class WebAddressIsTooLong(NotAWebAddress):
    """Longer than anybody's page."""

    slug = "web-address-is-too-long"
    title = says("The web address is too long.")


class OtherKindOfLink(NotAWebAddress):
    """``javascript:``, ``mailto:``, ``ftp:`` …"""

    slug = "other-kind-of-link"
    title = says("Only web addresses that begin with https:// or http:// can stand here.")


class SpaceInWebAddress(NotAWebAddress):
    """Two addresses, or words."""

    slug = "space-in-web-address"
    title = says("There is a space in the web address.")


class SignInWebAddress(NotAWebAddress):
    """A sign that must be written otherwise in an address."""

    slug = "sign-in-web-address"
    title = says("There is a character in the web address that cannot stand there.")


class SecretInWebAddress(NotAWebAddress):
    """``https://user:password@host``: it would be public, and leads elsewhere than it seems to."""

    slug = "secret-in-web-address"
    title = says("Remove the user name and password from the web address: everybody would see them.")


class EmailInstead(NotAWebAddress):
    """``namn@example.se`` is somebody's address, and no page's."""

    slug = "email-instead-of-web-address"
    title = says("This is an e-mail address. It has a field of its own.")


class HostIsWrong(NotAWebAddress):
    """No domain name after https://."""

    slug = "web-address-without-host"
    title = says("The web address has no domain name, for example www.example.se.")


class PortIsWrong(NotAWebAddress):
    """What stands after the host's colon is no port."""

    slug = "web-address-with-wrong-port"
    title = says("What stands after the colon in the web address must be a number up to 65535.")


def parse_web_address(text: str) -> WebAddress:
    """One address as it is kept: scheme and host in small letters, the host in ASCII, the rest as written.

    Raises NotAWebAddress, or the one of its kinds that tells what is wrong. Never asks the net.
    """
    said = _bare(text)
    if any(map(str.isspace, said)):
        raise SpaceInWebAddress
    if _NOT_IN_AN_ADDRESS.search(said):
        raise SignInWebAddress
    scheme, rest = _scheme(said)
    cut = min((rest.find(each) for each in "/?#" if each in rest), default=len(rest))
    host, after = rest[:cut], rest[cut:]
    if "@" in host:
        raise SecretInWebAddress if "//" in said else EmailInstead
    address = f"{scheme}://{_host(host, scheme)}{after}"
    try:
        urlsplit(address)
    except ValueError:
        raise NotAWebAddress from None
    return WebAddress(address)


def shown_web_address(address: str) -> str:
    """A kept address as people write it, its host in letters. Read again it is the same address."""
    scheme, mark, rest = address.partition("://")
    cut = min((rest.find(each) for each in ":/?#" if each in rest), default=len(rest))
    return f"{scheme}{mark}{shown_domain(rest[:cut])}{rest[cut:]}"


def _bare(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise WebAddressIsTooLong
    said = UNSEEN_IN_AN_ADDRESS.sub("", text).strip()
    if said.startswith("<") and said.endswith(">"):
        said = said[1:-1].strip()
    if not said:
        raise NotAWebAddress
    return said


def _scheme(said: str) -> tuple[str, str]:
    found = _SCHEME.match(said)
    if found is None:
        return SCHEMES[0], said.removeprefix("//")
    scheme, rest = found[1].lower(), said[found.end() :]
    if scheme not in SCHEMES:
        raise OtherKindOfLink
    if not rest.startswith("//"):
        raise HostIsWrong
    return scheme, rest[2:]


def _host(text: str, scheme: str) -> str:
    name, colon, port = text.partition(":")
    try:
        host = parse_domain(name.rstrip("."))
    except NotADomainName:
        raise HostIsWrong from None
    if not colon:
        return host
    if not (port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65536 and len(port) < 6):
        raise PortIsWrong
    return host if int(port) == USUAL[scheme] else f"{host}:{int(port)}"
