"""Small tools for the systems' door: bodies in, representations out, versions, keys and pages."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from typing import Any, NoReturn

from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer
from marshmallow import ValidationError

from shared.kernel.refusals import Invalid, Sentences, VersionHasMoved, VersionIsRequired
from shared.kernel.translation import says
from shared.vocabulary.readable_text import is_in_one_form
from shared.web.api import idempotency
from shared.web.errors import MalformedCursor, MalformedRequest, WrongMediaType
from shared.web.normal_form import as_received
from shared.web.schema import Schema
from shared.web.who import current_actor, web

# nobody's answers are nested like this; a deeper body would break whoever walks through it
DEEPEST = 32

KEY = re.compile(r"[\x21-\x7e]{1,200}")
UNSTORABLE = re.compile("[\0\ud800-\udfff]")
# JSON text can write a NUL or a lone surrogate in no other way: the former may not stand there, the latter is not UTF-8
SUSPICIOUS = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
ETAG = re.compile(r'"(\d{1,9})"')


def json_body(schema: Schema) -> dict[str, Any]:
    """The request's body, loaded through a schema. Raises WrongMediaType, MalformedRequest or Invalid (with fields)."""
    if request.mimetype != "application/json":
        raise WrongMediaType
    return load(schema, read_json(request.get_data()))


def read_json(raw: bytes) -> Any:
    """Strict JSON: no NaN, no endless number, no name twice, nothing nested too deep, no NUL or lone surrogate.

    Texts in it come out in one form, as a page's do. Raises MalformedRequest.
    """
    try:
        text = raw.decode("utf-8")
        value = json.loads(text, parse_constant=_refuse, parse_float=_finite, object_pairs_hook=_without_repeats)
        # looked through only if there can be something to find: few bodies have such escapes, or so many brackets
        fine = (SUSPICIOUS.search(raw) is None or storable(value)) and (
            raw.count(b"[") + raw.count(b"{") <= DEEPEST or shallow(value)
        )
        if not fine:
            _refuse()
        # without escapes, what is in one form as a whole is so in its parts
        return value if b"\\" not in raw and is_in_one_form(text) else as_received(value)
    except (ValueError, RecursionError):
        raise MalformedRequest from None


def _refuse(_: object = None) -> NoReturn:
    raise ValueError


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _refuse()


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    return members if len(members) == len(pairs) else _refuse()


def storable(value: Any) -> bool:
    """Whether every string can be stored as PostgreSQL text: no NUL, no lone surrogate."""
    if isinstance(value, str):
        return UNSTORABLE.search(value) is None
    if isinstance(value, Mapping):
        return all(storable(name) and storable(each) for name, each in value.items())
    return all(map(storable, value)) if isinstance(value, list) else True


def shallow(value: Any, deepest: int = DEEPEST) -> bool:
    """Whether lists and objects are nested at most so deep."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if not isinstance(value, list):
        return True
    return deepest > 0 and all(shallow(each, deepest - 1) for each in value)


def load(schema: Schema, value: Any) -> dict[str, Any]:
    """Load through a schema, turning its errors into an Invalid whose fields are JSON pointers."""
    try:
        loaded: dict[str, Any] = schema.load(value)
    except ValidationError as error:
        raise Invalid(fields=pointers(error.messages)) from None
    return loaded


def query_args(schema: Schema) -> dict[str, Any]:
    """The query string, loaded through a schema; a name given several times is a list. Raises Invalid."""
    given = request.args.to_dict(flat=False)
    values = {name: values[0] if len(values) == 1 else values for name, values in given.items()}
    if not storable(values):
        raise MalformedRequest
    return load(schema, values)


def pointers(messages: Any, prefix: str = "") -> dict[str, Sentences]:
    """Marshmallow's nested messages as JSON pointers (RFC 6901), each with the sentences said of it."""
    if isinstance(messages, Mapping):
        found: dict[str, Sentences] = {}
        for name, inner in messages.items():
            step = "" if name == "_schema" else "/" + str(name).replace("~", "~0").replace("/", "~1")
            found.update(pointers(inner, prefix + step))
        return found
    # as they are: made into another text, one would lose its values
    sentences = tuple(messages) if isinstance(messages, list) else (messages,)
    return {prefix: sentences[0] if len(sentences) == 1 else sentences}


