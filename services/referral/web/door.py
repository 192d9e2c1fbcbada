"""The door to an address that names a referral or a draft: a role that may not enter leaves a record of the attempt."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from uuid import UUID

from services.referral.commands.admission import refuse
from services.referral.domain.states import Action
from services.referral.web.parts import parts
from shared.kernel.actor import Role
from shared.web.who import RoleNotAllowed, View, current_actor, must_hear_the_directory


def lets_in(*roles: Role, action: Action, record_kind: str, goes_on: bool) -> Callable[[View], View]:
    """As ``needs``; but the refusal commits an access record of its own, naming what the address names.

    ``action``: what was tried. ``goes_on``: as in ``needs``. Raises SignInNeeded, AssignmentNeeded, RoleNotAllowed or
    DirectoryIsSilent before the view runs.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(**address: Any) -> Any:
            actor = current_actor()
            if actor.role not in roles:
                named = tuple(value for value in address.values() if isinstance(value, UUID))
                with parts().unit_of_work(actor) as uow:
                    refuse(action, named, "role-may-not", actor, uow, RoleNotAllowed(), record_kind)
            if not goes_on:
                must_hear_the_directory()
            return view(**address)

        guarded.lotsa_needs = roles  # type: ignore[attr-defined]
        guarded.lotsa_goes_on = goes_on  # type: ignore[attr-defined]
        return cast(View, guarded)

    return decorate
