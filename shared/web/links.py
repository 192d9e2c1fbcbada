"""How pages show what can be reached: each telephone number a link of its own, addresses in letters."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from flask import Flask, request
from markupsafe import Markup, escape

from shared.vocabulary.email_address import shown_email
from shared.vocabulary.telephone import Telephone
from shared.vocabulary.telephone_text import parse_several
from shared.vocabulary.web_address import shown_web_address

_TELEPHONE = Markup('<a class="ds-link" href="{}">{}</a>')
_EMAIL = Markup('<a class="ds-link" href="mailto:{}">{}</a>')
# of what may stand before an @, these have no meaning of their own in a link (RFC 6068, section 2)
_PLAIN = "@!$'*+-._~"
_WEB = Markup('<a class="ds-link" href="{}" rel="noreferrer">{}</a>')
SCHEMES = ("https://", "http://")


def telephones(text: str) -> Markup:
    """A text with every telephone number in it as a link that dials it, written the one way; nothing else is linked."""
    return _numbers(text, lambda each: _TELEPHONE.format(each.uri, str(each)))


def telephones_for_texting(text: str) -> Markup:
    """The same where a number may be sent a text message and must not be called: the link writes one (RFC 5724)."""
    return _numbers(text, lambda each: _TELEPHONE.format(each.sms_uri, str(each)))


def telephones_to_look_at(text: str) -> Markup:
    """The same where nobody may use the number: written the one way, and no link that a finger could touch."""
    return _numbers(text, lambda each: escape(str(each)))


def _numbers(text: str, shown: Callable[[Telephone], Markup]) -> Markup:
    pieces = parse_several(text)
    return Markup("").join(shown(each) if isinstance(each, Telephone) else escape(each) for each in pieces)


def email_link(address: str) -> Markup:
    """An e-mail address as a link, which leads to that address whatever stands in it (``a&b@``, ``a%20b@``)."""
    return _EMAIL.format(quote(address, safe=_PLAIN), shown_email(address))


def web_link(address: str) -> Markup:
    """A web address as a link; what was kept before there was a rule, and is none, is shown and not linked."""
    return _WEB.format(address, shown_web_address(address)) if address.startswith(SCHEMES) else escape(address)


def path_here() -> str:
    """The path of this request's address, as a link or a redirect has it: whatever an address may stand for in it (a
    question mark, a new line) stays part of the path.
    """
    return quote(request.path)


def register(app: Flask) -> None:
    """Give the app's templates these as filters."""
    for filter_ in (telephones, email_link, web_link, shown_email, shown_web_address):
        app.add_template_filter(filter_, filter_.__name__)
