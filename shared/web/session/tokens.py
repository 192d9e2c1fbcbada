"""Bearer tokens for systems: JWT access tokens as RFC 9068 profiles them, bound to one assignment (and so one unit)."""

from __future__ import annotations

import hashlib
import json
import math
import threading
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import requests
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from shared.environment import SettingsAreWrong
from shared.kernel.actor import UserRef
from shared.kernel.refusals import Failure, SignInNeeded
from shared.settings import Settings

# asymmetric signatures only: "none" and the HMAC family would let anybody sign
ALGORITHMS = ["ES256", "RS256", "PS256"]
TYPES = ("at+jwt", "application/at+jwt")
REQUIRED = ("iss", "exp", "aud", "sub", "client_id", "iat", "jti", "assignment")
LEEWAY_SECONDS = 30
LONGEST_LIFE_SECONDS = 3600
LONGEST_TOKEN = 8192
REFETCH_AFTER_SECONDS = 60
TRY_AGAIN_SECONDS = 5
KEEP_KEYS_SECONDS = 3600
MOST_REMEMBERED = 1024


class AccessTokens:
    """Reads bearer tokens of one issuer for one audience. Safe between threads.

    A system sends the same token with every request, so a signature that was found right is remembered (by the token's
    SHA-256, never the token) for as long as the very keys that it was checked with are the issuer's. All the rest is
    looked at each time: the hour, the issuer, the audience, and by the caller whether the assignment still holds.
    """

    def __init__(
        self, issuer: str, audience: str, fetch_keys: Callable[[], KeySet], *, longest_life: int = LONGEST_LIFE_SECONDS
    ) -> None:
        self._registry = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "values": [audience]},
            **{name: {"essential": True} for name in REQUIRED if name not in ("iss", "aud")},  # type: ignore[arg-type]  # claims by name
        )
        self._fetch = fetch_keys
        self._longest_life = longest_life
        self._keys: KeySet | None = None
        self._fetched_at = 0.0
        self._failed_at = -math.inf
        self._signed: dict[bytes, tuple[KeySet, Mapping[str, Any]]] = {}
        self._lock = threading.Lock()

    def read(self, token: str) -> tuple[UserRef, UUID]:
        """The user and assignment a token stands for. Raises SignInNeeded for any token that is not wholly right."""
        if len(token) > LONGEST_TOKEN or token.count(".") != 2:
            raise SignInNeeded
        try:
            claims = self._claims_of(token)
            self._registry.validate(claims)
            if claims["exp"] - claims["iat"] > self._longest_life or claims["iat"] > time.time() + LEEWAY_SECONDS:
                # whoever has stolen it would have it for as long
                raise SignInNeeded
            return UserRef(claims["iss"], str(claims["sub"])), UUID(str(claims["assignment"]))
        except (JoseError, ValueError, TypeError, AttributeError):
            # one answer for every fault: a caller learns nothing by trying
            raise SignInNeeded from None

    def _claims_of(self, token: str) -> dict[str, Any]:
        """What a rightly signed access token says."""
        digest = hashlib.sha256(token.encode()).digest()
        known = self._signed.get(digest)
        if known is not None and known[0] is self._current_keys():
            return dict(known[1])
        decoded, keys = self._decode(token)
        if decoded.header.get("typ", "").lower() not in TYPES:
            raise SignInNeeded
        with self._lock:
            while len(self._signed) >= MOST_REMEMBERED:
                del self._signed[next(iter(self._signed))]
            self._signed[digest] = keys, decoded.claims
        return dict(decoded.claims)

    def _decode(self, token: str) -> tuple[Any, KeySet]:
        keys = self._current_keys()
        try:
            return jwt.decode(token, keys, algorithms=ALGORITHMS), keys
        except (JoseError, ValueError):
            # the issuer may have begun to use a new key; ask at most once a minute
            if time.monotonic() - self._fetched_at < REFETCH_AFTER_SECONDS:
                raise
            keys = self._current_keys(refetch=True)
            return jwt.decode(token, keys, algorithms=ALGORITHMS), keys

    def _current_keys(self, *, refetch: bool = False) -> KeySet:
        """The issuer's keys. One caller fetches them anew when it is time; the others go on with those there are."""
        now = time.monotonic()
        with self._lock:
            keys, age = self._keys, now - self._fetched_at
            if keys is None:
                if now - self._failed_at < TRY_AGAIN_SECONDS:
                    raise Failure("the token issuer's keys could not be read a moment ago")
            elif age <= KEEP_KEYS_SECONDS and not (refetch and age >= REFETCH_AFTER_SECONDS):
                return keys
            else:
                # noted before the answer: while the issuer is away, made-up tokens must not have everybody wait for it
                self._fetched_at = now
        try:
            fetched = self._fetch()
        except Failure:
            with self._lock:
                self._failed_at = time.monotonic()
            if keys is None:
                raise
            return keys
        with self._lock:
            self._keys, self._fetched_at = fetched, time.monotonic()
        return fetched


