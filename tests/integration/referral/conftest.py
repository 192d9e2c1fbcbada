"""The referral service on a database of its own, with the cast at their posts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from operations.install.installation import Installation
from services.referral import bootstrap
from services.referral.service import Referral
from services.referral.web import create_app
from shared.contracts.contract import Contract
from shared.kernel.actor import Actor, Role, UserRef
from shared.kernel.clock import FixedClock
from shared.kernel.identity import AssignmentId, UnitId, uuid7
from shared.messaging.inbox import first_time
from shared.messaging.receive.subscribe import subscriptions_of
from shared.storage.engine import make_engine
from shared.storage.migrations import migrate
from shared.web.session.tokens import issue_demo_token
from tests.support.builders.bodies import a_referral
from tests.support.builders.envelopes import an_envelope
from tests.support.builders.events import assignment_granted, routing_rules_changed, unit_changed
from tests.support.cast import HEALTH_CENTRE, KUNGSHOLMEN, NOON, SODERMALM, STAND_IN, name_of
from tests.support.emptying import empty
from tests.support.sessions import sign_in_as

API = "/api/referral/v1"
TABLES = (
    "referrals, consents, data_keys, contents, steps, drafts, held_forms, looks, look_kinds, id_sets, routing_sets, "
    "outbox, inbox, idempotency, known_units, known_assignments, ended_sessions"
)


@dataclass
class Cast:
    """One person at their post, and their client."""

    actor: Actor
    client: FlaskClient
    token: str = field(repr=False)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """One request to the API."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.open(
            f"{API}{path}", method=method, json=body, headers={"Authorization": f"Bearer {self.token}", **named}
        )

    def send(self, body: Mapping[str, Any] | None = None, **headers: str) -> Any:
        """Send a referral, Frans's unless told otherwise."""
        return self.ask("POST", "/referrals", body or a_referral(), **headers)

    def open(self, referral_id: str) -> Any:
        """Open a referral."""
        return self.ask("GET", f"/referrals/{referral_id}")

    def step(self, name: str, referral_id: str, version: int = 1, body: Any = None, **headers: str) -> Any:
        """Take a step."""
        headers.setdefault("If_Match", f'"{version}"')
        return self.ask("POST", f"/referrals/{referral_id}/{name}", body, **headers)

    def withdraw(self, consent_id: str, *scopes: str) -> Any:
        """Withdraw a consent."""
        return self.ask("POST", f"/consents/{consent_id}/withdraw", {"scopes": list(scopes)})


@dataclass
class AtThePages:
    """The same person at the pages, with a session of their own."""

    client: FlaskClient

    def get(self, path: str) -> Any:
        """One page."""
        return self.client.get(path)

    def post(self, path: str, page: str, **fields: str | list[str]) -> Any:
        """A form as a page has it: with that page's token, and its version unless told otherwise."""
        shown = self.client.get(page, follow_redirects=True).text
        hidden = {name: found[1] for name in ("csrf_token", "version") if (found := _hidden(name).search(shown))}
        return self.client.post(path, data={**hidden, **fields})


def _hidden(name: str) -> re.Pattern[str]:
    return re.compile(f'name="{name}" value="([^"]*)"')


def at_the_pages(somebody: Cast, at: datetime = NOON) -> AtThePages:
    """A person in a browser, who signed in at a moment."""
    actor = somebody.actor
    sign_in_as(somebody.client, actor.user, at, assignment_id=actor.assignment_id)
    return AtThePages(somebody.client)


