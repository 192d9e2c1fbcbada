"""A town for journeys: the referral service in a browser's reach, with the cast at their posts.

The pages are served by waitress in a thread, from a database of the session's own; what the directory says is heard
without a broker between. Time is the town's own clock.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from flask import Flask
from playwright.sync_api import BrowserContext
from sqlalchemy import text

from operations.install.installation import Installation
from services.referral import bootstrap
from services.referral.web import create_app
from shared.kernel.actor import Actor, Role, UserRef
from shared.kernel.clock import FixedClock
from shared.storage import staff_events
from shared.storage.engine import make_engine
from shared.web.session.session_cookie import COOKIE
from shared.web.session.state import begun
from tests.support.builders.events import assignment_granted, routing_rules_changed, unit_changed
from tests.support.cast import FULL_NAME, HEALTH_CENTRE, ISSUER, KUNGSHOLMEN, SODERMALM, STAND_IN, an_actor
from tests.support.emptying import empty
from tests.support.serving import serving
from tests.support.sessions import session_of

FRIDAY_NOON = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)
EVERYTHING = (
    "referrals, consents, data_keys, contents, steps, drafts, held_forms, looks, look_kinds, id_sets, routing_sets, "
    "outbox, inbox, idempotency, known_units, known_assignments, ended_sessions"
)
NORRA = STAND_IN
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
        self.alva = self.somebody("alva", FULL_NAME["alva"], Role.REFERRER, HEALTH_CENTRE)
        self.bo = self.somebody("bo", FULL_NAME["bo"], Role.ADVISER, SODERMALM)
        self.cilla = self.somebody("cilla", FULL_NAME["cilla"], Role.ADVISER, KUNGSHOLMEN)

    def somebody(self, subject: str, name: str, role: Role, unit_id: UUID) -> Person:
        """A person with an assignment, signed in."""
        user = UserRef(ISSUER, subject)
        actor = an_actor(subject, role, unit_id, name=name)
        with self.parts.as_system() as uow:
            staff_events.remember(uow.connection, assignment_granted(actor))
            uow.commit()
        return Person(actor, self._cookie(user, name, actor.assignment_id))

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
                unit_changed(
                    unit_id,
                    name=name,
                    kind=kind,
                    area=area,
                    function_address="enhet@example.se",
                    phone=phone,
                    stand_in_unit_id=stand_in,
                ),
            )
        from services.referral.reactions import when_routing_rules_change_keep_them as rules

        rules.when_routing_rules_change_keep_them(routing_rules_changed(NORRA, rules=json.dumps(RULES)), uow)
        uow.commit()
