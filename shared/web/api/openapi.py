"""The systems' door, described by the same lines that open it: routes, schemas and roles become OpenAPI 3.1."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Blueprint, Response, jsonify, render_template

from shared.kernel.actor import Role
from shared.kernel.refusals import Refusal
from shared.web.api.answers import json_body, query_args
from shared.web.api.operation import CONVERTED, PROBLEM, Operation, described
from shared.web.schema import Schema
from shared.web.session.tokens import ALGORITHMS, REQUIRED
from shared.web.who import Tried, needs

# refusals that come from having asked who may
SAYS_WHO_MAY = (401, 403, 404, 429)
BEARER = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": (
        "An access token as RFC 9068 has it (a JWT of type at+jwt), signed by this installation's token issuer with "
        f"{', '.join(ALGORITHMS[:-1])} or {ALGORITHMS[-1]}, for its audience. Claims, all required: "
        f"{', '.join(REQUIRED)}. It may live an hour, unless the installation says otherwise. `assignment` is the id "
        "of an assignment in the directory; it must be the one of `iss` and `sub`, and hold now. It decides for which "
        "unit and in which role the caller acts, and whoever has several takes one token for each."
    ),
}


@dataclass
class Operations:
    """What systems can ask for of one subject: its ``api.py`` collects them, its service's ``Api`` opens their doors.

    A view gets its path parameters, and ``body=``/``query=`` (loaded dicts) when schemas for them are given::

        api = Operations()

        @api.post("/referrals", body=SendReferral, answers={201: ReferralOut}, roles=[Role.REFERRER], keyed=True)
        def send_referral(body: dict[str, Any]) -> Response: ...
    """

    operations: list[Operation] = field(default_factory=list)

    def get(self, path: str, **what: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """A read. See ``route``."""
        return self.route("GET", path, **what)

    def post(self, path: str, **what: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """A command. See ``route``."""
        return self.route("POST", path, **what)

    def put(self, path: str, **what: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """A replacement. See ``route``."""
        return self.route("PUT", path, **what)

    def delete(self, path: str, **what: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """A removal. See ``route``."""
        return self.route("DELETE", path, **what)

    def route(
        self,
        method: str,
        path: str,
        *,
        roles: Sequence[Role] = (),
        public: bool = False,
        body: type[Schema] | None = None,
        query: type[Schema] | None = None,
        answers: dict[int, type[Schema] | None],
        keyed: bool = False,
        versioned: bool = False,
        etag: bool = False,
        goes_on: bool = False,
        admits: Callable[..., None] | None = None,
        polled: bool = False,
        tries: Tried | None = None,
        deprecated: bool = False,
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Open a door. ``roles``: who may (any assignment, if none named); ``public``: no token needed.

        ``admits``: given the path parameters, raises the refusal of somebody for whom what the path names is nothing;
        asked before anything is told of what is wrong with a query, a body or a version.

        ``answers``: status → schema of its JSON body (None: no body). ``keyed``: takes an Idempotency-Key.
        ``versioned``: requires If-Match. ``etag``: answers carry one.
        ``polled``: may be answered with 304, as ``shared.web.api.answers.unless_known`` does.
        ``goes_on``: while the directory is silent too; ``tries``: what a refusal is recorded as (see ``needs``).
        ``deprecated``: an earlier name, which goes with the version that the description names.
        The view's docstring is the description.
        """

        def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
            summary = (view.__doc__ or view.__name__).strip().splitlines()[0]
            self.operations.append(
                Operation(
                    *(method, path, view, summary, tuple(roles), public, body, query, answers),
                    *(keyed, versioned, etag, goes_on, admits, polled, tries, deprecated),
                )
            )
            return view

        return decorate


@dataclass(frozen=True)
class Api:
    """A service's doors for systems: the operations of its subjects, under ``/api/<service>/v1``, and their words."""

    service: str
    title: str
    subjects: Sequence[Operations]
    version: str = "1"

    @property
    def operations(self) -> list[Operation]:
        """Of all subjects, in their order."""
        return [each for subject in self.subjects for each in subject.operations]

    def blueprint(self) -> Blueprint:
        """The routes, the description and the page to read it on."""
        doors = Blueprint(f"{self.service}_api", __name__, url_prefix=f"/api/{self.service}")
        for each in self.operations:
            guarded = _loading(each)
            doors.add_url_rule(
                f"/v1{each.path}",
                endpoint=f"{each.method}_{each.view.__name__}".lower(),
                view_func=guarded if each.public else _only_for(each)(guarded),
                methods=[each.method],
            )

        # made when it is first asked for, and once: it says the same for as long as the process lasts
        document = cache(self.document)

        @doors.get("/openapi.json")
        def describe() -> Response:
            return jsonify(document())

        @doors.get("/docs")
        def read() -> str:
            return render_template("lotsa/openapi.html", document=document())

        return doors

    def document(self) -> dict[str, Any]:
        """The OpenAPI 3.1 description."""
        spec = APISpec(
            title=self.title,
            version=self.version,
            openapi_version="3.1.0",
            plugins=[MarshmallowPlugin()],
            servers=[{"url": f"/api/{self.service}/v1"}],
            info={
                "description": "Errors are problem+json. Bearer tokens are RFC 9068 access tokens bound to one unit."
            },
        )
        spec.components.schema("Problem", PROBLEM)
        spec.components.security_scheme("bearer", BEARER)
        for each in self.operations:
            spec.path(path=CONVERTED.sub(r"{\2}", each.path), operations={each.method.lower(): described(each)})
        document: dict[str, Any] = spec.to_dict()
        return document


def _only_for(each: Operation) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return needs(*each.roles, goes_on=each.goes_on, tries=each.tries)


def _ask_who_may(admits: Callable[..., None], named: dict[str, Any]) -> None:
    try:
        admits(**named)
    except Refusal as refusal:
        if refusal.status in SAYS_WHO_MAY:
            raise


def _loading(each: Operation) -> Callable[..., Any]:
    # made once: a schema keeps nothing of what it loads, and nested ones are costly to make for every request
    query = each.query() if each.query else None
    body = each.body() if each.body else None

    def view(**given: Any) -> Any:
        named = dict(given)
        try:
            if query is not None:
                given["query"] = query_args(query)
            if body is not None:
                given["body"] = json_body(body)
            return each.view(**given)
        except Refusal as refusal:
            # asked only now: what is well formed asks by itself, and need not be asked for twice
            if each.admits is not None and refusal.status not in SAYS_WHO_MAY:
                _ask_who_may(each.admits, named)
            raise

    view.__dict__.update(each.view.__dict__)
    view.__doc__ = each.view.__doc__
    return view
