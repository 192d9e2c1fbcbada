"""A town for journeys: the referral service in a browser's reach, with the cast at their posts.

The pages are served by waitress in a thread, from a database of the session's own; what the directory says is heard
without a broker between. Time is the town's own clock.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from flask import Flask
from playwright.sync_api import BrowserContext
from sqlalchemy import text

from operations.install.installation import Installation
from services.referral import bootstrap
from services.referral.web import create_app
from shared.contracts.directory import AssignmentGranted, RoutingRulesChanged, UnitChanged
from shared.kernel.actor import Actor, Role, UserRef
from shared.kernel.clock import FixedClock
from shared.kernel.identity import AssignmentId, UnitId
from shared.storage import staff_events
from shared.storage.engine import make_engine
from shared.web.session.session_cookie import COOKIE
from shared.web.session.state import begun
from tests.support.emptying import empty
from tests.support.serving import serving
from tests.support.sessions import session_of

FRIDAY_NOON = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)
ISSUER = "https://idp.example.org"
EVERYTHING = (
    "referrals, consents, data_keys, contents, steps, drafts, held_forms, looks, look_kinds, id_sets, routing_sets, "
    "outbox, inbox, idempotency, known_units, known_assignments, ended_sessions"
)
HEALTH_CENTRE, SODERMALM, KUNGSHOLMEN, NORRA = (UUID(f"00000000-0000-7000-8000-00000000001{n}") for n in range(4))
UNITS = (
    (HEALTH_CENTRE, "Vårdcentralen Linden", "referring", "0180-sodermalm", None, "08-465 004 01"),
    (SODERMALM, "Anhörigstöd Södermalm", "receiving", "0180-sodermalm", NORRA, "08-465 004 02"),
    (KUNGSHOLMEN, "Anhörigstöd Kungsholmen", "receiving", "0180-kungsholmen", None, "08-465 004 03"),
    (NORRA, "Anhörigstöd Norra innerstaden", "receiving", "0180-norra-innerstaden", None, "08-465 004 04"),
)
RULES = [
    {
        "rule_id": area,
        "area": f"0180-{area}",
        "unit_id": str(unit),
        "reason_sv": f"Den som ger stöd bor på {name}, och där är det {receiver} som tar emot.",
    }
    for area, unit, name, receiver in (
        ("sodermalm", SODERMALM, "Södermalm", "Anhörigstöd Södermalm"),
        ("kungsholmen", KUNGSHOLMEN, "Kungsholmen", "Anhörigstöd Kungsholmen"),
    )
]


@dataclass(frozen=True)
class Person:
    """Somebody of the cast: who they are, and the cookie that their browser carries."""

    actor: Actor
    cookie: str


class Town:
    """The service, its clock and its cast."""

    def __init__(self, parts: bootstrap.Parts, clock: FixedClock, app: Flask, base_url: str) -> None:
        self.parts = parts
        self.clock = clock
        self.app = app
        self.base_url = base_url
        self.alva = self.somebody("alva", "Alva Andersson", Role.REFERRER, HEALTH_CENTRE)
        self.bo = self.somebody("bo", "Bo Bergström", Role.ADVISER, SODERMALM)
        self.cilla = self.somebody("cilla", "Cilla Carlsson", Role.ADVISER, KUNGSHOLMEN)

    def somebody(self, subject: str, name: str, role: Role, unit_id: UUID) -> Person:
        """A person with an assignment, signed in."""
        user, assignment = UserRef(ISSUER, subject), uuid4()
        granted = AssignmentGranted(
            assignment_id=assignment,
            issuer=ISSUER,
            subject=subject,
            unit_id=unit_id,
            role=role.value,
            valid_from=FRIDAY_NOON - timedelta(days=400),
        )
        with self.parts.as_system() as uow:
            staff_events.remember(uow.connection, granted)
            uow.commit()
        return Person(
            Actor(user, AssignmentId(assignment), UnitId(unit_id), role, name), self._cookie(user, name, assignment)
        )

    def sign_in(self, context: BrowserContext, person: Person) -> None:
        """Give a browser the person's session."""
        host = urlsplit(self.base_url).hostname or ""
        context.add_cookies([{"name": COOKIE, "value": person.cookie, "domain": host, "path": "/"}])

    def ask(self, statement: str, **values: object) -> Sequence[Any]:
        """Rows, seen with the service's own eyes."""
        with self.parts.as_system() as uow:
            return uow.connection.execute(text(statement), values).all()

    def _cookie(self, user: UserRef, name: str, assignment: UUID) -> str:
        return session_of(self.parts.settings, begun(user, name, self.clock.now(), assignment_id=assignment))


@contextmanager
def a_town(installation: Installation) -> Iterator[Town]:
    """A town on empty tables, its clock standing at noon on a Friday. The tables must be there."""
    settings = installation.settings()
    owner = make_engine(settings.service("referral").owner_database_url, pool_size=1)
    with owner.begin() as connection:
        empty(connection, EVERYTHING)
    owner.dispose()
    clock = FixedClock(FRIDAY_NOON)
    parts = bootstrap.for_web(replace(settings, pool_size=8), clock)
    _tell_of_units(parts)
    app = create_app(parts=parts)
    try:
        with serving(app) as base_url:
            yield Town(parts, clock, app, base_url)
    finally:
        parts.engine.dispose()


def _tell_of_units(parts: bootstrap.Parts) -> None:
    with parts.as_system() as uow:
        for unit_id, name, kind, area, stand_in, phone in UNITS:
            staff_events.remember(
                uow.connection,
                UnitChanged(
                    unit_id=unit_id,
                    version=1,
                    organization_id=uuid4(),
                    name=name,
                    kind=kind,
                    area=area,
                    function_address="enhet@example.se",
                    phone=phone,
                    stand_in_unit_id=stand_in,
                    occurred_at=FRIDAY_NOON,
                ),
            )
        from services.referral.reactions import when_routing_rules_change_keep_them as rules

        rules.when_routing_rules_change_keep_them(
            RoutingRulesChanged(
                municipality_code="0180",
                version=1,
                default_unit_id=NORRA,
                rules=json.dumps(RULES),
                occurred_at=FRIDAY_NOON,
            ),
            uow,
        )
        uow.commit()
