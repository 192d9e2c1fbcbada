"""Every door that changes something: who sends what to it, again and again. A new one is measured, or left out for a
reason that stands here.

What is sent is got ready beforehand, as a browser or a system does: the page whose form it is, the version that was
read. That is not measured: the doors that show something are measured by themselves (``doors``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import uuid4

from flask import Flask
from flask.testing import FlaskClient

from shared.web.forms.waiting_form import ADDRESSES
from tests.architecture.test_every_door_is_decided import _doors_of
from tests.bench import referrals
from tests.support.cast import CAST, UNIT
from tests.support.page_forms import form_of

SELDOM = "an administrator's, a few times a year; made of the statements of those that are measured"
SIGNING = "signs in or out: measured with nothing that grows"
LEFT_OUT: Mapping[str, str] = {
    "DELETE /api/directory/v1/assignments/<uuid:assignment_id>": SELDOM,
    "DELETE /api/directory/v1/assignments/<uuid:assignment_id>/sessions": SELDOM,
    "DELETE /api/directory/v1/routing-rules/<municipality_code>/rules/<uuid:rule_id>": SELDOM,
    "POST /api/directory/v1/assignments": SELDOM,
    "POST /api/directory/v1/routing-rules/<municipality_code>/rules": SELDOM,
    "POST /api/directory/v1/routing-rules/<municipality_code>/rules/<uuid:rule_id>/move": SELDOM,
    "POST /api/directory/v1/units": SELDOM,
    "PUT /api/directory/v1/routing-rules/<municipality_code>/default-unit": SELDOM,
    "PUT /api/directory/v1/routing-rules/<municipality_code>/rules/<uuid:rule_id>": SELDOM,
    "POST /directory/admin/assignments/<uuid:assignment_id>/end": SELDOM,
    "POST /directory/admin/assignments/<uuid:assignment_id>/sign-out": SELDOM,
    "POST /directory/admin/routing/default": SELDOM,
    "POST /directory/admin/routing/rules/<uuid:rule_id>/move": SELDOM,
    "POST /directory/admin/routing/rules/<uuid:rule_id>/remove": SELDOM,
    "POST /directory/admin/routing/rules/new": SELDOM,
    "POST /directory/admin/units/<uuid:unit_id>/assignments/new": SELDOM,
    "POST /directory/admin/units/new": SELDOM,
    "POST /directory/assignment": SIGNING,
    "POST /directory/login/demo": SIGNING,
    "POST /directory/logout": SIGNING,
    "POST /directory/session": SIGNING,
    "POST /audit/log/alarms/<uuid:alarm_id>/seen": "there is no alarm",
    "PUT /api/audit/v1/log/alarms/<uuid:alarm_id>/seen": "there is no alarm",
    "POST /audit/log/export": "sent while it is made: its first byte is measured by itself",
    **{
        f"POST /{service}/{each}/<uuid:form_id>": "a form that came too late"
        for each in ADDRESSES
        for service in ("referral", "directory", "audit")
    },
}

REFERRALS, DRAFTS = "/api/referral/v1/referrals", "/api/referral/v1/drafts"
DIRECTORY = "/api/directory/v1"
A_REFERRAL = "/referral/referrals/<uuid:referral_id>"

_ALVAS, _BOS = (f"{side} = '{UNIT[CAST[who][0]]}'" for side, who in (("referring_unit_id", "alva"),
                                                                    ("receiving_unit_id", "bo")))  # fmt: skip
_BUSIEST = UNIT["advice-sodermalm"]
_OWN = f"where organization_id = (select organization_id from units where id = '{UNIT[CAST['dani'][0]]}')"


def _referral(which: str) -> str:
    return f"select id from referrals where {which} order by md5(id::text) limit 40"


WAITING = _referral(f"{_BOS} and state = 'requested' and sealed_parts = '{{}}'")
ALVAS_WAITING = _referral(f"{_ALVAS} and state = 'requested' and sealed_parts = '{{}}'")
TO_CONTACT = _referral(f"{_BOS} and state = 'accepted' and sealed_parts = '{{}}' and first_contact_at is null")
ACCEPTED = _referral(f"{_BOS} and state = 'accepted' and sealed_parts = '{{}}'")
# each of their doors leaves none of those it was asked for: where there are fewer, others are sent (Hands.a_sent_one)
TO_BE_SENT = frozenset((WAITING, ALVAS_WAITING))
CONSENTS = f"""
    select consents.id from consents join referrals on referrals.id = referral_id
    where {_ALVAS} and sealed_parts = '{{}}' and about = 'carer' order by md5(consents.id::text) limit 40
