"""Bearer tokens: the one kind that opens the door, and the many that do not."""

from __future__ import annotations

import dataclasses
import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
import requests
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey

from shared.environment import SettingsAreWrong
from shared.kernel.refusals import Failure, SignInNeeded
from shared.web.session import tokens
from shared.web.session.tokens import AccessTokens, issue_demo_token
from tests.support.web_gallery import ALVA, BO
from tests.unit.web.conftest import World

Make = Callable[..., str]


@pytest.fixture
def token(world: World) -> Make:
    """A right token, but for what the test changes; a claim set to None is left out."""
    right = ECKey.import_key(json.loads(world.key_file.read_text()))

    def make(*, key: Any = None, header: dict[str, Any] | None = None, **changes: Any) -> str:
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": ALVA.issuer,
            "aud": "lotsa",
            "sub": ALVA.subject,
            "client_id": "a-case-system",
            "iat": now,
            "exp": now + 60,
            "jti": uuid4().hex,
            "assignment": str(world.alvas.id),
        }
        claims.update(changes)
        claims = {name: value for name, value in claims.items() if value is not None}
        head = {"alg": "ES256", "typ": "at+jwt", "kid": right.kid, **(header or {})}
        return jwt.encode(head, claims, key or right, algorithms=["ES256", "HS256"])

    return make


def status(client: FlaskClient, token: str) -> int:
    """What the API answers to a token."""
    return client.get("/api/directory/v1/boats", headers={"Authorization": f"Bearer {token}"}).status_code


def test_a_right_token_opens_the_door(client: FlaskClient, token: Make) -> None:
    """Signed by the issuer, for us, in time, and for an assignment that holds."""
    assert status(client, token()) == 200


