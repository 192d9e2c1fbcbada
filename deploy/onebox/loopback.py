"""Keeps the demonstration on the machine that it runs on: in demo mode anyone who reaches it is let in."""

from __future__ import annotations

from ipaddress import ip_address

from deploy.onebox.trouble import Trouble


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
