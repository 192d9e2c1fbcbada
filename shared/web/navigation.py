"""The links in the header, by the role one works in, and what else every page is laid out with."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Flask, g, request
from flask_babel import LazyString, lazy_gettext

from shared.kernel.actor import Role
from shared.vocabulary.page_addresses import page_at
from shared.web.i18n.formats import clock_of, day, moment
from shared.web.i18n.negotiation import here_in, others, spoken
from shared.web.i18n.other_language import with_lang
from shared.web.session.session_cookie import SEEN_STEP
from shared.web.validation import messages, sentence
from shared.web.who import SignedIn, signed_in, web

HERE = Path(__file__).parent / "static"


@dataclass(frozen=True)
class Link:
    """One link in the header. ``also``: where the pages under it are that its own path does not begin."""

    path: str
    label: LazyString
    also: str = ""


PUBLIC = Link(page_at("find-support"), lazy_gettext("Find support"))
REFERRALS = Link(page_at("referrals"), lazy_gettext("Sent by your unit"))
NEW_REFERRAL = Link(page_at("new-referral"), lazy_gettext("New referral"), also=page_at("drafts"))
WORKLIST = Link(page_at("referrals"), lazy_gettext("Work list"))
LISTINGS = Link(page_at("own-listings"), lazy_gettext("Our support"))
TRAIL = Link(page_at("log-trails"), lazy_gettext("Consents and the log"))
NOTICES = Link(page_at("notices"), lazy_gettext("Notices"))
RULES = Link(page_at("units-and-rules"), lazy_gettext("Units and rules"))
INBOX = Link(page_at("demo-inbox"), lazy_gettext("Inbox (demo)"))

# signing in, and a form that waits for its sender, belong under no link though an address begins like theirs
UNDER_NONE = ("login", "held_forms")

LINKS: dict[Role, tuple[Link, ...]] = {
    Role.REFERRER: (REFERRALS, NEW_REFERRAL, NOTICES),
    Role.ADVISER: (WORKLIST, NOTICES),
    Role.PARTNER_EDITOR: (LISTINGS,),
    Role.AUDITOR: (TRAIL,),
    Role.MUNICIPALITY_ADMINISTRATOR: (RULES,),
    Role.OPERATOR: (),
}
ROLE_NAMES: dict[Role, LazyString] = {
    Role.REFERRER: lazy_gettext("referrer"),
    Role.ADVISER: lazy_gettext("family care adviser"),
    Role.PARTNER_EDITOR: lazy_gettext("partner editor"),
    Role.AUDITOR: lazy_gettext("auditor"),
    Role.MUNICIPALITY_ADMINISTRATOR: lazy_gettext("municipality administrator"),
    Role.OPERATOR: lazy_gettext("operator"),
}


def home_of(role: Role) -> str:
    """Where somebody in this role begins."""
    links = LINKS[role]
    return links[0].path if links else PUBLIC.path


def links_for(who: SignedIn | None, *, demo: bool) -> list[Link]:
    """The header's links."""
    own = list(LINKS[who.assignment.role]) if who and who.assignment else []
    return [*own, PUBLIC, *([INBOX] if demo else [])]


def is_current(link: Link, among: list[Link]) -> bool:
    """Whether the page belongs under this link: the longest path that fits wins."""
    if request.blueprint in UNDER_NONE:
        return False
    here = {path: each for each in among for path in (each.path, each.also) if path and request.path.startswith(path)}
    return link == here.get(max(here, key=len, default=""))


@cache
def _version_of(filename: str) -> str:
    path = HERE / filename
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12] if path.is_file() else "0"


def add_layout(app: Flask) -> None:
    """Give templates ``who``, ``links``, ``demo`` and the filters ``moment``, ``day``, ``role_name``, ``sentence``."""

    @app.url_defaults
    def version_static(endpoint: str, values: dict[str, object]) -> None:
        # a changed style sheet is a new address, so the old may be kept for ever
        if endpoint == "static" and "filename" in values:
            values["v"] = _version_of(str(values["filename"]))

    @app.context_processor
    def layout() -> dict[str, object]:
        demo = web().settings.demo
        return {"demo": demo, "header": lambda: _header(demo)}

    app.add_template_global(page_at, "page_at")
    app.add_template_global(spoken, "spoken")
    app.add_template_global(others, "other_languages")
    app.add_template_global(here_in, "here_in")
    app.add_template_filter(clock_of, "clock")
    app.add_template_global(_correcting, "correcting")
    app.add_template_filter(moment)
    app.add_template_filter(day)
    app.add_template_filter(sentence)
    app.add_template_filter(with_lang)
    app.add_template_filter(messages, "field_errors")
    app.add_template_filter(lambda role: ROLE_NAMES[Role(role)], "role_name")


def _correcting(so: bool = False) -> bool | str:
    """Whether the page that is being made asks for something to be corrected; ``so`` notes it, and shows nothing."""
    if so:
        g.correcting = True
        return ""
    return bool(g.get("correcting"))


def _header(demo: bool) -> dict[str, object]:
    who = signed_in()
    links = links_for(who, demo=demo)
    left = int((who.idle_until - web().clock.now()).total_seconds()) if who else 0
    # pages of the directory have told it that somebody is here; the others do so by a picture, once a minute
    untold = who is not None and web().signer is None and web().clock.now() - who.seen_by_directory_at >= SEEN_STEP
    return {"who": who, "left": left, "untold": untold, "links": [(link, is_current(link, links)) for link in links]}
