"""Every door that shows something, and what to ask it with: a new page or operation is measured, or left out for a
reason that stands here. What changes something is not asked for here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

import psycopg
from flask import Flask
from sqlalchemy import make_url

from shared.kernel.identity import uuid7
from shared.web.forms.waiting_form import ADDRESSES
from tests.architecture.test_every_door_is_decided import Door, _doors_of
from tests.support.cast import CAST, UNIT

LEFT_OUT: Mapping[str, str] = {
    "GET /static/<path:filename>": "a file",
    "GET /directory/static/<path:filename>": "a file",
    "GET /directory/login": "begins a sign-in at another server in production",
    "GET /directory/login/callback": "answers another server",
    "GET /directory/assignment": "answers in the middle of a sign-in only",
    "GET /directory/signed-out": "answers after a sign-out only",
    "GET /directory/session/seen": "a picture of nothing",
    "GET /audit/log/alarms/<uuid:alarm_id>": "there is no alarm",
    "GET /api/audit/v1/log/export": "sent while it is made: its first byte is measured by itself",
    **{
        f"GET /{service}/{each}/<uuid:form_id>": "a form that came too late"
        for each in ADDRESSES
        for service in ("referral", "directory", "audit")
    },
}
# they come with the turns (issue 7, 5)
WITHOUT_A_BAR: Mapping[str, str] = {
    "GET /referral/": "work lists and their counts come with the turns",
    "GET /api/referral/v1/referrals": "work lists and their counts come with the turns",
    "GET /api/referral/v1/referrals/counts": "work lists and their counts come with the turns",
}
WHO = {"referrer": "alva", "adviser": "bo", "partner-editor": "dani", "auditor": "ester",
       "municipality-administrator": "hanna"}  # fmt: skip
# of those whom a role lets in, whoever has something to do there
A_STEP = "referrals/<uuid:referral_id>"
ONLY = {f"{A_STEP}/reject": "bo", f"{A_STEP}/complete": "bo", f"{A_STEP}/cancel": "alva",
        "v1/drafts/<uuid:draft_id>": "alva"}  # fmt: skip
QUERIES = {
    "/api/referral/v1/routing-proposal": "?area=0180-sodermalm",
    "/api/directory/v1/routing-rules/<municipality_code>/proposal": "?area=0180-sodermalm",
}
SAMPLES = 40

# which referrals a door is asked for: those that it has something to do with
ALL, WAITING, ACCEPTED = "true", "state = 'requested'", "state = 'accepted' and sealed_parts = '{}'"
OF_A_STEP = {"reject": WAITING, "complete": ACCEPTED, "cancel": f"{WAITING} and sealed_parts = '{{}}'"}

_OWN = f"where organization_id = (select organization_id from units where id = '{UNIT[CAST['dani'][0]]}')"
_BUSIEST = UNIT["advice-sodermalm"]
# by the name of a place in an address: whose database, and what is asked there
_THINGS = {
    "consent_id": (
        "referral",
        f"select id from consents where recipient_unit_id = '{_BUSIEST}' order by referral_id limit 40",
    ),
    "index": ("audit", "select index from log_entries where type = 'referral.sent.v1' order by index desc limit 40"),
    "service_id": ("directory", "select id from support_services {own} limit 40"),
    "activity_id": ("directory", "select id from activities {own} limit 40"),
    "organization_id": ("directory", "select id from organizations where kind = 'civil-society' limit 40"),
    "unit_id": ("directory", "select id from units where kind = 'receiving' and area like '0180%' limit 40"),
    "rule_id": ("directory", "select id from routing_rules where municipality_code = '0180' limit 40"),
    "assignment_id": (
        "directory",
        f"select id from assignments where unit_id = '{_BUSIEST}' and ended_at is null limit 40",
    ),
}


def _referrals(path: str, who: str | None) -> str:
    """The referrals that a door is asked for: a reviewer's and those of the withdrawal form are of the unit whose first
    referral has been in lists most often."""
    side = "referring_unit_id" if who == "alva" else "receiving_unit_id"
    unit = UNIT[CAST[who][0]] if who in ("alva", "bo") else _BUSIEST
    which = next((which for step, which in OF_A_STEP.items() if path.endswith(f"/{step}")), ALL)
    order = "id" if path.endswith(("withdraw-consent", "trail")) or path.startswith("/audit") else "md5(id::text)"
    return f"select id from referrals where {side} = '{unit}' and {which} order by {order} limit 40"


@dataclass(frozen=True)
class Visit:
    """A door, somebody who may enter, and the addresses that they ask for."""

    name: str
    app: Flask
    who: str | None
    addresses: tuple[str, ...]


def visits(apps: list[Flask], database: Callable[[str], str], draft: UUID) -> Iterator[Visit]:
    """Each door once for each role. ``database``: the address of a service's, for its superuser."""
    known = Known(database, draft)
    for door in measured(apps):
        for who in _guests(door):
            yield Visit(door.name, door.app, who, tuple(known.addresses(door, who)))


def measured(apps: list[Flask]) -> list[Door]:
    """The doors that show something and are not left out; the four apps share some, which are asked for once."""
    found = {door.name: door for app in reversed(apps) for door in _doors_of(app)}
    return [door for name, door in found.items() if door.method == "GET" and not _is_left_out(name)]


def _is_left_out(name: str) -> bool:
    return name in LEFT_OUT or name.endswith("/metrics") or "/health/" in name


def _guests(door: Door) -> list[str | None]:
    if door.roles is None:
        return [None]
    if only := next((who for end, who in ONLY.items() if door.rule.rule.endswith(f"/{end}")), None):
        return [only]
    return [WHO[role] for role in door.roles if role in WHO] or ["bo"]


class Known:
    """What the installation has, to fill addresses with."""

    def __init__(self, database: Callable[[str], str], draft: UUID) -> None:
        self._database = database
        self._draft = draft
        self._asked: dict[tuple[str, str], list[str]] = {}

    def addresses(self, door: Door, who: str | None) -> Iterator[str]:
        """So many addresses of a door as are measured; the same again where there are fewer things."""
        names = sorted(door.rule.arguments)
        values = {name: self.values(name, door, who) for name in names}
        for number in range(SAMPLES):
            path = door.rule.rule
            for name in names:
                path = re.sub(rf"<(\w+:)?{name}>", values[name][number % len(values[name])], path)
            yield path + QUERIES.get(door.rule.rule, "")

    def values(self, name: str, door: Door, who: str | None) -> list[str]:
        """What to put in a place of an address. Raises LookupError for a place that nobody has decided about."""
        path = door.rule.rule
        plain = {"begun": str(uuid7()), "draft_id": str(self._draft), "step": "carer", "municipality_code": "0180",
                 "list_name": "target-groups"}  # fmt: skip
        if name in plain:
            return [plain[name]]
        service, query = self._question(name, path, who)
        return self._ask(service, query)

    def _question(self, name: str, path: str, who: str | None) -> tuple[str, str]:
        if name == "referral_id":
            return "referral", _referrals(path, who)
        return _THINGS[name][0], _THINGS[name][1].format(own=_OWN if who == "dani" else "")

    def _ask(self, service: str, query: str) -> list[str]:
        if (service, query) not in self._asked:
            url = make_url(self._database(service)).set(drivername="postgresql")
            with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
                self._asked[service, query] = [str(row[0]) for row in connection.execute(query)]  # type: ignore[call-overload]
        found = self._asked[service, query]
        if not found:
            raise LookupError(f"nothing to ask for: {query}")
        return found
