"""Runs Canaille, a real OpenID provider, in memory, with one client and one user. Has its own environment.

python run_canaille.py SOCKET CLIENT_ID CLIENT_SECRET REDIRECT_URI USER PASSWORD NAME

SOCKET is the number of a listening socket that it is given.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import sys

from canaille import create_app
from canaille.app import models
from canaille.backends import Backend
from flask import Flask
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

LEVEL = "http://id.elegnamnden.se/loa/1.0/loa3"


def main() -> None:
    """Serve until killed."""
    handed_over, client_id, client_secret, redirect_uri, user, password, name = sys.argv[1:]
    with socket.socket(fileno=os.dup(int(handed_over))) as listening:
        port = listening.getsockname()[1]
    key = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256", "kid": "one"}, private=True)
    app: Flask = create_app(
        {
            "SECRET_KEY": secrets.token_hex(32),
            "SERVER_NAME": f"127.0.0.1:{port}",
            "PREFERRED_URL_SCHEME": "http",
            "CANAILLE": {"DATABASE": "memory", "SMTP": None, "CAPTCHA_ENABLED": False, "JAVASCRIPT": False},
            "CANAILLE_OIDC": {"ACTIVE_JWKS": [key.as_dict(private=True)], "REQUIRE_NONCE": True},
        }
    )
    with app.app_context(), Backend.instance.session():
        # Canaille keeps a level with each code, and knows none of its own: all who come in here are at this one
        models.AuthorizationCode.get_acr = lambda _: LEVEL
        given, _, family = name.partition(" ")
        person = models.User(
            user_name=user,
            formatted_name=name,
            given_name=given,
            family_name=family or given,
            password=password,
            emails=[f"{user}@example.se"],
        )
        Backend.instance.save(person)
        client = models.Client(
            client_id=client_id,
            client_secret=client_secret,
            client_name="Lotsa",
            client_uri="http://127.0.0.1/",
            redirect_uris=[redirect_uri],
            grant_types=["authorization_code"],
            response_types=["code"],
            scope=["openid", "profile"],
            token_endpoint_auth_method="client_secret_basic",
            id_token_signed_response_alg="RS256",
            post_logout_redirect_uris=[],
        )
        Backend.instance.save(client)
        # without an audience Canaille issues tokens for nobody, and we rightly refuse them
        client.audience = [client]
        Backend.instance.save(client)
    server = make_server("127.0.0.1", port, app, threaded=True, fd=int(handed_over))
    sys.stdout.write(json.dumps({"issuer": f"http://127.0.0.1:{port}"}) + "\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