def dumped(schema: type[Schema], value: Any) -> dict[str, Any]:
    """A value in the shape of a schema, which is made once: it keeps nothing of what it tells."""
    told: dict[str, Any] = _made(schema).dump(value)
    return told


@cache
def _made(schema: type[Schema]) -> Schema:
    # to make one takes longer than to tell a page of a list with it
    return schema()


def ok(body: Any, *, etag: str | None = None, status: int = 200) -> Response:
    """A representation, with the version it shows."""
    response = Response(json.dumps(body, ensure_ascii=False), status, mimetype="application/json")
    if etag:
        response.headers["ETag"] = etag
    return response


def unless_known(body: Any) -> Response:
    """A representation that shows nobody, or 304 to whoever has the same already (RFC 9110, 13.1.2).

    It is for its asker alone, and to be asked for again each time.
    """
    response = ok(body)
    said = f"{current_actor().unit_id} {request.full_path} ".encode() + response.get_data()
    response.set_etag(sha256(said).hexdigest()[:32])
    response.headers["Cache-Control"] = "private, no-cache"
    response.vary.update(("Authorization", "Cookie"))
    response.make_conditional(request)
    return response


def created(location: str, body: Any, etag: str | None = None) -> Response:
    """201 with Location and a representation."""
    response = ok(body, etag=etag, status=201)
    response.headers["Location"] = location
    # Werkzeug would make it absolute from the Host header, which is not ours to trust
    response.autocorrect_location_header = False
    return response


def no_content(etag: str | None = None) -> Response:
    """204, with the new version if there is one."""
    response = Response(status=204)
    if etag:
        response.headers["ETag"] = etag
    return response


def etag(version: int) -> str:
    """A version as a strong entity tag (RFC 9110, 8.8.3)."""
    return f'"{version}"'


def require_if_match() -> int:
    """The version that the client has read. Raises VersionIsRequired without it, VersionHasMoved if it cannot match."""
    given = request.headers.get("If-Match", "").strip()
    if not given or given == "*":
        raise VersionIsRequired
    found = ETAG.fullmatch(given)
    if found is None:
        raise VersionHasMoved
    return int(found[1])


def idempotency_key() -> str | None:
    """The Idempotency-Key header, quoted or bare, or None. Raises Invalid when it is not 1–200 visible characters."""
    given = request.headers.get("Idempotency-Key")
    if given is None:
        return None
    key = given.strip().strip('"')
    if not KEY.fullmatch(key):
        raise Invalid(says("Idempotency-Key must be 1 to 200 visible ASCII characters."))
    return key


def once() -> idempotency.Once | None:
    """This request's fingerprints for ``shared.web.api.idempotency``, or None when it carries no Idempotency-Key."""
    key = idempotency_key()
    if key is None:
        return None
    path = request.full_path if request.query_string else request.path
    return idempotency.once(web().secrets(), current_actor(), key, request.method, path, request.get_data())


def _cursors(purpose: str) -> URLSafeSerializer:
    # the last key signs, all are tried
    keys = [*reversed(current_app.config["SECRET_KEY_FALLBACKS"]), current_app.config["SECRET_KEY"]]
    return URLSafeSerializer(keys, salt=f"lotsa-cursor:{web().service}:{purpose}")


def page_cursor(purpose: str, values: Sequence[str | int]) -> str:
    """A signed cursor to where the next page begins. ``values`` are sort keys: times and ids, never personal data."""
    token = _cursors(purpose).dumps(list(values))
    return token if isinstance(token, str) else token.decode()


def read_cursor(purpose: str, token: str | None) -> list[Any] | None:
    """What a cursor of this purpose holds, or None for the first page. Raises MalformedCursor for any other text."""
    if not token:
        return None
    try:
        values: list[Any] = _cursors(purpose).loads(token)
    except BadSignature:
        raise MalformedCursor from None
    return values
