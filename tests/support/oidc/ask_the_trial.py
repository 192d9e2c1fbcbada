"""Asks the trial's provider for tokens without a port: what it answers is printed as JSON. Has its own environment.

python ask_the_trial.py FOLDER CLIENT_ID SECRET

FOLDER is where the provider's program and its list of systems are. The environment is the provider's.
"""

from __future__ import annotations

import json
import os
import sys
from base64 import b64encode

sys.path.insert(0, sys.argv[1])

import openid  # in the folder just named


def main() -> None:
    """Print the provider's description, its keys, and its answers to the right secret and to a wrong one."""
    _, client_id, secret = sys.argv[1:]
    client = openid.provider().test_client()
    origin = f"https://id.{os.environ['LOTSA_HOST']}:{os.environ['LOTSA_PORT']}"

    def token(given: str) -> dict[str, object]:
        basic = b64encode(f"{client_id}:{given}".encode()).decode()
        answer = client.post(
            "/oauth/token",
            base_url=origin,
            headers={"Authorization": f"Basic {basic}"},
            data={"grant_type": "client_credentials"},
        )
        return {"status": answer.status_code, **answer.json}

    with openid.Backend.instance.session():
        described = client.get("/.well-known/openid-configuration", base_url=origin).json
        keys = client.get(described["jwks_uri"], base_url=origin).json
        told = {"described": described, "keys": keys, "right": token(secret), "wrong": token("another")}
    sys.stdout.write("\n" + json.dumps(told))


if __name__ == "__main__":
    main()
