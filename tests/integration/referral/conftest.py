"""The referral service on a database of its own, with the cast at their posts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
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
from shared.contracts.directory import AssignmentGranted, RoutingRulesChanged, UnitChanged
from shared.contracts.envelope import Envelope
from shared.kernel.actor import Actor, Role, UserRef
from shared.kernel.clock import FixedClock
from shared.kernel.identity import AssignmentId, UnitId, uuid7
from shared.messaging.inbox import first_time
from shared.messaging.receive.subscribe import subscriptions_of
from shared.storage.engine import make_engine
from shared.storage.migrations import migrate
from shared.web.session.tokens import issue_demo_token
from tests.support.emptying import empty
from tests.support.sessions import sign_in_as

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)  # a Friday
ISSUER = "https://idp.example.org"
API = "/api/referral/v1"
TABLES = (
    "referrals, consents, data_keys, contents, steps, drafts, held_forms, looks, look_kinds, id_sets, routing_sets, "
    "outbox, inbox, idempotency, known_units, known_assignments, ended_sessions"
)
HEALTH_CENTRE, SODERMALM, KUNGSHOLMEN, STAND_IN = (
    UUID(f"00000000-0000-7000-8000-00000000000{n}") for n in (1, 2, 3, 4)
)


def a_consent(*scopes: str, about: str = "carer", **more: Any) -> dict[str, Any]:
    """A consent as a system sends it."""
    told = {"form": "oral", "text_version": f"{about}-2026-2", "covers_stand_in": True}
    return {"scopes": list(scopes), **told, **more}


def a_referral(**changes: Any) -> dict[str, Any]:
    """A referral of Frans as a system sends it: with his consent, and nothing about Gun."""
    return {
        "carer": {
            "name": "Frans Provsson",
            "phone": "070-1740605",
            "identity_number": "191212121212",
            "safe_contact": {"channels": ["phone"], "note": "Ring bara på förmiddagen"},
        },
        "need": {
            "area": "0180-sodermalm",
            "why": "Frans sover dåligt och orkar inte mer.",
            "target_groups": ["dementia"],
            "own_statement": True,
            "support_wanted": ["individual-conversations"],
        },
        "consents": {
            "carer": a_consent("share-with-receiving-unit", "tell-referrer-what-happened", channels=["phone"])
        },
        **changes,
    }


def read_out_for(unit_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """The same referral, whose consents were given to a text that named this unit."""
    named = {"recipient": {"unit_id": str(unit_id)}}
    consents = {about: {**consent, **named} if consent else None for about, consent in body["consents"].items()}
    return {**body, "consents": consents}


ABOUT_GUN = {"relation": "partner", "name": "Gun Provsson", "year_of_birth": 1940, "situation": "Gun glömmer spisen."}


def a_referral_about_both(**changes: Any) -> dict[str, Any]:
    """A referral of Frans that also tells about Gun, who has consented."""
    whole = a_referral(person_cared_for=ABOUT_GUN, **changes)
    whole["consents"]["person_cared_for"] = a_consent("tell-about-person-cared-for", about="person-cared-for")
    return whole


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
        envelope = Envelope(
            id=event_id or uuid7(),
            type=event.event_type,
            publisher="directory",
            installation="test",
            epoch=uuid4(),
            time=NOON,
            correlation_id=uuid4(),
            data=event.to_data(),
            sequence=1,
        )
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
        self.hear(
            UnitChanged(
                unit_id=unit_id,
                version=version,
                organization_id=uuid4(),
                name=name or f"Enhet {str(unit_id)[-1]}",
                kind=kind,
                area=area,
                function_address="enhet@example.se",
                stand_in_unit_id=stand_in,
                occurred_at=NOON,
            )
        )

    def somebody(self, name: str, role: Role, unit_id: UUID) -> Cast:
        """A person with an assignment, and a token for it."""
        assignment = uuid4()
        self.hear(
            AssignmentGranted(
                assignment_id=assignment,
                issuer=self.parts.settings.token_issuer,
                subject=name,
                unit_id=unit_id,
                role=role.value,
                valid_from=NOON - timedelta(days=400),
            )
        )
        user = UserRef(self.parts.settings.token_issuer, name)
        token = issue_demo_token(
            self.installation.folder / "keys" / "token-private.json", self.parts.settings, user, assignment
        )
        actor = Actor(user, AssignmentId(assignment), UnitId(unit_id), role)
        return Cast(actor, self.app.test_client(), token)

    def rules(self, *rules: Mapping[str, Any], version: int = 1, default: UUID = SODERMALM) -> None:
        """The municipality's routing rules."""
        self.hear(
            RoutingRulesChanged(
                municipality_code="0180",
                version=version,
                default_unit_id=default,
                rules=json.dumps(rules),
                occurred_at=NOON,
            )
        )

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
