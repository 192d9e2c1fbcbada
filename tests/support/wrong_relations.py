"""Pages whose address names something, asked for by somebody whom it does not concern."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from flask.testing import FlaskClient

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# what no page has and every page may: the token, which has the second in it
_VARYING = re.compile(r'(name="csrf_token" value|data-[a-z-]+)="[^"]*"')


@dataclass(frozen=True)
class Door:
    """One page's rule and method."""

    rule: str
    method: str
    endpoint: str
    arguments: frozenset[str]


def doors_that_name_something(app: Flask) -> Iterator[Door]:
    """Every page of an app, not its API, that names something in its address."""
    for rule in app.url_map.iter_rules():
        if rule.arguments and not rule.rule.startswith("/api/") and not rule.endpoint.endswith("static"):
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                yield Door(rule.rule, method, rule.endpoint, frozenset(rule.arguments))


def asked(app: Flask, client: FlaskClient, door: Door, named: Mapping[str, Any], at_home: str, version: int = 1) -> Any:
    """The answer at a door; a form comes with a right token, from a page that its sender may open, and says nothing.

    ``version``: that of what the sender has, so that nobody is answered that it has changed meanwhile.
    """
    address = app.url_map.bind("127.0.0.1").build(door.endpoint, named, method=door.method)
    if door.method == "GET":
        return client.get(address)
    token = TOKEN.search(client.get(at_home).text)
    assert token, f"{at_home} has no form"
    return client.post(
        address, data={"csrf_token": token[1], "version": version, "do": "send", "confirmed": "yes", "to": "earlier"}
    )


def unknown(named: Mapping[str, Any]) -> dict[str, Any]:
    """The same names, of what there is not."""
    return {name: uuid4() if isinstance(value, UUID) else value for name, value in named.items()}


def but_for_ids(answer: Any) -> tuple[int, str, str]:
    """What an answer tells, without the ids that were asked for and what differs from page to page."""
    location = _ID.sub("…", answer.headers.get("Location", ""))
    return answer.status_code, location, _ID.sub("…", _VARYING.sub("", answer.text))