def test_a_token_is_read_once_in_a_request_and_anew_in_the_next(
    client: FlaskClient, token: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever counts requests asks whose it is, and so does the view."""
    read: list[str] = []
    reading = AccessTokens.read
    monkeypatch.setattr(AccessTokens, "read", lambda self, given: (read.append(given), reading(self, given))[1])
    first, second = token(), token(exp=int(time.time()) - 60)
    assert [status(client, first), status(client, first)] == [200, 200]
    assert read == [first, first]
    assert status(client, second) == 401


def test_the_command_lines_token_is_a_right_token(client: FlaskClient, world: World) -> None:
    """What `lotsa demo-token` prints works; in production it prints nothing."""
    made = issue_demo_token(world.key_file, world.settings, ALVA, world.alvas.id)
    assert status(client, made) == 200
    with pytest.raises(SettingsAreWrong):
        issue_demo_token(world.key_file, dataclasses.replace(world.settings, mode="production"), ALVA, world.alvas.id)


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://other.example.org"},
        {"aud": "another-service"},
        {"aud": ["a", "b"]},
        {"exp": 1},
        {"nbf": int(time.time()) + 3600},
        {"exp": None},
        {"exp": int(time.time()) + 3 * 3600},
        {"iat": int(time.time()) - 3 * 3600},
        {"iat": int(time.time()) + 3 * 3600},
        {"exp": int(time.time()) + 100 * 365 * 86400},
        {"iat": None},
        {"jti": None},
        {"client_id": None},
        {"sub": None},
        {"assignment": None},
        {"assignment": "not-an-id"},
        {"assignment": 7},
        {"header": {"typ": "JWT"}},
        {"header": {"typ": None}},
        {"header": {"kid": "unknown"}},
        {"key": ECKey.generate_key("P-256", private=True)},
    ],
    ids=lambda wrong: "-".join(f"{name}" for name in wrong),
)
def test_anything_wrong_is_answered_401(client: FlaskClient, token: Make, wrong: dict[str, Any]) -> None:
    """Issuer, audience, times, type, key and every required claim are checked (RFC 9068, 4)."""
    wrong = dict(wrong)
    if wrong.get("header") == {"typ": None}:
        wrong["header"] = {"typ": ""}
    assert status(client, token(**wrong)) == 401


def test_unsigned_and_hmac_signed_tokens_are_answered_401(client: FlaskClient, token: Make, world: World) -> None:
    """Neither "none" nor a key that is no secret (the public key's own text) signs anything."""
    header, payload, _ = token().split(".")
    import base64

    none = base64.urlsafe_b64encode(b'{"alg":"none","typ":"at+jwt"}').rstrip(b"=").decode()
    assert status(client, f"{none}.{payload}.") == 401
    public = (world.settings.token_jwks_file or world.key_file).read_bytes()
    assert status(client, token(key=OctKey.import_key(public), header={"alg": "HS256"})) == 401
    assert status(client, f"{header}.{payload}.AAAA") == 401
    assert status(client, "x" * 9000) == 401
    assert status(client, "a.b.c") == 401


def test_somebody_elses_assignment_is_not_opened(client: FlaskClient, token: Make, world: World) -> None:
    """The assignment must be the subject's own, and hold now."""
    assert status(client, token(assignment=str(world.bos.id))) == 403
    world.staff.held.clear()
    assert status(client, token()) == 403


def test_a_token_gives_the_role_of_its_assignment(client: FlaskClient, token: Make, world: World) -> None:
    """Bo is an adviser, and this door is for referrers."""
    assert status(client, token(sub=BO.subject, assignment=str(world.bos.id))) == 403


def test_the_cookie_does_not_open_the_systems_door(client: FlaskClient, sign_in: Callable[[str], None]) -> None:
    """A browser's session is worth nothing under /api/, so nothing can be forged there; 401 says how to come in."""
    sign_in("alva")
    answer = client.get("/api/directory/v1/boats")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.json is not None
    assert answer.json["type"] == "urn:lotsa:problem:sign-in-needed"


def test_a_token_does_not_open_pages(client: FlaskClient, token: Make) -> None:
    """Pages are for people who signed in."""
    answer = client.get("/directory/boats", headers={"Authorization": f"Bearer {token()}"})
    assert answer.status_code == 303


def test_an_issuer_that_is_away_is_not_asked_for_every_made_up_token(
    world: World, token: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The keys known so far go on being used; a stranger's tokens have the issuer asked once a minute at most."""
    right = ECKey.import_key(json.loads(world.key_file.read_text()))
    asked = []

    def fetch() -> KeySet:
        asked.append(1)
        if len(asked) > 1:
            raise Failure("away")
        return KeySet([right])

    reader = AccessTokens(ALVA.issuer, "lotsa", fetch)
    assert reader.read(token())[0] == ALVA
    began = time.monotonic()
    monkeypatch.setattr(tokens.time, "monotonic", lambda: began + tokens.REFETCH_AFTER_SECONDS + 1)
    for _ in range(5):
        with pytest.raises(SignInNeeded):
            reader.read(token(key=ECKey.generate_key("P-256")))
    assert len(asked) == 2
    assert reader.read(token())[0] == ALVA


@pytest.mark.parametrize(
    ("where", "trusted"), [("https://keys.example.test/jwks", True), ("http://keys.example.test/jwks", False)]
)
def test_keys_of_an_issuer_behind_https_come_by_https(
    where: str, trusted: bool, world: World, token: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Metadata that sends us elsewhere for the keys, in the clear, opens no door, and nothing is fetched there."""
    issuer = "https://idp.example.test"
    asked: list[str] = []

    def get(address: str, timeout: float, *, allow_redirects: bool) -> requests.Response:
        assert not allow_redirects
        asked.append(address)
        known = {"issuer": issuer, "jwks_uri": where}
        answer = requests.Response()
        answer.status_code = 200
        text = json.dumps(known) if "well-known" in address else (world.key_file.parent / "jwks.json").read_text()
        answer._content = text.encode()
        return answer

    monkeypatch.setattr(tokens.requests, "get", get)
    settings = dataclasses.replace(world.settings, token_issuer=issuer, token_jwks_file=None)
    reader = tokens.from_settings(settings)
    assert reader is not None
    if trusted:
        assert reader.read(token(iss=issuer))[0].subject == ALVA.subject
    else:
        with pytest.raises(Failure, match="not https"):
            reader.read(token(iss=issuer))
    assert (where in asked) is trusted


def test_nobody_waits_for_keys_that_another_caller_fetches(world: World, token: Make) -> None:
    """A made-up token makes one caller ask the issuer; right tokens are read meanwhile with the keys there are."""
    right = ECKey.import_key(json.loads(world.key_file.read_text()))
    asked, answer = threading.Event(), threading.Event()
    fetched: list[KeySet] = []

    def fetch() -> KeySet:
        if fetched:
            asked.set()
            assert answer.wait(30), "the test let the issuer answer"
        fetched.append(KeySet([right]))
        return fetched[-1]

    reader = AccessTokens(ALVA.issuer, "lotsa", fetch)
    assert reader.read(token())[0] == ALVA
    reader._fetched_at -= tokens.REFETCH_AFTER_SECONDS
    with ThreadPoolExecutor(1) as other:
        stranger = other.submit(reader.read, token(key=ECKey.generate_key("P-256")))
        assert asked.wait(30), "the stranger's caller asked the issuer"
        assert reader.read(token())[0] == ALVA
        answer.set()
        with pytest.raises(SignInNeeded):
            stranger.result(30)
    assert len(fetched) == 2


def test_an_issuer_that_was_never_reached_is_not_asked_by_every_caller(
    token: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For some seconds everybody is told at once; then it is tried again."""
    asked: list[int] = []

    def fetch() -> KeySet:
        asked.append(1)
        raise Failure("away")

    reader = AccessTokens(ALVA.issuer, "lotsa", fetch)
    for _ in range(5):
        with pytest.raises(Failure):
            reader.read(token())
    assert len(asked) == 1
    began = time.monotonic()
    monkeypatch.setattr(tokens.time, "monotonic", lambda: began + tokens.TRY_AGAIN_SECONDS + 1)
    with pytest.raises(Failure):
        reader.read(token())
    assert len(asked) == 2


@pytest.mark.parametrize("subject", ["alva\x00", "", "alva\n", "\u202ealva"])
def test_a_subject_that_cannot_be_kept_opens_nothing(client: FlaskClient, token: Make, subject: str) -> None:
    """However rightly it is signed; it would only be found out by the database."""
    assert status(client, token(sub=subject)) == 401


class _Reading:
    """A reader whose issuer's keys, hour and signature checks are the test's own."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self.keys = [ECKey.import_key(json.loads(world.key_file.read_text()))]
        self.checked = 0
        fetch = lambda: KeySet(list(self.keys))  # noqa: E731
        self.reader = AccessTokens(ALVA.issuer, "lotsa", fetch, longest_life=24 * 3600)
        decode, self._now, self._steady = jwt.decode, time.time, time.monotonic
        self.later = 0.0

        def counted(*given: Any, **more: Any) -> Any:
            self.checked += 1
            return decode(*given, **more)

        monkeypatch.setattr(tokens.jwt, "decode", counted)
        monkeypatch.setattr(time, "time", lambda: self._now() + self.later)
        monkeypatch.setattr(time, "monotonic", lambda: self._steady() + self.later)


@pytest.fixture
def reading(world: World, monkeypatch: pytest.MonkeyPatch) -> _Reading:
    """A reader that is watched."""
    return _Reading(world, monkeypatch)


def test_a_signature_is_checked_once_and_its_token_still_expires(reading: _Reading, token: Make) -> None:
    """What is remembered is that the issuer signed it, not that it holds."""
    given = token()
    assert [reading.reader.read(given)[0] for _ in range(3)] == [ALVA] * 3
    assert reading.checked == 1
    reading.later = 60 + tokens.LEEWAY_SECONDS + 1
    with pytest.raises(SignInNeeded):
        reading.reader.read(given)


def test_a_key_that_the_issuer_takes_back_closes_remembered_tokens(reading: _Reading, token: Make) -> None:
    """As soon as the keys are fetched again, as they are every hour, its tokens are strangers'."""
    given = token(exp=int(time.time()) + 7200)
    assert reading.reader.read(given)[0] == ALVA
    reading.keys = [ECKey.generate_key("P-256", private=True)]
    reading.later = tokens.KEEP_KEYS_SECONDS + 1
    with pytest.raises(SignInNeeded):
        reading.reader.read(given)


def test_a_changed_token_is_not_the_remembered_one(reading: _Reading, token: Make) -> None:
    """Another payload under a signature that was found right has a signature to be checked."""
    header, payload, signature = token().split(".")
    reading.reader.read(f"{header}.{payload}.{signature}")
    other = token(sub="bo").split(".")[1]
    with pytest.raises(SignInNeeded):
        reading.reader.read(f"{header}.{other}.{signature}")


def test_no_more_tokens_are_remembered_than_there_is_room_for(
    reading: _Reading, token: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oldest is forgotten, and only has its signature checked again."""
    monkeypatch.setattr(tokens, "MOST_REMEMBERED", 2)
    given = [token() for _ in range(3)]
    for each in (*given, given[2], given[1]):
        reading.reader.read(each)
    assert reading.checked == 3
    assert reading.reader.read(given[0])[0] == ALVA
    assert reading.checked == 4


def test_an_issuer_that_sends_us_elsewhere_is_not_followed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A redirect is no answer: keys come from exactly where the metadata and the settings say."""
    asked: list[str] = []

    def get(address: str, timeout: float, *, allow_redirects: bool) -> requests.Response:
        asked.append(address)
        answer = requests.Response()
        answer.status_code, answer.headers["Location"] = 302, "https://elsewhere.example.test/"
        return answer

    monkeypatch.setattr(tokens.requests, "get", get)
    settings = dataclasses.replace(world.settings, token_issuer="https://idp.example.test", token_jwks_file=None)
    reader = tokens.from_settings(settings)
    assert reader is not None
    with pytest.raises(Failure):
        reader._current_keys()
    assert asked == ["https://idp.example.test/.well-known/openid-configuration"]
