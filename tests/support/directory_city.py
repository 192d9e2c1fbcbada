"""A seeded directory for tests: Stockholm with its units, rules, partners and the cast, and nobody else's services."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from html import unescape
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from operations.install.installation import Installation
from services.directory import bootstrap
from services.directory.commands.change_unit import ChangeUnit, change_unit
from services.directory.commands.grant_assignment import grant_assignment
from services.directory.commands.register_unit import RegisterUnit, register_unit
from services.directory.domain.permissions import Editor
from services.directory.domain.routing import RoutingRules
from services.directory.domain.unit import Unit, UnitKind
from services.directory.web import create_app
from shared.kernel.actor import Actor, Role, UserRef
from shared.kernel.clock import FixedClock
from shared.kernel.identity import UnitId
from shared.settings import Settings
from shared.storage.attempts import Attempts
from shared.storage.migrations import migrate
from shared.storage.rates import Allowance
from shared.web.session.tokens import issue_demo_token
from tests.support.builders.directory import a_grant, a_unit
from tests.support.cast import DEMO_ISSUER, in_the_city
from tests.support.city_filled import OPERATOR, seed_directory
from tests.support.infrastructure import Infrastructure, new_installation
from tests.support.page_forms import shown_again

API = "/api/directory/v1"
NAME = re.compile(r'<input[^>]* name="name"[^>]* value="([^"]+)"')
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


@dataclass
class City:
    """The directory, its app, and its cast."""

    installation: Installation
    settings: Settings
    parts: bootstrap.Parts
    app: Flask = field(repr=False)

    def actor(self, name: str) -> Actor:
        """Somebody of the cast at work."""
        return in_the_city(name)

    def editor(self, name: str) -> Editor:
        """Somebody of the cast, and where they stand."""
        return self.parts.editor(self.actor(name))

    def client(self) -> FlaskClient:
        """A browser without a window."""
        return self.app.test_client()

    def signed_in(self, name: str) -> FlaskClient:
        """The browser of somebody of the cast, who has come in by the demonstration's list."""
        client = self.client()
        sign_in(client, name)
        return client

    def send(self, client: FlaskClient, path: str, **values: Any) -> Any:
        """Fill in the form that is on a page, keep what stands in its hidden fields and as its name, and send it.

        Give ``onto`` to send it to another address than the page's own.
        """
        onto = values.pop("onto", path)
        page = client.get(path).text
        hidden = {name: value for name, value in HIDDEN.findall(page) if name in ("csrf_token", "version", "id")}
        if named := NAME.search(page):
            hidden["name"] = unescape(named[1])
        return shown_again(client, client.post(onto, data={**hidden, **values}))

    @contextmanager
    def at(self, moment: datetime) -> Iterator[bootstrap.Parts]:
        """The app's doors open at a moment, until the block ends; sessions keep to the real time."""
        before = self.app.extensions["lotsa.directory"]
        self.app.extensions["lotsa.directory"] = replace(before, clock=FixedClock(moment))
        try:
            yield self.app.extensions["lotsa.directory"]
        finally:
            self.app.extensions["lotsa.directory"] = before

    def set_active(self, active: bool, unit_id: UnitId) -> Unit:
        """Have Hanna open or close a unit."""
        hanna = self.editor("hanna")
        with self.parts.work_of(hanna) as work:
            unit = work.units.find(unit_id)
            assert unit is not None
            kept = {
                name: getattr(unit, name)
                for name in ("name", "area", "function_address", "phone", "stand_in_unit_id", "address_withheld")
            }
            asked = ChangeUnit(unit_id=unit_id, version=unit.version, active=active, **kept)
            changed = change_unit(asked, hanna, work)
            work.commit()
            return changed

    @contextmanager
    def closed(self, unit_id: UnitId) -> Iterator[Unit]:
        """A unit is closed until the block ends."""
        try:
            yield self.set_active(False, unit_id)
        finally:
            self.set_active(True, unit_id)

    def ask(self, name: str, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """One request to the API by somebody's system; header names with underscores for hyphens."""
        return self.ask_as(self.actor(name), method, path, body, **headers)

    def ask_as(self, actor: Actor, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """The same by the system of somebody who is not in the cast."""
        key_file = self.installation.folder / "keys" / "token-private.json"
        token = issue_demo_token(key_file, self.settings, actor.user, actor.assignment_id)
        named = {header.replace("_", "-"): value for header, value in headers.items()}
        return self.client().open(
            f"{API}{path}", method=method, json=body, headers={"Authorization": f"Bearer {token}", **named}
        )

    def administrator_of(self, organization_id: UUID, area: str, role: Role = Role.MUNICIPALITY_ADMINISTRATOR) -> Actor:
        """Somebody new who administers an organisation there is, from a new unit of its own."""
        unit = a_unit(
            UnitKind.ADMINISTRATION,
            organization_id=organization_id,
            name=f"Samordningen {uuid4().hex[:8]}",
            area=area,
        )
        asked = a_grant(UserRef(DEMO_ISSUER, f"admin-{uuid4().hex[:8]}"), unit_id=unit.id, role=role)
        with self.parts.work_of(OPERATOR) as work:
            register_unit(RegisterUnit(unit=unit), OPERATOR, work)
            grant_assignment(asked, OPERATOR, work)
            work.commit()
        return Actor(asked.user, asked.assignment_id, unit.id, role)

    def rules(self, municipality_code: str = "0180") -> RoutingRules:
        """A municipality's rules as they are."""
        with self.parts.work_of(OPERATOR) as work:
            found = work.rules.of(municipality_code)
        assert found is not None
        return found

    def rows(self, statement: str, **values: object) -> Sequence[Any]:
        """Rows, seen with the operator's eyes."""
        with self.parts.work_of(OPERATOR) as work:
            return work.connection.execute(text(statement), values).all()

    def told(self, event_type: str) -> list[dict[str, Any]]:
        """The data of every event of a type in the outbox, in order."""
        rows = self.rows("select data from outbox where event_type = :kind order by id", kind=event_type)
        return [row.data for row in rows]


def token_in(page: str) -> str:
    """A form's CSRF token."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found[1]


def sign_in(client: FlaskClient, who: str) -> None:
    """Choose somebody from the demonstration's list."""
    page = client.get("/directory/login").text
    answer = client.post("/directory/login/demo", data={"csrf_token": token_in(page), "who": who})
    assert answer.status_code == 303


@contextmanager
def seeded_city(infrastructure: Infrastructure) -> Iterator[City]:
    """A city of its own, seeded by the real commands, dropped afterwards."""
    extra = {"LOTSA_TOKEN_ISSUER": DEMO_ISSUER}
    with new_installation(infrastructure, mode="demo", extra=extra) as installation:
        settings = installation.settings()
        migrate("directory", settings.service("directory").owner_database_url)
        seed_directory(settings)
        parts = bootstrap.for_web(settings)
        app = create_app(settings)
        # the cast tries the same in very many tests, and each looks for its own record
        unlimited = Attempts("directory", at_one_thing=Allowance(1_000_000, 3600))
        app.extensions["lotsa.directory"] = replace(app.extensions["lotsa.directory"], attempts=unlimited)
        try:
            yield City(installation, settings, parts, app)
        finally:
            parts.engine.dispose()
            app.extensions["lotsa.directory"].engine.dispose()
