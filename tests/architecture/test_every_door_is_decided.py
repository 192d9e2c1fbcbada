"""Every route of the four apps is decided: a role is needed, or it is open for a reason that stands here.

A new route that nobody decided about makes this fail. Nothing is asked of a database: whoever brings no session and no
token is turned away before that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple
from uuid import UUID

import pytest
from flask import Flask
from werkzeug.routing import Rule

from services.referral.domain.lifecycle import FORMER_NAMES, STEPS
from shared.settings import SERVICES
from shared.web.forms.waiting_form import ADDRESSES
from tests.support.four_apps import four_apps

SAMPLES: Mapping[str, object] = {
    "UUIDConverter": UUID(int=7),
    "IntegerConverter": 7,
    "UnicodeConverter": "seven",
    "PathConverter": "seven.css",
}

READ_BY_EVERYONE = "the public directory: read by carers, who have no login, and by other systems"
DESCRIPTION = "says how the API is asked, and nothing about anybody"
WATCHED = "for probes and measurements: counts by the route's pattern, no identifier"
STYLE = "style sheets and pictures, the same for everybody"
SIGNING_IN = "where one signs in, before there is anybody"
ASKS_ITSELF = "any signed-in person's own assignments, before one is chosen: the view asks who it is"

# whoever knows an address here may open it
OPEN: Mapping[str, str] = {
    **{f"GET /api/{service}/openapi.json": DESCRIPTION for service in SERVICES},
    **{f"GET /api/{service}/docs": DESCRIPTION for service in SERVICES},
    **{f"GET /{service}/health/{kind}": WATCHED for service in SERVICES for kind in ("live", "ready")},
    **{f"GET /{service}/metrics": WATCHED for service in SERVICES},
    "GET /static/<path:filename>": STYLE,
    "GET /directory/static/<path:filename>": STYLE,
    "GET /tillganglighet": "the accessibility statement, which the law wants public",
    "GET /": READ_BY_EVERYONE,
    "GET /directory/": READ_BY_EVERYONE,
    "GET /directory/about": READ_BY_EVERYONE,
    "GET /directory/services": READ_BY_EVERYONE,
    "GET /directory/services/<uuid:service_id>": READ_BY_EVERYONE,
    "GET /directory/organizations/<uuid:organization_id>": READ_BY_EVERYONE,
    "GET /api/directory/v1/services": READ_BY_EVERYONE,
    "GET /api/directory/v1/services/<uuid:service_id>": READ_BY_EVERYONE,
    "GET /api/directory/v1/services/<uuid:service_id>/activities": READ_BY_EVERYONE,
    "GET /api/directory/v1/organizations": READ_BY_EVERYONE,
    "GET /api/directory/v1/organizations/<uuid:organization_id>": READ_BY_EVERYONE,
    "GET /api/directory/v1/units": READ_BY_EVERYONE,
    "GET /api/directory/v1/target-groups": READ_BY_EVERYONE,
    "GET /api/directory/v1/forms-of-support": READ_BY_EVERYONE,
    "GET /directory/login": SIGNING_IN,
    "GET /directory/login/callback": "where the identity provider sends people back; its answer is checked",
    "POST /directory/login/demo": "the demonstration's list of people: 404 in every other mode",
    "POST /directory/logout": "whoever has no session any more may sign out all the same",
    "GET /directory/session": "tells a browser how long its own session lasts, and anybody else that there is none",
    "POST /directory/session": "prolongs the browser's own session, if it still lasts",
    "GET /directory/session/seen": "the same, from other services' pages: a picture of nothing, whoever asks",
    "GET /directory/signed-out": "said after signing out",
    "GET /directory/assignment": ASKS_ITSELF,
    "POST /directory/assignment": ASKS_ITSELF,
    "GET /notifications/inbox": "the demonstration's letters, with nothing about anybody: 404 in every other mode",
}

BY_THE_COMMAND = "whoever asks for what is not theirs is answered, and recorded, by the command, whatever their role"
OWN = "the caller's own, whatever their role"

# any role may knock; what stands behind decides
ANY_ROLE: Mapping[str, str] = {
    "GET /api/referral/v1/referrals/<uuid:referral_id>": BY_THE_COMMAND,
    **{
        f"POST /api/referral/v1/referrals/<uuid:referral_id>/{step}": BY_THE_COMMAND for step in (*STEPS, *FORMER_NAMES)
    },
    "POST /api/referral/v1/consents/<uuid:consent_id>/withdraw": BY_THE_COMMAND,
    **{f"{method} /api/referral/v1/drafts/<uuid:draft_id>": BY_THE_COMMAND for method in ("GET", "PUT", "DELETE")},
    "GET /api/directory/v1/assignments": OWN,
    "GET /api/notifications/v1/notices": "the notices of the caller's own unit",
    **{
        f"{method} /{service}/{each}/<uuid:form_id>": "what the caller sent themselves"
        for each in ADDRESSES
        for method in ("GET", "POST")
        for service in ("referral", "directory", "audit")
    },
    "GET /notifications/": "the notices of the caller's own unit",
}


class Door(NamedTuple):
    """One method of one route, and which roles it lets in: None when it asks nobody, () for any role."""

    app: Flask
    rule: Rule
    method: str
    roles: tuple[str, ...] | None

    @property
    def name(self) -> str:
        """As the lists here call it."""
        return f"{self.method} {self.rule.rule}"


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> list[Door]:
    """Every door of the four apps, made as the demonstration makes them, which has the most."""
    apps = four_apps(tmp_path_factory.mktemp("installation") / "keys")
    return [door for app in apps for door in _doors_of(app)]


def _doors_of(app: Flask) -> Iterator[Door]:
    for rule in app.url_map.iter_rules():
        roles = getattr(app.view_functions[rule.endpoint], "lotsa_needs", None)
        named = None if roles is None else tuple(role.value for role in roles)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield Door(app, rule, method, named)


def _address(door: Door) -> str:
    values = {name: SAMPLES[type(kind).__name__] for name, kind in door.rule._converters.items()}
    with door.app.test_request_context(base_url="http://127.0.0.1:8000"):
        return door.app.url_map.bind("127.0.0.1:8000").build(door.rule.endpoint, values, method=door.method)


def test_whatever_asks_nobody_is_open_for_a_reason(doors: list[Door]) -> None:
    """A view without ``needs`` stands in the list above, and the list names nothing that is not there."""
    asks_nobody = {door.name for door in doors if door.roles is None}
    assert asks_nobody - OPEN.keys() == set(), "undecided: say who needs which role, or why everybody may"
    assert OPEN.keys() - asks_nobody == set(), "no longer open: take it off the list"


def test_whatever_lets_any_role_in_does_so_for_a_reason(doors: list[Door]) -> None:
    """``needs()`` without a role is a decision too."""
    any_role = {door.name for door in doors if door.roles == ()}
    assert any_role - ANY_ROLE.keys() == set(), "undecided: name the roles, or say why any may"
    assert ANY_ROLE.keys() - any_role == set(), "no longer for any role: take it off the list"


def test_nobody_comes_in_without_a_session_or_a_token(doors: list[Door]) -> None:
    """Every decided door turns a stranger away: systems with 401, people to the sign-in page."""
    guarded = [door for door in doors if door.roles is not None]
    assert len(guarded) > 50
    for door in guarded:
        answer = door.app.test_client().open(
            _address(door), method=door.method, base_url="http://127.0.0.1:8000", json=None
        )
        if door.rule.rule.startswith("/api/"):
            assert answer.status_code == 401, door.name
        elif door.method == "GET":
            assert answer.status_code == 303, door.name
            assert answer.headers["Location"].startswith("/directory/login"), door.name
        else:
            # a form without its token: refused before anybody asks who sent it
            assert answer.status_code == 400, door.name


def test_one_path_is_open_in_one_way(doors: list[Door]) -> None:
    """What a page shows to some roles, its form does not take from others."""
    by_path: dict[tuple[str, str], set[tuple[str, ...] | None]] = {}
    for door in doors:
        if not door.rule.rule.startswith("/api/"):
            by_path.setdefault((door.app.import_name, door.rule.rule), set()).add(door.roles)
    assert {path: roles for path, roles in by_path.items() if len(roles) > 1} == {}


OWN_DRAFTS = "one's own draft, which nobody else ever sees"
FOR_SENDING = "what is read out or looked up in order to send: nothing about anybody"
# while the directory is silent nobody knows whose right has ended: these show nothing but the person's own, or nobody
GOES_ON: Mapping[str, str] = {
    "POST /api/referral/v1/referrals": "sending shows its sender nothing but a number",
    "POST /api/referral/v1/drafts": OWN_DRAFTS,
    **{f"{method} /api/referral/v1/drafts/<uuid:draft_id>": OWN_DRAFTS for method in ("GET", "PUT", "DELETE")},
    "GET /api/referral/v1/routing-proposal": FOR_SENDING,
    "GET /api/referral/v1/consent-texts": FOR_SENDING,
    "GET /api/referral/v1/codes/<string:list_name>": FOR_SENDING,
    "GET /referral/": "one's own drafts alone, for referrers; advisers are told that it is closed",
    "GET /referral/new": OWN_DRAFTS,
    **{f"{method} /referral/new/<uuid:begun>": OWN_DRAFTS for method in ("GET", "POST")},
    "GET /referral/drafts/<uuid:draft_id>": OWN_DRAFTS,
    **{f"{method} /referral/drafts/<uuid:draft_id>/discard": OWN_DRAFTS for method in ("GET", "POST")},
    **{f"{method} /referral/drafts/<uuid:draft_id>/<step>": OWN_DRAFTS for method in ("GET", "POST")},
    "GET /referral/drafts/<uuid:draft_id>/check": OWN_DRAFTS,
    "POST /referral/drafts/<uuid:draft_id>/send": "sending",
    "GET /referral/referrals/<uuid:referral_id>/receipt": "to whoever sent it, that it was sent; to colleagues closed",
    **{
        f"{method} /{service}/{each}/<uuid:form_id>": "a form kept for its sender; sent on, it meets its own door"
        for each in ADDRESSES
        for method in ("GET", "POST")
        for service in ("referral", "audit")
    },
}


@pytest.mark.holds("closed-while-the-directory-is-silent")
def test_whatever_goes_on_while_the_directory_is_silent_does_so_for_a_reason(doors: list[Door]) -> None:
    """All else that needs somebody closes, in every service but the directory, which knows for itself."""
    elsewhere = [door for door in doors if door.app.extensions["lotsa"].service != "directory"]
    guarded = [door for door in elsewhere if door.roles is not None]
    goes_on = {door.name for door in guarded if door.app.view_functions[door.rule.endpoint].lotsa_goes_on}
    assert goes_on - GOES_ON.keys() == set(), "undecided: say why it may go on"
    assert GOES_ON.keys() - goes_on == set(), "it closes: take it off the list"
    assert all(door.app.extensions["lotsa"].hearing is not None for door in elsewhere)
    closed = [door for door in guarded if door.name not in goes_on]
    assert len(closed) > 20
