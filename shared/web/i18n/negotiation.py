"""Which language a request is answered in: the person's choice, then what the browser asks for, then Swedish.

The choice is a cookie, made by a link on every page to the page itself with ``?lang=…`` (``choose``); it says nothing
of the person and is read by every service. The same link from anywhere else, in a letter or on somebody's page, shows
that one page in the language and keeps nothing: which of the two it is, the browser says in ``Sec-Fetch-Site`` (W3C
Fetch Metadata). What the browser or system asks for is ``Accept-Language`` (RFC 9110, section 12.5.4). Systems that
ask for nothing are answered in Swedish, as they always were.
"""

from __future__ import annotations

from functools import lru_cache
from typing import cast
from urllib.parse import urlencode

from babel import Locale, negotiate_locale
from flask import Flask, current_app, g, has_request_context, redirect, request
from flask_babel import get_locale
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header
from werkzeug.wrappers import Response

from shared.vocabulary.page_addresses import page_at
from shared.web.i18n import languages
from shared.web.i18n.languages import Language
from shared.web.links import path_here

COOKIE = "lotsa_language"
ASKED = "lang"
YEAR_SECONDS = 365 * 24 * 60 * 60
# longer ones are no person's, and are not worth remembering
LONGEST_HEADER = 500
SPOKEN = ("text/html", "text/plain", "application/problem+json")


def default() -> Language:
    """The language of whoever asks for none that is offered."""
    return languages.OFFERED[0]


def offered(tag: str | None) -> Language | None:
    """The language of that name, if it is offered."""
    return next((each for each in languages.OFFERED if each.tag == tag), None)


def spoken() -> Language:
    """The language of this request's answer; outside a request the first one that is offered."""
    if not has_request_context():
        return default()
    found = g.get("language")
    if found is None:
        found = g.language = (
            _of_the_address()
            or offered(request.cookies.get(_cookie_name()))
            or asked_for(request.headers.get("Accept-Language", ""))
        )
    return cast(Language, found)


def speaking() -> Language:
    """The language of what is being said: the answer's, or another's in a block of ``flask_babel.force_locale``."""
    locale = get_locale()
    return spoken() if locale is None else _with(locale)


@lru_cache(maxsize=64)
def _with(locale: Locale) -> Language:
    known = (each for each in languages.OFFERED if each.conventions == locale)
    return next(known, Language(locale.language, str(locale)))


def asked_for(header: str) -> Language:
    """The best of the offered languages for an ``Accept-Language`` header, by RFC 4647's lookup; else the first one."""
    tags = tuple(each.tag for each in languages.OFFERED)
    return offered(_best(header, tags)) or default() if 0 < len(header) <= LONGEST_HEADER else default()


@lru_cache(maxsize=256)
def _best(header: str, tags: tuple[str, ...]) -> str | None:
    wanted = [tag.lower() for tag, quality in parse_accept_header(header, LanguageAccept) if quality > 0]
    known = {tag.lower(): tag for tag in tags}
    return known.get(negotiate_locale(wanted, known, sep="-", aliases={}) or "")


def others() -> list[Language]:
    """The languages that a page offers instead of the one that it is in."""
    return [each for each in languages.OFFERED if each is not spoken()]


def here_in(language: Language) -> str:
    """The link that shows this page in another language, and those after it.

    A page that answers a form, and one that no address leads to, have none that could be opened again: from there it
    leads to where the form was, or to the beginning.
    """
    is_here = _can_be_opened(request.path)
    path = path_here() if is_here else page_at("find-support")
    kept = request.args.items(multi=True) if is_here and request.method in ("GET", "HEAD") else ()
    return f"{path}?{urlencode([*((name, value) for name, value in kept if name != ASKED), (ASKED, language.tag)])}"


def _can_be_opened(path: str) -> bool:
    return request.url_rule is not None and bool(current_app.url_map.bind("").test(path, "GET"))


def _of_the_address() -> Language | None:
    """The language that a page's address asks for, if it is offered; a form's and an operation's address ask for none.

    Only at an address that is ours: what ``choose`` sends back to begins as its rule does, never with another host.
    """
    if ASKED not in request.args or request.method not in ("GET", "HEAD") or request.url_rule is None:
        return None
    if request.endpoint == "static" or (request.path.startswith("/api/") and not request.path.endswith("/docs")):
        return None
    return offered(request.args[ASKED])


def _pressed_here() -> bool:
    """Whether a link on a page of ours was followed, by somebody who has not only been shown what it leads to.

    An older browser that does not say is taken for a stranger's link: it shows the page, and keeps nothing.
    """
    said = request.headers
    return said.get("Sec-Fetch-Site") == "same-origin" and "Sec-Purpose" not in said and "Purpose" not in said


def register(app: Flask) -> None:
    """Answer in the language that was negotiated, say which, and let it be chosen."""

    @app.before_request
    def choose() -> Response | None:
        chosen = _of_the_address()
        if chosen is None or not _pressed_here():
            return None
        rest = [(name, value) for name, value in request.args.items(multi=True) if name != ASKED]
        answer = redirect(path_here() + (f"?{urlencode(rest)}" if rest else ""), 303)
        secure = app.extensions["lotsa"].settings.public_url.startswith("https://")
        answer.set_cookie(
            _cookie_name(),
            chosen.tag,
            max_age=YEAR_SECONDS,
            path="/",
            httponly=True,
            samesite="Lax",
            secure=secure,
        )
        return answer

    @app.after_request
    def say_which(response: Response) -> Response:
        if response.mimetype in SPOKEN and request.endpoint != "static":
            response.headers.setdefault("Content-Language", spoken().tag)
            response.vary.update(("Accept-Language", "Cookie"))
            if _of_the_address() is not None:
                response.vary.add("Sec-Fetch-Site")
        return response


def _cookie_name() -> str:
    # as the session's (session_cookie.py, RFC 6265bis 4.1.3.2): behind https no neighbouring host can plant it
    secure = current_app.extensions["lotsa"].settings.public_url.startswith("https://")
    return f"__Host-{COOKIE}" if secure else COOKIE
