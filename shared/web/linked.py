"""How pages show what can be reached: each telephone number a link of its own, addresses in letters."""

from __future__ import annotations

from urllib.parse import quote

from flask import Flask
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
    pieces = parse_several(text)
    return Markup("").join(
        _TELEPHONE.format(each.uri, str(each)) if isinstance(each, Telephone) else escape(each) for each in pieces
    )


def email_link(address: str) -> Markup:
    """An e-mail address as a link, which leads to that address whatever stands in it (``a&b@``, ``a%20b@``)."""
    return _EMAIL.format(quote(address, safe=_PLAIN), shown_email(address))


def web_link(address: str) -> Markup:
    """A web address as a link; what was kept before there was a rule, and is none, is shown and not linked."""
    return _WEB.format(address, shown_web_address(address)) if address.startswith(SCHEMES) else escape(address)


def register(app: Flask) -> None:
    """Give the app's templates these as filters."""
    for filter_ in (telephones, email_link, web_link, shown_email, shown_web_address):
        app.add_template_filter(filter_, filter_.__name__)
