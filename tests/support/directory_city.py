"""A seeded directory for tests: Stockholm with its units, rules, partners and the cast, and nobody else's services."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from deploy.installation import Installation
from deploy.seed.directory import OPERATOR, seed_directory
from deploy.seed.ids import ASSIGNMENT, CAST, DEMO_ISSUER, UNIT
from services.directory import bootstrap
from services.directory.domain.permissions import Editor
from services.directory.web import create_app
from shared.kernel.actor import Actor, Role, UserRef
from shared.kernel.identity import AssignmentId, UnitId
from shared.settings import Settings
from shared.storage.migrating import migrate
from shared.web.tokens import issue_demo_token
from tests.support.infrastructure import Infrastructure, new_installation

API = "/api/directory/v1"


@dataclass
class City:
    """The directory, its app, and its cast."""

    installation: Installation
    settings: Settings
    parts: bootstrap.Parts
    app: Flask = field(repr=False)

    def actor(self, name: str) -> Actor:
        """Somebody of the cast at work."""
        unit, role = CAST[name]
        user = UserRef(DEMO_ISSUER, name)
        return Actor(user, AssignmentId(ASSIGNMENT[name]), UnitId(UNIT[unit]), Role(role))

    def editor(self, name: str) -> Editor:
        """Somebody of the cast, and where they stand."""
        return self.parts.editor(self.actor(name))

    def client(self) -> FlaskClient:
        """A browser without a window."""
        return self.app.test_client()

    def ask(self, name: str, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """One request to the API by somebody's system; header names with underscores for hyphens."""
        key_file = self.installation.folder / "keys" / "token-private.json"
        actor = self.actor(name)
        token = issue_demo_token(key_file, self.settings, actor.user, actor.assignment_id)
        named = {header.replace("_", "-"): value for header, value in headers.items()}
        return self.client().open(
            f"{API}{path}", method=method, json=body, headers={"Authorization": f"Bearer {token}", **named}
        )

    def rows(self, statement: str, **values: object) -> Sequence[Any]:
        """Rows, seen with the operator's eyes."""
        with self.parts.work_of(OPERATOR) as work:
            return work.connection.execute(text(statement), values).all()

    def told(self, event_type: str) -> list[dict[str, Any]]:
        """The data of every event of a type in the outbox, in order."""
        rows = self.rows("select data from outbox where event_type = :kind order by id", kind=event_type)
        return [row.data for row in rows]


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
        try:
            yield City(installation, settings, parts, app)
        finally:
            parts.engine.dispose()
            app.extensions["lotsa.directory"].engine.dispose()