"""
UNITS = "select id from units where kind = 'receiving' and area like '0180%' limit 40"
RULES = "select id from routing_rules where municipality_code = '0180' limit 40"
NOTHING = "select 0"
OWN_ORGANIZATION = f"select organization_id from units where id = '{UNIT[CAST['dani'][0]]}'"
SERVICES = f"select id from support_services {_OWN} limit 40"
ACTIVITIES = f"select id from activities {_OWN} and status = 'scheduled' limit 40"
CANCELLED = f"select id from activities {_OWN} and status = 'cancelled' limit 40"


@dataclass(frozen=True)
class Sending:
    """One request that is ready to be sent."""

    method: str
    address: str
    more: Mapping[str, Any]


class Hands:
    """Somebody at their browser and with their system's token: what they get ready.

    ``rows``: what a query finds in a service's database.
    """

    def __init__(
        self, client: FlaskClient, base_url: str, token: str, rows: Callable[[str, str], list[tuple[Any, ...]]]
    ) -> None:
        self._client = client
        self._base = base_url
        self._token = token
        self._rows = rows
        self._numbers = count()

    def send(self, sending: Sending) -> Any:
        """Send what is ready."""
        return self._client.open(sending.address, method=sending.method, base_url=self._base, **sending.more)

    def form(self, page: str, action: str, **typed: str | list[str]) -> Sending:
        """The form of a page, with something typed in it."""
        shown = self._client.get(page, base_url=self._base, follow_redirects=True).text
        return Sending("POST", action, {"data": form_of(shown, action).typed(**typed)})

    def asked(self, method: str, path: str, body: object = None, **headers: str) -> Sending:
        """A system's request."""
        named = {"Authorization": f"Bearer {self._token}", **{key.replace("_", "-"): it for key, it in headers.items()}}
        return Sending(method, path, {"headers": named, "json": body})

    def once(self, path: str, body: object) -> Sending:
        """A system's POST under a key of its own."""
        return self.asked("POST", path, body, Idempotency_Key=str(uuid4()))

    def a_draft(self) -> str:
        """The id of a draft that is filled in to its end at the pages."""
        here = self._client.get("/referral/new", base_url=self._base, follow_redirects=True)
        for step, typed in referrals.TYPED.items():
            path = here.request.path
            assert path.endswith(step) or step == "carer", (path, here.text)
            more = {"data": form_of(here.text, path).typed(**typed)}
            here = self._client.post(path, base_url=self._base, follow_redirects=True, **more)
        path = here.request.path
        assert path.endswith("/check"), (path, here.text)
        return str(path.split("/")[-2])

    def a_referral(self) -> dict[str, object]:
        """What is to be sent, another each time."""
        return referrals.body(next(self._numbers))

    def a_sent_one(self) -> str:
        """The id of a referral that was sent just now, to the busiest unit."""
        answer = self.send(self.once(REFERRALS, self.a_referral()))
        assert answer.status_code == 201, answer.text
        return str(answer.json["id"])

    def a_consent(self) -> str:
        """The id of one that a referral to the busiest unit rests on."""
        found = self._rows("referral", f"select id from consents where recipient_unit_id = '{_BUSIEST}' order by id")
        return str(found[next(self._numbers) % len(found)][0])

    def version(self, service: str, table: str, thing: str) -> str:
        """The version that a thing has by now, as a system gives it back."""
        [(version,)] = self._rows(service, f"select version from {table} where id = '{thing}'")
        return f'"{version}"'


