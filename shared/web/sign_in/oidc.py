"""The relying party's side of OpenID Connect, over Authlib, with the checks that it leaves to us made here."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from weakref import WeakKeyDictionary

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.base_client.errors import MismatchingStateError, OAuthError
from authlib.integrations.flask_client import FlaskOAuth2App, OAuth
from authlib.oidc.core import CodeIDToken
from flask import Flask, current_app, redirect, request
from flask import session as cookie
from joserfc.errors import JoseError
from werkzeug.wrappers import Response

from shared.environment import SettingsAreWrong
from shared.kernel.actor import UserRef
from shared.settings import Settings
from shared.vocabulary.page_addresses import page_at
from shared.web.session.state import Identified
from shared.web.sign_in import assurance, attempts

NAME = "lotsa"
# asymmetric only: a token signed with "none" or with our own client secret proves nothing
ALGORITHMS = ["ES256", "RS256", "PS256"]
LEEWAY_SECONDS = 60
PATIENCE_SECONDS = 10
ODD, AWAY = "provider", "away"
# RFC 6749, section 4.1.2.1: what a provider says that cannot answer just now
OUT_OF_ORDER = ("server_error", "temporarily_unavailable")
# the session's cookie has room for so much
LONGEST_CLAIM, MOST_MEANS = 200, 8


class SignInFailed(Exception):
    """A sign-in came to nothing. ``reason`` is a code: state, token, provider, away, cancelled.

    ``provider``: it answered otherwise than we can go on from; ``away``: it did not answer, or said that it could not.

    ``cause``: what broke, for the log alone, which tells its type and place; its text may quote tokens.
    """

    def __init__(self, reason: str, cause: Exception | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.cause = cause


@dataclass(frozen=True)
class CameBack:
    """Somebody whom the provider has identified, and how; ``target``: where they wanted to go on."""

    user: UserRef
    name: str
    target: str
    identified: Identified


class Provider:
    """The configured identity provider. Its metadata is fetched at the first sign-in and kept."""

    def __init__(self, settings: Settings) -> None:
        if not settings.oidc_issuer or not settings.oidc_client_id:
            raise SettingsAreWrong("LOTSA_OIDC_ISSUER and LOTSA_OIDC_CLIENT_ID are needed outside demo mode")
        if settings.production and not settings.oidc_issuer.startswith("https://"):
            raise SettingsAreWrong("LOTSA_OIDC_ISSUER must be https:// in production")
        self._issuer = settings.oidc_issuer
        self._client_id = settings.oidc_client_id
        self._redirect_uri = settings.public_url + page_at("sign-in-callback")
        self._after_sign_out = settings.public_url + page_at("signed-out")
        self._asked = assurance.asked_for(settings)
        secret_file = settings.oidc_client_secret_file
        self._secret = secret_file.read_text(encoding="utf-8").strip() if secret_file else None
        self._made: WeakKeyDictionary[Flask, FlaskOAuth2App] = WeakKeyDictionary()
        self._lock = threading.Lock()

    def send_away(self, target: str) -> Response:
        """Redirect to the provider, remembering state, nonce, verifier and where to go on. Raises SignInFailed."""
        try:
            asked = self._client().create_authorization_url(self._redirect_uri, **self._asked)
        except requests.RequestException as error:
            raise SignInFailed(AWAY, error) from None
        except (AuthlibBaseError, RuntimeError, ValueError) as error:
            raise SignInFailed(ODD, error) from None
        response = redirect(asked["url"])
        kept = {"code_verifier": asked["code_verifier"], "nonce": asked["nonce"], "target": target}
        attempts.remember(response, asked["state"], kept)
        return response

    def receive(self) -> CameBack:
        """Who the provider says came back. Raises SignInFailed."""
        state = request.args.get("state", "")
        kept = attempts.take(state)
        if kept is None:
            # not asked for by this browser, used already, or too long ago: whatever it says is nobody's answer
            raise SignInFailed("state")
        if request.args.get("error") == "access_denied":
            raise SignInFailed("cancelled")
        try:
            client = self._client()
            self._check_mix_up()
            client.save_authorize_data(
                state=state,
                code_verifier=kept["code_verifier"],
                nonce=kept["nonce"],
                redirect_uri=self._redirect_uri,
            )
            token = client.authorize_access_token(
                claims_cls=CodeIDToken,
                claims_options={
                    "iss": {"essential": True, "value": self._issuer},
                    "aud": {"essential": True, "values": [self._client_id]},
                    "nonce": {"essential": True},
                },
                leeway=LEEWAY_SECONDS,
            )
        except MismatchingStateError as error:
            raise SignInFailed("state", error) from None
        except OAuthError as error:
            raise SignInFailed(AWAY if error.error in OUT_OF_ORDER else ODD, error) from None
        # before ValueError, which an answer that is no JSON is as well
        except requests.RequestException as error:
            raise SignInFailed(AWAY, error) from None
        except (JoseError, AuthlibBaseError, ValueError, TypeError, KeyError) as error:
            raise SignInFailed("token", error) from None
        except RuntimeError as error:
            raise SignInFailed(ODD, error) from None
        finally:
            # where Authlib looks for it; it stays there when the provider tells of an error
            cookie.pop(f"_state_{NAME}_{state}", None)
        claims = token.get("userinfo")
        if not claims or not claims.get("nonce"):
            raise SignInFailed("token")
        try:
            user = UserRef(claims["iss"], str(claims["sub"]))
            identified = _identified(claims)
        except (ValueError, TypeError, OverflowError) as error:
            raise SignInFailed("token", error) from None
        return CameBack(user, _name(claims), kept["target"], identified)

    def sign_out_address(self) -> str | None:
        """Where one may sign out of the provider too (RP-initiated logout), or None."""
        try:
            endpoint = self._client().load_server_metadata().get("end_session_endpoint")
        except (SignInFailed, requests.RequestException, ValueError):
            return None
        asked = urlencode({"client_id": self._client_id, "post_logout_redirect_uri": self._after_sign_out})
        return f"{endpoint}?{asked}" if endpoint else None

    def _client(self) -> FlaskOAuth2App:
        app = current_app._get_current_object()  # type: ignore[attr-defined]  # of the proxy, not the app
        with self._lock:
            if app not in self._made:
                self._made[app] = self._make(app)
            client = self._made[app]
        metadata = client.load_server_metadata()
        if metadata.get("issuer") != self._issuer:
            raise SignInFailed(ODD)
        if "S256" not in metadata.get("code_challenge_methods_supported", ["S256"]):
            raise SignInFailed(ODD)
        # what the provider offers must not widen what we accept
        offered = metadata.get("id_token_signing_alg_values_supported") or ALGORITHMS
        metadata["id_token_signing_alg_values_supported"] = [each for each in offered if each in ALGORITHMS]
        return client

    def _make(self, app: Any) -> FlaskOAuth2App:
        client: FlaskOAuth2App = OAuth(app).register(  # type: ignore[no-untyped-call]  # the stubs say none of it
            NAME,
            client_id=self._client_id,
            client_secret=self._secret,
            compliance_fix=_hear_json_alone,
            server_metadata_url=self._issuer.rstrip("/") + "/.well-known/openid-configuration",
            client_kwargs={
                "scope": "openid profile",
                "code_challenge_method": "S256",
                "timeout": PATIENCE_SECONDS,
                "token_endpoint_auth_method": "client_secret_basic" if self._secret else "none",
            },
        )
        return client

    def _check_mix_up(self) -> None:
        """RFC 9207: an answer that names its issuer must name ours."""
        if request.args.get("iss", self._issuer) != self._issuer:
            raise SignInFailed("state")


def _hear_json_alone(client: Any) -> None:
    """Have a page in place of a token (the provider is being mended) raise requests' own error, not a ValueError."""

    def heard(response: requests.Response) -> requests.Response:
        response.json()
        return response

    client.register_compliance_hook("access_token_response", heard)


def _identified(claims: Any) -> Identified:
    """How, as far as it is said rightly. Raises ValueError, TypeError or OverflowError."""
    at = claims.get("auth_time")
    return Identified(
        acr=str(claims.get("acr") or "")[:LONGEST_CLAIM],
        amr=tuple(str(each)[:LONGEST_CLAIM] for each in claims.get("amr") or ())[:MOST_MEANS],
        at=None if at is None else datetime.fromtimestamp(float(at), UTC),
    )


def _name(claims: Any) -> str:
    given = claims.get("name") or " ".join(filter(None, (claims.get("given_name"), claims.get("family_name"))))
    return str(given or claims.get("preferred_username") or "")[:100]