def from_settings(settings: Settings) -> AccessTokens | None:
    """The reader for the configured issuer, or None when none is configured (the API then answers 401)."""
    if not settings.token_issuer:
        return None
    if settings.token_jwks_file:
        path = settings.token_jwks_file
        fetch = partial(_keys_in, path)
    else:
        fetch = partial(_discover, settings.token_issuer)
    longest = settings.token_longest_life
    return AccessTokens(settings.token_issuer, settings.token_audience, fetch, longest_life=longest)


def _keys_in(path: Path) -> KeySet:
    return KeySet.import_key_set(json.loads(path.read_text(encoding="utf-8")))


def _discover(issuer: str) -> KeySet:
    """The issuer's keys by OpenID discovery. Raises Failure (temporary) when it cannot be reached."""
    try:
        answer = _fetched(issuer.rstrip("/") + "/.well-known/openid-configuration")
        metadata = answer.json()
        if metadata.get("issuer") != issuer:
            raise Failure("the token issuer's metadata names another issuer", permanent=True)
        where = str(metadata["jwks_uri"])
        if issuer.startswith("https://") and not where.startswith("https://"):
            # OpenID Connect Discovery 1.0, section 3: the keys that all trust rests on travel by https too
            raise Failure("the token issuer's metadata gives an address for its keys that is not https", permanent=True)
        return KeySet.import_key_set(_fetched(where).json())
    except (requests.RequestException, KeyError, ValueError) as error:
        raise Failure(f"the token issuer's keys cannot be read: {type(error).__name__}") from None


def _fetched(address: str) -> requests.Response:
    """What stands at exactly this address: nobody is followed elsewhere. Raises requests.RequestException."""
    answer = requests.get(address, timeout=5, allow_redirects=False)
    if answer.is_redirect:
        raise requests.TooManyRedirects(response=answer)
    answer.raise_for_status()
    return answer


def make_demo_keys(private_file: Path, jwks_file: Path) -> None:
    """Write a new signing key (mode 0600) and its public half as a key set, for demo and tests."""
    key = ECKey.generate_key("P-256", {"kid": uuid4().hex, "use": "sig", "alg": "ES256"}, private=True)
    private_file.touch(mode=0o600)
    private_file.write_text(json.dumps(key.as_dict(private=True)), encoding="utf-8")
    jwks_file.write_text(json.dumps({"keys": [key.as_dict(private=False)]}), encoding="utf-8")


def issue_demo_token(
    key_file: Path, settings: Settings, user: UserRef, assignment_id: UUID, *, minutes: int = 60
) -> str:
    """A token for one of the cast. Raises SettingsAreWrong in production: there the issuer gives them."""
    if settings.mode not in ("demo", "test"):
        raise SettingsAreWrong("demo tokens exist only with LOTSA_MODE=demo or test")
    key = ECKey.import_key(json.loads(key_file.read_text(encoding="utf-8")))
    now = int(time.time())
    claims = {
        "iss": settings.token_issuer,
        "aud": settings.token_audience,
        "sub": user.subject,
        "client_id": "lotsa-demo",
        "iat": now,
        "exp": now + minutes * 60,
        "jti": uuid4().hex,
        "assignment": str(assignment_id),
    }
    return jwt.encode({"alg": "ES256", "typ": "at+jwt", "kid": key.kid}, claims, key, algorithms=ALGORITHMS)
