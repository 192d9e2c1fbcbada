"""Bearer tokens of the cast, signed with the key that a product in demo mode trusts."""

from __future__ import annotations

from shared.settings import Settings
from shared.web.session.tokens import issue_demo_token
from tests.support.cast import CAST, in_the_city


def token_of(settings: Settings, who: str) -> str:
    """A token of somebody of the cast by their name, or of the first in a role."""
    subject = next(name for name, (_, role) in CAST.items() if who in (name, role))
    actor = in_the_city(subject)
    return issue_demo_token(settings.var / "keys" / "token-private.json", settings, actor.user, actor.assignment_id)
