"""How surely somebody must have been identified: by role, and with nothing taken for granted (fault 52)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shared.environment import SettingsAreWrong
from shared.kernel.actor import Role
from shared.settings import LONGEST_SIGN_IN, SUBSTANTIAL, Settings
from shared.web.session.state import Identified
from shared.web.sign_in.assurance import Lack, asked_for, lack_of

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
LEVEL3, LEVEL4 = SUBSTANTIAL
RIGHT = Identified(acr=LEVEL3, amr=("hwk",), at=NOW - timedelta(minutes=1))


def settings(**more: str) -> Settings:
    """Settings of an installation with a provider; ``more`` are variables without ``LOTSA_``."""
    given = {"MODE": "test", **more}
    return Settings.from_environment({f"LOTSA_{name}": value for name, value in given.items()})


@pytest.mark.holds("as-surely-as-the-role-demands-says-so")
@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize(
    ("identified", "lack"),
    [
        (RIGHT, None),
        (Identified(LEVEL4, (), NOW), None),
        (Identified("", ("hwk",), NOW), Lack.LEVEL),
        (Identified("http://id.elegnamnden.se/loa/1.0/loa2", (), NOW), Lack.LEVEL),
        (Identified(LEVEL3 + " ", (), NOW), Lack.LEVEL),
        (Identified(LEVEL3, (), None), Lack.AGE),
        (Identified(LEVEL3, (), NOW - timedelta(hours=13)), Lack.AGE),
        (Identified(LEVEL3, (), NOW + timedelta(hours=1)), Lack.AGE),
        (Identified(), Lack.LEVEL),
    ],
)
def test_the_defaults_are_safe_in_every_role(role: Role, identified: Identified, lack: Lack | None) -> None:
    """Level 3 or 4 of the Swedish framework, at most twelve hours ago; what is not said is not so."""
    assert lack_of(identified, role, settings(), NOW) is lack


def test_a_role_can_be_set_apart() -> None:
    """Partners may come in with less, reviewers need more, administrators come often, and the others are as usual."""
    made = settings(
        SIGN_IN_ACR_PARTNER_EDITOR="none",
        SIGN_IN_ACR_AUDITOR=LEVEL4,
        SIGN_IN_AMR_AUDITOR="hwk sc",
        SIGN_IN_MAX_AGE_MUNICIPALITY_ADMINISTRATOR="300",
    )
    earlier = Identified(LEVEL3, ("pwd",), NOW - timedelta(minutes=10))
    assert lack_of(Identified(at=NOW), Role.PARTNER_EDITOR, made, NOW) is None
    assert lack_of(RIGHT, Role.AUDITOR, made, NOW) is Lack.LEVEL
    assert lack_of(Identified(LEVEL4, ("pwd",), NOW), Role.AUDITOR, made, NOW) is Lack.MEANS
    assert lack_of(Identified(LEVEL4, ("pwd", "sc"), NOW), Role.AUDITOR, made, NOW) is None
    assert lack_of(earlier, Role.MUNICIPALITY_ADMINISTRATOR, made, NOW) is Lack.AGE
    assert lack_of(earlier, Role.ADVISER, made, NOW) is None


def test_the_provider_is_asked_for_what_is_demanded() -> None:
    """All levels that any role accepts, the usual ones first, and the shortest age."""
    assert asked_for(settings()) == {"acr_values": f"{LEVEL3} {LEVEL4}", "max_age": str(LONGEST_SIGN_IN)}
    more = settings(SIGN_IN_ACR_AUDITOR=f"{LEVEL4} x", SIGN_IN_MAX_AGE_AUDITOR="600")
    assert asked_for(more) == {"acr_values": f"{LEVEL3} {LEVEL4} x", "max_age": "600"}
    assert asked_for(settings(SIGN_IN_ACR="none")) == {"max_age": str(LONGEST_SIGN_IN)}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SIGN_IN_MAX_AGE", "0"),
        ("SIGN_IN_MAX_AGE", "soon"),
        ("SIGN_IN_MAX_AGE_AUDITOR", "43201"),
        ("TOKEN_LONGEST_LIFE", "0"),
        ("TOKEN_LONGEST_LIFE", "3153600000"),
        ("HEARD_WITHIN", "61"),
        ("HEARD_WITHIN", "10"),
    ],
)
def test_a_bound_that_bounds_nothing_is_refused(name: str, value: str) -> None:
    """The start says which setting it is."""
    with pytest.raises(SettingsAreWrong, match=name.removesuffix("_AUDITOR")):
        settings(**{name: value})


def test_in_the_demonstration_nobody_is_identified() -> None:
    """Anybody may be anybody there, and nothing is asked."""
    demo = Settings.from_environment({"LOTSA_MODE": "demo"})
    assert lack_of(Identified(), Role.AUDITOR, demo, NOW) is None
