"""Bearer tokens for trying the API in demo mode."""

from __future__ import annotations

from demo.seed.ids import ASSIGNMENT, CAST, DEMO_ISSUER
from operations.trouble import Trouble
from shared.kernel.actor import UserRef
from shared.settings import Settings
from shared.web.session.tokens import issue_demo_token


def roles() -> list[str]:
    """The roles that somebody in the cast has."""
    return list(dict.fromkeys(role for _, role in CAST.values()))


def token(settings: Settings, role: str) -> str:
    """A token for the first in the cast with this role, or for the one of this name. Raises Trouble."""
    subject = next((name for name, (_, held) in CAST.items() if role in (held, name)), None)
    if subject is None:
        raise Trouble(f"Nobody in the cast is “{role}”. Say one of: {', '.join(roles())}.")
    key_file = settings.var / "keys" / "token-private.json"
    return issue_demo_token(key_file, settings, UserRef(DEMO_ISSUER, subject), ASSIGNMENT[subject])
