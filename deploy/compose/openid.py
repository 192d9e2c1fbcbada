"""The trial's OpenID provider: Canaille, in memory, with the invented people. It has an image of its own.

`LOTSA_HOST` and `LOTSA_PORT` say where the product is; the provider answers at `id.` before the same name.
`LOTSA_TRIAL_PASSWORD_FILE` holds the password of all of them, `LOTSA_OIDC_CLIENT_SECRET_FILE` the product's secret.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from canaille import create_app
from canaille.app import models
from canaille.backends import Backend
from flask import Flask
from joserfc.jwk import RSAKey
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.serving import make_server

PORT = 5000
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
        _people(Path(os.environ["LOTSA_TRIAL_PASSWORD_FILE"]).read_text().strip())
        _client(f"https://{host}:{port}", Path(os.environ["LOTSA_OIDC_CLIENT_SECRET_FILE"]).read_text().strip())
        # the proxy in front speaks TLS, and says so
        app.wsgi_app = ProxyFix(app.wsgi_app, x_proto=1)  # type: ignore[method-assign]
        make_server("0.0.0.0", PORT, app, threaded=True).serve_forever()


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


if __name__ == "__main__":
    main()
