"""What is printed when everything is ready: the address, whom to sign in as, and how to stop."""

from __future__ import annotations

from rich.console import Console

from demo.one_machine import ports
from demo.seed.ids import CAST

WHO = {
    "referrer": "sends a carer's referral from a health centre",
    "adviser": "receives it in the municipality",
    "partner-editor": "keeps a partner's services and activities fresh",
    "auditor": "follows a consent's trail and sees the log verified",
    "municipality-administrator": "keeps units and routing rules",
}


def welcome(port: int, console: Console) -> None:
    """Print the address, one login per role, and how to stop."""
    address = f"http://{ports.LOOPBACK}:{port}"
    console.print(f"\nLotsa is ready: [bold]{address}[/bold]\n")
    console.print(f"Sign in at {address}/directory/login by choosing one of the invented people:")
    for subject, role in _one_per_role().items():
        console.print(f"  {subject.capitalize():8} {role:28} {WHO.get(role, '')}")
    console.print("\nStop it with “make stop”; “make reset” removes the data too.")


def _one_per_role() -> dict[str, str]:
    first: dict[str, str] = {}
    for subject, (_, role) in CAST.items():
        first.setdefault(role, subject)
    return {subject: role for role, subject in first.items()}
