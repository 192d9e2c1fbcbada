"""The trial's OpenID provider: Canaille, in memory, with the invented people. It has an image of its own.

`LOTSA_HOST` and `LOTSA_PORT` say where the product is; the provider answers at `id.` before the same name.
`LOTSA_TRIAL_PASSWORD_FILE` holds the password of all of them, `LOTSA_OIDC_CLIENT_SECRET_FILE` the product's secret.

Systems sign in too, by client credentials (RFC 6749, 4.4): each in `systems.json` with the secret in
`LOTSA_TRIAL_SYSTEM_SECRET_FILE`. They are given access tokens as the product wants them: RFC 9068, for the audience
`lotsa`, with the assignment that the file names as a claim.
"""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import Any

from authlib.oauth2.rfc9068 import JWTBearerTokenGenerator
from canaille import create_app
from canaille.app import models
from canaille.backends import Backend
from canaille.oidc.provider import authorization
from flask import Flask
from joserfc.jwk import KeySet, RSAKey
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.serving import make_server

PORT = 5000
AUDIENCE = "lotsa"
TOKENS_HOLD_SECONDS = 600
# what the product asks for (shared/settings.py), which this image does not have
LEVEL = "http://id.elegnamnden.se/loa/1.0/loa3"
SYSTEMS = Path(__file__).with_name("systems.json")
PEOPLE = {
    "alva": ("Alva", "Ahlm"),
    "bo": ("Bo", "Berg"),
    "cilla": ("Cilla", "Ceder"),
    "dani": ("Dani", "Dahl"),
    "ester": ("Ester", "Ek"),
    "hanna": ("Hanna", "Holm"),
}


def main() -> None:
    """Serve until stopped."""
    app = provider()
    with app.app_context(), Backend.instance.session():
        make_server("0.0.0.0", PORT, app, threaded=True).serve_forever()


def provider() -> Flask:
    """The provider with its people, the product and the systems."""
    host, port = os.environ["LOTSA_HOST"], os.environ["LOTSA_PORT"]
    key = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256", "kid": secrets.token_hex(4)}, private=True)
    app: Flask = create_app(
        {
            "SECRET_KEY": secrets.token_hex(32),
            "SERVER_NAME": f"id.{host}:{port}",
            "PREFERRED_URL_SCHEME": "https",
            "CANAILLE": {"DATABASE": "memory", "SMTP": None, "CAPTCHA_ENABLED": False, "JAVASCRIPT": False},
            "CANAILLE_OIDC": {"ACTIVE_JWKS": [key.as_dict(private=True)], "REQUIRE_NONCE": True},
        }
    )
    with app.app_context(), Backend.instance.session():
        # Canaille keeps a level with each code and knows none of its own: whoever has the password is at this one
        models.AuthorizationCode.get_acr = lambda _: LEVEL
        _people(Path(os.environ["LOTSA_TRIAL_PASSWORD_FILE"]).read_text().strip())
        _client(f"https://{host}:{port}", Path(os.environ["LOTSA_OIDC_CLIENT_SECRET_FILE"]).read_text().strip())
        systems = json.loads(SYSTEMS.read_text(encoding="utf-8"))
        for system in systems:
            _system(system, Path(os.environ["LOTSA_TRIAL_SYSTEM_SECRET_FILE"]).read_text().strip())
    assignments = {system["client_id"]: system["assignment"] for system in systems}
    tokens = SystemsTokens(f"https://id.{host}:{port}", key, assignments)
    authorization.register_token_generator("client_credentials", tokens)
    # the proxy in front speaks TLS, and says so
    app.wsgi_app = ProxyFix(app.wsgi_app, x_proto=1)  # type: ignore[method-assign]  # Flask's own way to wrap it
    return app


class SystemsTokens(JWTBearerTokenGenerator):
    """Access tokens for systems (RFC 9068), each with the assignment that the system acts under."""

    def __init__(self, issuer: str, key: RSAKey, assignments: dict[str, str]) -> None:
        super().__init__(issuer, alg="RS256", expires_generator=TOKENS_HOLD_SECONDS)
        self._key = key
        self._assignments = assignments

    def get_jwks(self) -> KeySet:
        """The key that signs."""
        return KeySet([self._key])

    def get_audiences(self, client: Any, user: Any, scope: str) -> str:
        """The product, whichever system asks."""
        return AUDIENCE

    def get_extra_claims(self, client: Any, grant_type: str, user: Any, scope: str) -> dict[str, str]:
        """The assignment."""
        return {"assignment": self._assignments[client.get_client_id()]}


def _people(password: str) -> None:
    for user, (given, family) in PEOPLE.items():
        person = models.User(
            user_name=user,
            formatted_name=f"{given} {family}",
            given_name=given,
            family_name=family,
            password=password,
            emails=[f"{user}@example.se"],
        )
        Backend.instance.save(person)


def _client(origin: str, secret: str) -> None:
    client = models.Client(
        client_id="lotsa",
        client_secret=secret,
        client_name="Lotsa",
        client_uri=origin,
        redirect_uris=[f"{origin}/directory/login/callback"],
        grant_types=["authorization_code"],
        response_types=["code"],
        scope=["openid", "profile"],
        token_endpoint_auth_method="client_secret_basic",
        id_token_signed_response_alg="RS256",
        post_logout_redirect_uris=[origin + "/"],
    )
    Backend.instance.save(client)
    # without an audience Canaille issues tokens for nobody, and the product rightly refuses them
    client.audience = [client]
    Backend.instance.save(client)


def _system(system: dict[str, str], secret: str) -> None:
    client = models.Client(
        client_id=system["client_id"],
        client_secret=secret,
        client_name=system["name"],
        grant_types=["client_credentials"],
        token_endpoint_auth_method="client_secret_basic",
    )
    Backend.instance.save(client)


if __name__ == "__main__":
    main()