Ready = Callable[[Hands, str], Sending]


@dataclass(frozen=True)
class Change:
    """A door that changes something. ``things``: which ids, in the service's database, by a query; ``ready`` is given
    one of them."""

    name: str
    who: str
    things: str
    ready: Ready

    @property
    def once(self) -> bool:
        """Whether it can be done with a thing a single time."""
        return self.service == "referral"

    @property
    def service(self) -> str:
        """Whose door it is."""
        parts = self.name.partition(" ")[2].split("/")
        return parts[2] if parts[1] == "api" else parts[1]


def _step(step: str, body: object = None) -> Ready:
    def ready(hands: Hands, referral: str) -> Sending:
        version = hands.version("referral", "referrals", referral)
        return hands.asked("POST", f"{REFERRALS}/{referral}/{step}", body, If_Match=version)

    return ready


def _form(page: str, action: str = "", **typed: str | list[str]) -> Ready:
    def ready(hands: Hands, thing: str) -> Sending:
        return hands.form(page.format(thing), (action or page).format(thing), **typed)

    return ready


def _versioned(method: str, path: str, table: str, body: object = None) -> Ready:
    def ready(hands: Hands, thing: str) -> Sending:
        version = hands.version("directory", table, thing)
        return hands.asked(method, f"/api/directory/v1/{path.format(thing)}", body, If_Match=version)

    return ready


def _draft(method: str) -> Ready:
    def ready(hands: Hands, _: str) -> Sending:
        draft = hands.a_draft()
        body = DRAFT if method == "PUT" else None
        return hands.asked(method, f"{DRAFTS}/{draft}", body, If_Match=hands.version("referral", "drafts", draft))

    return ready


def _draft_at_the_pages(page: str, action: str, **typed: str | list[str]) -> Ready:
    def ready(hands: Hands, _: str) -> Sending:
        draft = hands.a_draft()
        return hands.form(f"/referral/drafts/{draft}/{page}", f"/referral/drafts/{draft}/{action}", **typed)

    return ready


def _begun(hands: Hands, _: str) -> Sending:
    page = f"/referral/new/{uuid4()}"
    return hands.form(page, page, **referrals.TYPED["carer"])


def _form_of_before(hands: Hands, referral: str) -> Sending:
    """The button of a page that was open when the step had its earlier name."""
    ready = hands.form(A_PAGE.format(referral), f"{A_PAGE.format(referral)}/start")
    return Sending("POST", f"{A_PAGE.format(referral)}/first-contact", ready.more)


def _searched(hands: Hands, _: str) -> Sending:
    return hands.form("/audit/", "/audit/search", asked=hands.a_consent())


DRAFT = {"answers": {step: referrals.TYPED[step] for step in ("carer", "support")}}
LISTING = {"name": "Samtalsgrupp för närstående", "summary": "Vi ses och talar om hur det är."}
ACTIVITY = {"title": "Samtal", "starts_at": "2030-03-04T10:00:00+01:00", "ends_at": "2030-03-04T12:00:00+01:00"}
A_UNIT = {
    "function_address": "anhorigstod@example.se", "phone": "08-465 004 11", "stand_in_unit_id": None, "active": True
}  # fmt: skip
A_PAGE = "/referral/referrals/{}"
MINE = "/directory/mine"

