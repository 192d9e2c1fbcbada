"""Bodies, versions, keys and pages at the systems' door, and its description."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from openapi_spec_validator import OpenAPIV31SpecValidator, validate

from shared.web.api.answers import etag, pointers
from shared.web.session.tokens import ALGORITHMS, REQUIRED, issue_demo_token
from tests.support.web_gallery import ALVA
from tests.unit.web.conftest import World

BOATS = "/api/directory/v1/boats"
ONE = BOATS + "/0190b2a0-0000-7000-8000-000000000000"


@pytest.fixture
def bearer(world: World) -> dict[str, str]:
    """Alva's system."""
    return {"Authorization": f"Bearer {issue_demo_token(world.key_file, world.settings, ALVA, world.alvas.id)}"}


def post(client: FlaskClient, raw: bytes, headers: dict[str, str], kind: str = "application/json") -> tuple[int, Any]:
    """Send raw bytes."""
    answer = client.post(BOATS, data=raw, headers=headers, content_type=kind)
    return answer.status_code, answer.json


def test_created_says_where_and_which_version(client: FlaskClient, bearer: dict[str, str]) -> None:
    """201 with Location (a path: the Host header is not ours to trust) and a strong ETag."""
    answer = client.post(BOATS, json={"name": "Vega"}, headers=bearer)
    assert answer.status_code == 201
    assert answer.headers["Location"] == "/api/directory/v1/boats/1"
    assert answer.headers["ETag"] == '"1"'
    assert answer.json == {"name": "Vega"}


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b"",
        b'{"name": "a", "name": "b"}',
        b'{"name": NaN}',
        b'{"name": "\\u0000"}',
        b'{"name": "\\ud800"}',
        b'{"\\u0000": 1}',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
    ids=range(9),
)
def test_what_is_not_sound_json_is_400(client: FlaskClient, bearer: dict[str, str], raw: bytes) -> None:
    """Broken, doubled names, NaN, and text that no database takes."""
    status, body = post(client, raw, bearer)
    assert (status, body["type"]) == (400, "urn:lotsa:problem:malformed")


@pytest.mark.parametrize("raw", [b"[]", b"7", b'"x"', b"null"])
def test_json_of_the_wrong_shape_is_422(client: FlaskClient, bearer: dict[str, str], raw: bytes) -> None:
    """Sound JSON, but no object."""
    assert post(client, raw, bearer)[0] == 422


def test_another_media_type_is_415(client: FlaskClient, bearer: dict[str, str]) -> None:
    """A form is not JSON."""
    assert post(client, b'{"name": "a"}', bearer, "text/plain")[0] == 415


def test_a_change_names_the_version_it_was_made_from(client: FlaskClient, bearer: dict[str, str], world: World) -> None:
    """428 without If-Match, 412 for what can match no version, else the number."""
    assert client.delete(ONE, headers=bearer).status_code == 428
    assert client.delete(ONE, headers={**bearer, "If-Match": "*"}).status_code == 428
    for never in ('W/"3"', "3", '"x"', '"1", "2"', '"99999999999"'):
        assert client.delete(ONE, headers={**bearer, "If-Match": never}).status_code == 412, never
    client.delete(ONE, headers={**bearer, "If-Match": etag(3)})
    assert world.seen["version"] == 3


def test_equal_requests_have_equal_fingerprints_and_others_do_not(
    client: FlaskClient, bearer: dict[str, str], world: World
) -> None:
    """The key alone names the attempt; method, path and body make up what was asked."""

    def sent(key: str | None, name: str) -> Any:
        headers = {**bearer, **({"Idempotency-Key": key} if key else {})}
        assert client.post(BOATS, json={"name": name}, headers=headers).status_code == 201
        return world.seen["once"]

    first, again, other = sent("k1", "Vega"), sent('"k1"', "Vega"), sent("k1", "Lyra")
    assert first == again
    assert first.key_fingerprint == other.key_fingerprint
    assert first.request_fingerprint != other.request_fingerprint
    assert sent("k2", "Vega").key_fingerprint != first.key_fingerprint
    assert sent(None, "Vega") is None
    assert b"Vega" not in first.request_fingerprint


