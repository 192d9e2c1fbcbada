"""Whether what an address names is the caller's to change: asked before a body, a form or a version is judged.

Each raises RulesAreNotYours or RoleMayNotEditThis, with the attempt recorded.
"""

from __future__ import annotations

from services.directory.domain.permissions import Act
from services.directory.web.routing.ruleset import ruled


def to_see_rules(municipality_code: str) -> None:
    """A municipality's routing rules, to be read or tried out."""
    with ruled(Act.SEE_ROUTING, municipality_code):
        pass


def to_change_rules(municipality_code: str, **_: object) -> None:
    """A municipality's routing rules."""
    with ruled(Act.EDIT_ROUTING, municipality_code):
        pass
