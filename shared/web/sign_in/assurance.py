"""How surely somebody must have been identified to work in a role, and what a sign-in lacks.

OpenID Connect Core 1.0, section 2: ``acr`` is the level of assurance, ``amr`` the means, ``auth_time`` the moment. What
the identity provider does not say counts as not so. Asked for with ``acr_values`` and ``max_age`` (section 3.1.2.1).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from shared.kernel.actor import Role
from shared.kernel.translation import says
from shared.settings import Settings
from shared.web.session.state import Identified

# the provider's clock and ours
LEEWAY = timedelta(seconds=60)


class Lack(StrEnum):
    """What a sign-in lacks; the code that is recorded of it."""

    LEVEL = "level"
    MEANS = "means"
    AGE = "age"


SENTENCES = {
    Lack.LEVEL: says(
        "This work needs a surer sign-in than the one that the sign-in service tells of. Sign in with an "
        "e-identification of a higher level, for instance a SITHS card or BankID."
    ),
    Lack.MEANS: says(
        "This work needs another way of signing in than the one that the sign-in service tells of, for instance a card "
        "or a second step. Sign in again in that way."
    ),
    Lack.AGE: says(
        "It is too long ago that you identified yourself at the sign-in service, or it does not say when. Sign out "
        "there and sign in again."
    ),
}


def lack_of(identified: Identified, role: Role, settings: Settings, now: datetime) -> Lack | None:
    """What a sign-in lacks for a role, or None. In the demonstration nobody is identified, and nothing is asked."""
    if settings.demo:
        return None
    levels, means = settings.sign_in_acr.of(role.value), settings.sign_in_amr.of(role.value)
    if levels and identified.acr not in levels:
        return Lack.LEVEL
    if means and not set(means) & set(identified.amr):
        return Lack.MEANS
    oldest = timedelta(seconds=settings.sign_in_max_age.of(role.value))
    if identified.at is None or not now - oldest - LEEWAY <= identified.at <= now + LEEWAY:
        return Lack.AGE
    return None


def asked_for(settings: Settings) -> dict[str, str]:
    """What the provider is asked for: the levels of all roles, best first as they are set, and the shortest age.

    Nobody's role is known before they have signed in; whoever holds a role that demands more is told so.
    """
    levels = dict.fromkeys(each for role in Role for each in settings.sign_in_acr.of(role.value))
    ages = _ages(settings, Role)
    return {**({"acr_values": " ".join(levels)} if levels else {}), "max_age": str(min(ages))}


def _ages(settings: Settings, roles: Iterable[Role]) -> list[int]:
    return [settings.sign_in_max_age.of(role.value) for role in roles]
