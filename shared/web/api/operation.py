"""One operation of the systems' door, and its words in OpenAPI 3.1."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from shared.kernel.actor import Role
from shared.web.schema import Schema
from shared.web.who import Tried

PROBLEM = {
    "type": "object",
    "description": "RFC 9457. `type` ends with the refusal's slug; `title` and `detail` are in the reader's language.",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "former_type": {
            "type": "string",
            "deprecated": True,
            "description": "What `type` was until 0.2; goes with 0.3.",
        },
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}
PROBLEM_ANSWER = {
    "description": "A refusal.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
KNOWN = {"ETag": {"schema": {"type": "string"}, "description": "What was answered, for If-None-Match."}}
CONVERTED = re.compile(r"<(?:(\w+):)?(\w+)>")
FORMATS = {
    "uuid": {"type": "string", "format": "uuid"},
    "int": {"type": "integer", "minimum": 0},
    "string": {"type": "string", "minLength": 1},
    "path": {"type": "string"},
}


@dataclass(frozen=True)
class Operation:
    """One thing a system can ask for."""

    method: str
    path: str
    view: Callable[..., Any]
    summary: str
    roles: tuple[Role, ...]
    public: bool
    body: type[Schema] | None
    query: type[Schema] | None
    answers: dict[int, type[Schema] | None]
    keyed: bool
    versioned: bool
    etag: bool
    goes_on: bool
    admits: Callable[..., None] | None
    polled: bool = False
    tries: Tried | None = None
    deprecated: bool = False


def described(each: Operation) -> dict[str, Any]:
    """An operation as an OpenAPI object; schemas are left for apispec to resolve."""
    described: dict[str, Any] = {
        "operationId": each.view.__name__,
        "summary": each.summary,
        "parameters": [*_parameters(each)],
        "responses": {str(status): _answer(each, status, schema) for status, schema in each.answers.items()},
    }
    if each.view.__doc__ and len(each.view.__doc__.strip().splitlines()) > 1:
        described["description"] = "\n".join(
            line.strip() for line in each.view.__doc__.strip().splitlines()[1:]
        ).strip()
    if each.deprecated:
        described["deprecated"] = True
    if each.roles:
        described["x-lotsa-roles"] = [role.value for role in each.roles]
    if each.body is not None:
        described["requestBody"] = {"required": True, "content": {"application/json": {"schema": each.body}}}
    described["security"] = [] if each.public else [{"bearer": []}]
    if each.polled:
        described["responses"]["304"] = {"description": "Nothing has changed.", "headers": KNOWN}
    described["responses"]["default"] = PROBLEM_ANSWER
    return described


def _answer(each: Operation, status: int, schema: type[Schema] | None) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": {200: "Here it is.", 201: "Created.", 204: "Done."}.get(status, "Done.")}
    if schema is not None:
        answer["content"] = {"application/json": {"schema": schema}}
    headers: dict[str, Any] = {}
    if each.etag:
        headers["ETag"] = {"schema": {"type": "string"}, "description": "The version, for If-Match."}
    if each.polled:
        headers |= KNOWN
    if status == 201:
        headers["Location"] = {"schema": {"type": "string"}, "description": "Where it is."}
    if headers:
        answer["headers"] = headers
    return answer


def _parameters(each: Operation) -> list[dict[str, Any] | Any]:
    found: list[Any] = [
        {"name": name, "in": "path", "required": True, "schema": FORMATS.get(converter or "string", FORMATS["string"])}
        for converter, name in CONVERTED.findall(each.path)
    ]
    if each.query is not None:
        found.append({"in": "query", "schema": each.query})
    if each.keyed:
        key = {"type": "string", "pattern": "^[!-~]{1,200}$"}
        found.append({"name": "Idempotency-Key", "in": "header", "required": False, "schema": key})
    if each.polled:
        found.append({"name": "If-None-Match", "in": "header", "required": False, "schema": {"type": "string"}})
    if each.versioned:
        version = {"type": "string", "pattern": '^"[0-9]{1,9}"$'}
        found.append({"name": "If-Match", "in": "header", "required": True, "schema": version})
    return found