CHANGES = (
    Change(
        "POST /api/referral/v1/referrals", "alva", NOTHING, lambda hands, _: hands.once(REFERRALS, hands.a_referral())
    ),
    Change(
        "POST /api/referral/v1/drafts",
        "alva",
        NOTHING,
        lambda hands, _: hands.once(DRAFTS, DRAFT),
    ),
    Change("PUT /api/referral/v1/drafts/<uuid:draft_id>", "alva", NOTHING, _draft("PUT")),
    Change("DELETE /api/referral/v1/drafts/<uuid:draft_id>", "alva", NOTHING, _draft("DELETE")),
    Change(f"POST {REFERRALS}/<uuid:referral_id>/accept", "bo", WAITING, _step("accept")),
    *(
        Change(f"POST {REFERRALS}/<uuid:referral_id>/{name}", "bo", TO_CONTACT, _step(name))
        for name in ("start", "first-contact")
    ),
    Change(
        f"POST {REFERRALS}/<uuid:referral_id>/complete",
        "bo",
        ACCEPTED,
        _step("complete", {"reason": "support-started"}),
    ),
    Change(
        f"POST {REFERRALS}/<uuid:referral_id>/reject",
        "bo",
        WAITING,
        _step("reject", {"reason": "other", "comment": "Vi har redan ringt."}),
    ),
    Change(
        f"POST {REFERRALS}/<uuid:referral_id>/cancel", "alva", ALVAS_WAITING, _step("cancel", {"reason": "sent-twice"})
    ),
    Change(
        "POST /api/referral/v1/consents/<uuid:consent_id>/withdraw",
        "alva",
        CONSENTS,
        lambda hands, consent: hands.asked(
            "POST", f"/api/referral/v1/consents/{consent}/withdraw", {"scopes": ["share-with-receiving-unit"]}
        ),
    ),
    Change("POST /referral/new/<uuid:begun>", "alva", NOTHING, _begun),
    Change("POST /referral/drafts/<uuid:draft_id>/<step>", "alva", NOTHING, _draft_at_the_pages("support", "support")),
    Change("POST /referral/drafts/<uuid:draft_id>/discard", "alva", NOTHING, _draft_at_the_pages("discard", "discard")),
    Change("POST /referral/drafts/<uuid:draft_id>/send", "alva", NOTHING, _draft_at_the_pages("check", "send")),
    Change(f"POST {A_REFERRAL}/accept", "bo", WAITING, _form(A_PAGE, f"{A_PAGE}/accept")),
    Change(f"POST {A_REFERRAL}/start", "bo", TO_CONTACT, _form(A_PAGE, f"{A_PAGE}/start")),
    Change(f"POST {A_REFERRAL}/first-contact", "bo", TO_CONTACT, _form_of_before),
    Change(f"POST {A_REFERRAL}/complete", "bo", ACCEPTED, _form(f"{A_PAGE}/complete", reason="support-started")),
    Change(
        f"POST {A_REFERRAL}/reject",
        "bo",
        WAITING,
        _form(f"{A_PAGE}/reject", reason="other", comment="Vi har redan ringt."),
    ),
    Change(f"POST {A_REFERRAL}/cancel", "alva", ALVAS_WAITING, _form(f"{A_PAGE}/cancel", reason="sent-twice")),
    Change(
        f"POST {A_REFERRAL}/withdraw-consent",
        "alva",
        ALVAS_WAITING,
        _form(f"{A_PAGE}/withdraw-consent", carer=["share-with-receiving-unit"]),
    ),
    Change(
        "PUT /api/directory/v1/organizations/<uuid:organization_id>",
        "dani",
        OWN_ORGANIZATION,
        _versioned("PUT", "organizations/{}", "organizations", {"name": "Anhöriga i stan", "description": "Vi finns."}),
    ),
    Change(
        "POST /api/directory/v1/services",
        "dani",
        NOTHING,
        lambda hands, _: hands.once("/api/directory/v1/services", LISTING),
    ),
    Change(
        "PUT /api/directory/v1/services/<uuid:service_id>",
        "dani",
        SERVICES,
        _versioned("PUT", "services/{}", "support_services", LISTING),
    ),
    Change(
        "POST /api/directory/v1/services/<uuid:service_id>/confirmation",
        "dani",
        SERVICES,
        _versioned("POST", "services/{}/confirmation", "support_services"),
    ),
    Change(
        "POST /api/directory/v1/services/<uuid:service_id>/activities",
        "dani",
        SERVICES,
        lambda hands, service: hands.once(f"/api/directory/v1/services/{service}/activities", ACTIVITY),
    ),
    Change(
        "PUT /api/directory/v1/activities/<uuid:activity_id>",
        "dani",
        ACTIVITIES,
        _versioned("PUT", "activities/{}", "activities", ACTIVITY),
    ),
    Change(
        "POST /api/directory/v1/activities/<uuid:activity_id>/cancellation",
        "dani",
        ACTIVITIES,
        _versioned("POST", "activities/{}/cancellation", "activities"),
    ),
    Change(
        "DELETE /api/directory/v1/activities/<uuid:activity_id>/cancellation",
        "dani",
        CANCELLED,
        _versioned("DELETE", "activities/{}/cancellation", "activities"),
    ),
    Change(
        "PUT /api/directory/v1/units/<uuid:unit_id>",
        "hanna",
        UNITS,
        _versioned("PUT", "units/{}", "units", A_UNIT),
    ),
    Change("POST /directory/mine/organization", "dani", NOTHING, _form(f"{MINE}/organization")),
    Change("POST /directory/mine/services/new", "dani", NOTHING, _form(f"{MINE}/services/new", **LISTING)),
    Change("POST /directory/mine/services/<uuid:service_id>", "dani", SERVICES, _form(f"{MINE}/services/{{}}")),
    Change(
        "POST /directory/mine/services/<uuid:service_id>/confirm",
        "dani",
        SERVICES,
        _form(MINE, f"{MINE}/services/{{}}/confirm"),
    ),
    Change(
        "POST /directory/mine/services/<uuid:service_id>/activities/new",
        "dani",
        SERVICES,
        _form(f"{MINE}/services/{{}}/activities/new", title="Samtal", day="2030-03-04", begins="10:00", ends="12:00"),
    ),
    Change("POST /directory/mine/activities/<uuid:activity_id>", "dani", ACTIVITIES, _form(f"{MINE}/activities/{{}}")),
    Change(
        "POST /directory/mine/activities/<uuid:activity_id>/cancel",
        "dani",
        ACTIVITIES,
        _form(f"{MINE}/activities/{{}}/cancel"),
    ),
    Change(
        "POST /directory/mine/activities/<uuid:activity_id>/take-up",
        "dani",
        CANCELLED,
        _form(f"{MINE}/activities/{{}}", f"{MINE}/activities/{{}}/take-up"),
    ),
    Change("POST /directory/admin/units/<uuid:unit_id>", "hanna", UNITS, _form("/directory/admin/units/{}")),
    Change(
        "POST /directory/admin/routing/rules/<uuid:rule_id>", "hanna", RULES, _form("/directory/admin/routing/rules/{}")
    ),
    Change("POST /audit/search", "ester", NOTHING, _searched),
    Change(
        "PUT /api/audit/v1/log/verification",
        "ester",
        NOTHING,
        lambda hands, _: hands.asked("PUT", "/api/audit/v1/log/verification"),
    ),
    Change("POST /audit/log/verify", "ester", NOTHING, _form("/audit/log", "/audit/log/verify")),
)


def changes(apps: list[Flask]) -> list[Change]:
    """Each of them. Raises LookupError where a door has come that is neither here nor left out, or one is gone."""
    there = {door.name for app in apps for door in _doors_of(app) if door.method != "GET"}
    if trouble := there ^ (LEFT_OUT.keys() | {each.name for each in CHANGES}):
        raise LookupError(f"nobody has decided about {sorted(trouble)}")
    return list(CHANGES)
