"""Every command's first line: may this person do this here? A refusal is recorded before it is answered."""

from __future__ import annotations

from uuid import UUID

from services.directory.domain.access import attempt
from services.directory.domain.permissions import Act, Editor, Relation, check
from services.directory.domain.ports import DirectoryWork
from shared.access.record import refuse
from shared.kernel.refusals import Refusal


def authorise(
    act: Act, relation: Relation, actor: Editor, uow: DirectoryWork, *, about: str, subject: UUID | None
) -> None:
    """Let it pass, or record the attempt and raise the table's refusal (403, or 404 as for an unknown id)."""
    try:
        check(actor, act, relation)
    except Refusal as refusal:
        refuse(attempt(act.value, about, subject, refusal), actor, uow)
