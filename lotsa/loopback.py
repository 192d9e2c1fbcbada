"""Keeps the demonstration on the machine that it runs on: in demo mode anyone who reaches it is let in."""

from __future__ import annotations

import os
from ipaddress import ip_address

from operations.trouble import Trouble

NOT_A_DEMONSTRATION = ("LOTSA_OIDC_ISSUER", "LOTSA_OIDC_CLIENT_ID", "LOTSA_OIDC_CLIENT_SECRET_FILE", "LOTSA_SMTP_URL")


def only_loopback(address: str) -> str:
    """The address to bind to, when it is this machine's own. Raises Trouble for any other."""
    try:
        ours = address == "localhost" or ip_address(address).is_loopback
    except ValueError:
        ours = False
    if not ours:
        raise Trouble(
            f"Demo mode listens on this machine alone (127.0.0.1), not on {address}: anyone may sign in to it."
        )
    return address


def refuse_production_settings() -> None:
    """Raise Trouble when the environment is one of a real installation: the demonstration lets anyone in."""
    mode = os.environ.get("LOTSA_MODE", "demo")
    found = [name for name in NOT_A_DEMONSTRATION if os.environ.get(name)]
    if mode != "demo":
        found.insert(0, f"LOTSA_MODE={mode}")
    if found:
        raise Trouble(
            "“lotsa run” starts a demonstration that anyone may sign in to;"
            f" it cannot be combined with {', '.join(found)}. Nothing was started."
        )
