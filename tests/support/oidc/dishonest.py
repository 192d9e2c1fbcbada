"""A small OpenID provider that lies on request; honest unless told otherwise. For what a real one will not do."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from werkzeug.wrappers import Response as AnyResponse

from tests.support.cast import FULL_NAME


class Dishonest:
    """Its lies are attributes that a test sets."""

    def __init__(self) -> None:
        self.issuer = ""
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"}, private=True)
        self.claims: dict[str, Any] = {}
        self.metadata: dict[str, Any] = {}
        self.answer: dict[str, str] = {}
        self.signer: Any = None
        self.algorithm = "RS256"
        self.leave_out: tuple[str, ...] = ()
        self.asked: dict[str, str] = {}
        self._codes: dict[str, dict[str, str]] = {}

    def app(self) -> Flask:
        """The provider's doors."""
        app = Flask("dishonest")

        @app.get("/.well-known/openid-configuration")
        def metadata() -> Response:
            honest = {
                "issuer": self.issuer,
                "authorization_endpoint": self.issuer + "/authorize",
                "token_endpoint": self.issuer + "/token",
                "jwks_uri": self.issuer + "/jwks",
                "id_token_signing_alg_values_supported": ["none", "HS256", "RS256"],
                "code_challenge_methods_supported": ["S256"],
            }
            return jsonify({**honest, **self.metadata})

        @app.get("/jwks")
        def jwks() -> Response:
            return jsonify(keys=[self.key.as_dict(private=False)])

        @app.get("/authorize")
        def authorize() -> AnyResponse:
            self.asked = request.args.to_dict()
            code = f"code-{len(self._codes)}"
            self._codes[code] = self.asked
            back = {"code": code, "state": self.asked["state"], **self.answer}
            return redirect(self.asked["redirect_uri"] + "?" + urlencode({k: v for k, v in back.items() if v}))

        @app.post("/token")
        def token() -> AnyResponse:
            asked = self._codes[request.form["code"]]
            verifier = request.form.get("code_verifier", "").encode()
            challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier).digest()).rstrip(b"=").decode()
            if challenge != asked["code_challenge"]:
                return Response(json.dumps({"error": "invalid_grant"}), 400, mimetype="application/json")
            answer = {"access_token": "x", "token_type": "Bearer", "id_token": self._id_token(asked)}
            return jsonify({name: value for name, value in answer.items() if name not in self.leave_out})

        return app

    def _id_token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": "lotsa",
            "sub": "alva",
            "name": FULL_NAME["alva"],
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            "acr": asked.get("acr_values", "").partition(" ")[0],
            "amr": ["hwk", "pin"],
            "auth_time": now,
            **self.claims,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.algorithm == "none":
            parts = [json.dumps({"alg": "none"}).encode(), json.dumps(claims).encode()]
            return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts) + "."
        key = self.signer or self.key
        return jwt.encode({"alg": self.algorithm, "kid": "one"}, claims, key, algorithms=["RS256", "HS256"])


def hmac_key(secret: str) -> OctKey:
    """A symmetric key, as somebody would use who knows the client's secret."""
    return OctKey.import_key(secret.encode())
