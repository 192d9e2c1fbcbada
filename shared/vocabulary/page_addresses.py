"""Where the pages are that services lead to in each other, by name: the only place where their addresses are written.

A service's own pages are found by ``url_for``; another's cannot be asked for so, since it is another application.
tests/architecture/test_page_addresses.py holds each to the application that answers there.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

PAGES: Mapping[str, str] = {
    "start": "/",
    "accessibility": "/tillganglighet",
    "find-support": "/directory/",
    "own-listings": "/directory/mine",
    "units-and-rules": "/directory/admin",
    "sign-in": "/directory/login",
    "sign-in-callback": "/directory/login/callback",
    "demo-sign-in": "/directory/login/demo",
    "choose-assignment": "/directory/assignment",
    "sign-out": "/directory/logout",
    "signed-out": "/directory/signed-out",
    "session-seen": "/directory/session/seen",
    "referrals": "/referral/",
    "new-referral": "/referral/new",
    "drafts": "/referral/drafts/",
    "referral": "/referral/referrals/{referral_id}",
    "notices": "/notifications/",
    "demo-inbox": "/notifications/inbox",
    "log-trails": "/audit/",
    "log-state": "/audit/log",
}


def page_at(name: str, **ids: UUID) -> str:
    """The address of a page on the installation's own origin. Raises KeyError for a page or an id that is not named."""
    return PAGES[name].format_map(ids)