@pytest.mark.parametrize("key", ["", " ", "x" * 201, "å"])
def test_a_key_is_one_to_two_hundred_visible_characters(client: FlaskClient, bearer: dict[str, str], key: str) -> None:
    """Anything else is 422."""
    headers = {**bearer, "Idempotency-Key": key.encode().decode("latin-1")}
    assert client.post(BOATS, json={"name": "Vega"}, headers=headers).status_code == 422


def test_pages_follow_one_another_by_a_signed_marker(client: FlaskClient, bearer: dict[str, str]) -> None:
    """The marker is ours alone: a changed one is 422."""
    first = client.get(BOATS + "?limit=5", headers=bearer).json
    assert first is not None
    assert first["start"] == 0
    second = client.get(f"{BOATS}?limit=5&cursor={first['next']}", headers=bearer).json
    assert second is not None
    assert second["start"] == 5
    wrong = client.get(f"{BOATS}?cursor=x{first['next']}", headers=bearer)
    assert wrong.status_code == 422
    assert wrong.json is not None
    assert wrong.json["type"] == "urn:lotsa:problem:malformed-cursor"
    assert wrong.json["title"] == "Länken till nästa sida fungerar inte."
    assert wrong.json["errors"][0]["pointer"] == "#/cursor"


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "limit=101", "unknown=1", "limit=1&limit=2"])
def test_a_wrong_question_is_422(client: FlaskClient, bearer: dict[str, str], query: str) -> None:
    """Query strings are checked like bodies."""
    assert client.get(f"{BOATS}?{query}", headers=bearer).status_code == 422


def test_pointers_are_escaped(world: World) -> None:
    """RFC 6901: ~ and / in names; lists by index."""
    nested = {"a/b": {"c~d": ["No."]}, "list": {0: ["Bad."]}, "_schema": ["Whole."]}
    assert pointers(nested) == {"/a~1b/c~0d": "No.", "/list/0": "Bad.", "": "Whole."}


def test_the_description_is_sound_openapi(client: FlaskClient) -> None:
    """OpenAPI 3.1, with keys, versions, roles and problems in it, and open to read without a token."""
    document = client.get("/api/directory/openapi.json").json
    assert document is not None
    validate(document, cls=OpenAPIV31SpecValidator)
    assert document["openapi"].startswith("3.1")
    add = document["paths"]["/boats"]["post"]
    assert add["x-lotsa-roles"] == ["referrer"]
    assert {each["name"] for each in add["parameters"]} == {"Idempotency-Key"}
    assert set(add["responses"]) == {"201", "default"}
    assert document["paths"]["/weather"]["get"]["security"] == []
    sink = document["paths"]["/boats/{boat_id}"]["delete"]
    assert {"boat_id", "If-Match"} == {each["name"] for each in sink["parameters"]}
    assert json.dumps(document).count("BoatIn") >= 2


def test_the_description_can_be_read_offline(client: FlaskClient) -> None:
    """A plain page, nothing from elsewhere."""
    page = client.get("/api/directory/docs")
    assert page.status_code == 200
    assert page.mimetype == "text/html"
    assert "Adds a boat." in page.text
    assert "Twice with one key is once." in page.text
    assert "://" not in page.text


def test_the_description_says_what_a_token_must_hold(client: FlaskClient) -> None:
    """Type, algorithms and every claim that is demanded, the assignment among them; on the page to read as well."""
    document = client.get("/api/directory/openapi.json").json
    assert document is not None
    told = document["components"]["securitySchemes"]["bearer"]["description"]
    for word in ("RFC 9068", "at+jwt", *ALGORITHMS, *REQUIRED):
        assert word in told
    assert "`assignment` is the id of an assignment in the directory" in told
    assert "is the id of an assignment in the directory" in client.get("/api/directory/docs").text
