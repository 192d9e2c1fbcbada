"""One app with a few doors, people without a database, and a clock that obeys."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Blueprint, Flask, request
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer

from shared.kernel.actor import Role
from shared.kernel.clock import FixedClock
from shared.kernel.refusals import Conflict, NotThere
from shared.web.api.answers import (
    created,
    etag,
    no_content,
    ok,
    once,
    page_cursor,
    read_cursor,
    require_if_match,
)
from shared.web.api.openapi import Api, Operations
from shared.web.app import make_app
from shared.web.schema import Schema, fields, validate
from shared.web.session.tokens import make_demo_keys
from shared.web.sign_in.login import login_blueprint
from shared.web.who import current_actor, needs
from tests.support.web_gallery import ALVA, BO, CAST, RememberingHooks, StaffInMemory, settings_in

START = datetime(2026, 3, 31, 8, 0, tzinfo=UTC)


class TooLate(Conflict):
    """A refusal of this test's own."""

    slug = "too-late"
    title = "This is not possible as things stand now."


class BoatIn(Schema):
    """What comes in."""

    name = fields.String(required=True, validate=validate.Length(min=1, max=10))
    length = fields.Integer(required=False)


class BoatQuery(Schema):
    """What a list is asked for."""

    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))
    cursor = fields.String()


class World:
    """The app and what its test may turn."""

    def __init__(self, folder: Path, **more: str) -> None:
        make_demo_keys(folder / "private.json", folder / "jwks.json")
        given = {"MODE": "demo", "TOKEN_ISSUER": ALVA.issuer, "TOKEN_JWKS_FILE": str(folder / "jwks.json"), **more}
        self.settings = settings_in(folder, **given)
        self.key_file = folder / "private.json"
        self.clock = FixedClock(START)
        self.staff = StaffInMemory()
        self.alvas = self.staff.grant(ALVA, "Vårdcentralen Ekliden", Role.REFERRER)
        self.bos = self.staff.grant(BO, "Anhörigstöd Södermalm", Role.ADVISER)
        self.bos_other = self.staff.grant(BO, "Anhörigstöd Skärholmen", Role.ADVISER)
        self.hooks = RememberingHooks(self.staff)
        self.seen: dict[str, Any] = {}
        self.app = self._make()

    def _make(self) -> Flask:
        login = login_blueprint(self.settings, self.hooks, cast=lambda: CAST)
        return make_app(
            "directory",
            "tests.support",
            settings=self.settings,
            staff=self.staff,
            clock=self.clock,
            blueprints=[login, self._pages(), self._api().blueprint()],
            checks={"always": lambda: True},
        )

    def _pages(self) -> Blueprint:
        pages = Blueprint("boats", __name__)

        @pages.get("/directory/boats")
        @needs(Role.ADVISER)
        def boats() -> str:
            return f"{current_actor().unit_id}"

        @pages.post("/directory/boats")
        @needs()
        def new_boat() -> str:
            self.seen["form"] = request.form.to_dict()
            return "ok"

        @pages.get("/directory/fleet")
        def fleet() -> str:
            return f"{read_cursor('fleet', request.args.get('cursor'))}"

        @pages.get("/directory/broken")
        def broken() -> str:
            raise RuntimeError("the secret name Gun Gustafsson stands in this message")

        @pages.get("/directory/late")
        def late() -> str:
            raise TooLate

        return pages

    def _api(self) -> Api:
        api = Operations()

        @api.get("/boats", query=BoatQuery, answers={200: None}, roles=[Role.REFERRER])
        def list_boats(query: dict[str, Any]) -> Any:
            start = (read_cursor("boats", query.get("cursor")) or [0])[0]
            return ok({"start": start, "next": page_cursor("boats", [start + query["limit"]])})

        @api.post("/boats", body=BoatIn, answers={201: BoatIn}, roles=[Role.REFERRER], keyed=True, etag=True)
        def add_boat(body: dict[str, Any]) -> Any:
            """Adds a boat.

            Twice with one key is once.
            """
            self.seen["once"] = once()
            return created("/api/directory/v1/boats/1", body, etag(1))

        @api.delete("/boats/<uuid:boat_id>", answers={204: None}, roles=[Role.REFERRER], versioned=True)
        def sink(boat_id: object) -> Any:
            self.seen["version"] = require_if_match()
            raise NotThere if self.seen["version"] == 9 else TooLate if self.seen["version"] == 8 else _Done

        @api.get("/weather", answers={200: None}, public=True)
        def weather() -> Any:
            return no_content()

        return Api("directory", "Boats", [api])


class _Done(Conflict):
    slug = "done"
    title = "This cannot be done."


@pytest.fixture
def world(tmp_path: Path) -> World:
    """The app in demo mode."""
    return World(tmp_path)


@pytest.fixture
def client(world: World) -> FlaskClient:
    """A browser without eyes."""
    return world.app.test_client()


def csrf_in(text: str) -> str:
    """The token of a page's first form."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', text)
    assert found, "the page has no form"
    return found[1]


@pytest.fixture
def sign_in(client: FlaskClient) -> Callable[..., None]:
    """Sign one of the cast in through the demo list."""

    def as_(who: str) -> None:
        token = csrf_in(client.get("/directory/login").text)
        answer = client.post("/directory/login/demo", data={"csrf_token": token, "who": who})
        assert answer.status_code == 303, answer.text

    return as_


def token_for(client: FlaskClient, app: Flask) -> str:
    """A right form token for this browser, where no page with a form is open to it."""
    with client.session_transaction() as cookie:
        cookie["csrf_token"] = "0" * 40
    return str(URLSafeTimedSerializer(app.secret_key or "", salt="wtf-csrf-token").dumps("0" * 40))
