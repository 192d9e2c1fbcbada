"""The four apps as the demonstration makes them, which has the most doors; no database is asked for anything."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from lotsa.server.wsgi import service_app
from operations.install.make_keys import make_keys
from shared.settings import SERVICES, Settings

NOWHERE = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"


def environment_in(keys: Path, mode: str = "demo") -> dict[str, str]:
    """The settings of processes that serve all four; their keys are made in a folder that is not there yet."""
    make_keys(keys, "nowhere")
    environment = {
        "LOTSA_MODE": mode,
        "LOTSA_SESSION_SIGNING_KEY_FILE": str(keys / "session-private.json"),
        "LOTSA_SESSION_VERIFYING_KEYS_FILE": str(keys / "session-jwks.json"),
        "LOTSA_TOKEN_ISSUER": "https://issuer.example.org",
        "LOTSA_TOKEN_JWKS_FILE": str(keys / "token-jwks.json"),
        "LOTSA_AUDIT_LOG_DATABASE_URL": NOWHERE,
        "LOTSA_AUDIT_VERIFYING_KEY_FILE": str(keys / "log-verifying"),
    }
    for service in SERVICES:
        environment[f"LOTSA_{service.upper()}_DATABASE_URL"] = NOWHERE
        environment[f"LOTSA_{service.upper()}_MASTER_KEY_FILE"] = str(keys / f"{service}-master")
        environment[f"LOTSA_{service.upper()}_COOKIE_KEY_FILE"] = str(keys / f"{service}-cookie")
    return environment


def four_apps(keys: Path) -> list[Flask]:
    """One app of each service."""
    settings = Settings.from_environment(environment_in(keys))
    apps = [service_app(service, settings) for service in SERVICES]
    assert all(isinstance(app, Flask) for app in apps)
    return [app for app in apps if isinstance(app, Flask)]