class Room:
    """The service with a clock of our own; what the directory says is heard without a broker between."""

    def __init__(self, installation: Installation, clock: FixedClock) -> None:
        settings = installation.settings()
        self.clock = clock
        self.installation = installation
        self.parts = bootstrap.for_web(replace(settings, pool_size=8), clock)
        self.service = Referral(self.parts)
        self.app = create_app(parts=self.parts)
        self._methods = {
            event_type: subscription.queue.partition(".")[2]
            for subscription in subscriptions_of(Referral)
            for _, event_type in subscription.bindings
        }

    def hear(self, event: Contract, *, event_id: UUID | None = None) -> None:
        """Let one event be heard, as the bus does: reaction and inbox row in one commit."""
        envelope = an_envelope(event, id=event_id or uuid7())
        method = self._methods[event.event_type]
        with self.service.unit_of_work(envelope) as uow:
            if first_time(uow.connection, f"referral.{method}", envelope.id):
                getattr(self.service, method)(envelope.contract(), uow)
                uow.commit()

    def a_unit(
        self,
        unit_id: UUID,
        kind: str,
        *,
        area: str | None = None,
        stand_in: UUID | None = None,
        name: str = "",
        version: int = 1,
    ) -> None:
        """A unit that the directory has told of."""
        changed = unit_changed(
            unit_id,
            version=version,
            name=name or name_of(unit_id),
            kind=kind,
            area=area,
            function_address="enhet@example.se",
            stand_in_unit_id=stand_in,
        )
        self.hear(changed)

    def somebody(self, name: str, role: Role, unit_id: UUID) -> Cast:
        """A person with an assignment, and a token for it."""
        user = UserRef(self.parts.settings.token_issuer, name)
        actor = Actor(user, AssignmentId(uuid4()), UnitId(unit_id), role)
        self.hear(assignment_granted(actor))
        key_file = self.installation.folder / "keys" / "token-private.json"
        token = issue_demo_token(key_file, self.parts.settings, user, actor.assignment_id)
        return Cast(actor, self.app.test_client(), token)

    def rules(self, *rules: Mapping[str, Any], version: int = 1, default: UUID = SODERMALM) -> None:
        """The municipality's routing rules."""
        self.hear(routing_rules_changed(default, version=version, rules=json.dumps(rules)))

    def ask(self, statement: str, **values: object) -> Sequence[Any]:
        """Rows, seen with the service's own eyes."""
        with self.parts.as_system() as uow:
            return uow.connection.execute(text(statement), values).all()

    def told(self, event_type: str) -> list[dict[str, Any]]:
        """The data of every event of a type in the outbox."""
        return [row.data for row in self.ask("SELECT data FROM outbox WHERE event_type = :t ORDER BY id", t=event_type)]


@pytest.fixture(scope="session")
def referral_database(installation: Installation) -> Installation:
    """The installation, with the referral service's tables in it."""
    migrate("referral", installation.settings().service("referral").owner_database_url)
    return installation


@pytest.fixture(scope="session")
def standing_room(referral_database: Installation) -> Iterator[Room]:
    """The service, made once."""
    made = Room(referral_database, FixedClock(NOON))
    yield made
    made.parts.engine.dispose()


@pytest.fixture
def room(standing_room: Room) -> Room:
    """The service on empty tables, its clock standing at noon on a Friday."""
    owner = make_engine(
        standing_room.parts.settings.service("referral").owner_database_url, pool_size=1, statement_timeout_ms=30_000
    )
    with owner.begin() as connection:
        empty(connection, TABLES)
    owner.dispose()
    standing_room.clock.move_to(NOON)
    standing_room.a_unit(HEALTH_CENTRE, "referring")
    standing_room.a_unit(SODERMALM, "receiving", area="0180-sodermalm", stand_in=STAND_IN)
    standing_room.a_unit(KUNGSHOLMEN, "receiving", area="0180-kungsholmen")
    standing_room.a_unit(STAND_IN, "receiving", area="0180")
    standing_room.rules()
    return standing_room


@pytest.fixture
def alva(room: Room) -> Cast:
    """Refers at a health centre."""
    return room.somebody("alva", Role.REFERRER, HEALTH_CENTRE)


@pytest.fixture
def bo(room: Room) -> Cast:
    """Advises in the receiving unit."""
    return room.somebody("bo", Role.ADVISER, SODERMALM)


@pytest.fixture
def cilla(room: Room) -> Cast:
    """Advises in another district."""
    return room.somebody("cilla", Role.ADVISER, KUNGSHOLMEN)
