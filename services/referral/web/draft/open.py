"""A draft is opened by pages until it is sent, which happens once, by a page or by a system.

What it became is remembered, and whoever comes back is led there.
"""

from __future__ import annotations

from uuid import UUID

from flask import url_for

from services.referral.adapters.unit_of_work import ReferralUnitOfWork
from services.referral.commands.drafts import OpenDraft, open_draft
from services.referral.domain.draft import WrittenDraft
from services.referral.domain.referral import Referral
from services.referral.web.draft.parse import parse, understood, without_untold
from shared.kernel.actor import Actor
from shared.web.api.idempotency import Answer, Once, earlier_answer, once, remember_answer
from shared.web.who import web


class DraftWasSent(Exception):
    """The draft is a referral now. ``receipt``: where its sender is led."""

    def __init__(self, receipt: str) -> None:
        super().__init__(receipt)
        self.receipt = receipt


def remember_sending(draft_id: UUID, referral: Referral, actor: Actor, uow: ReferralUnitOfWork) -> str:
    """Remember, in the transaction of the sending, what a draft became; where its receipt is."""
    receipt = url_for("receipt.receipt", referral_id=referral.id)
    answer = Answer(303, receipt, None, referral.id)
    remember_answer(uow.connection, _sending(draft_id, actor), answer, uow.clock.now())
    return receipt


def expect_unsent(draft_id: UUID, actor: Actor, uow: ReferralUnitOfWork, *, waits: bool = False) -> None:
    """Raise DraftWasSent for the one who sent it. ``waits``: a sending that is under way ends first."""
    if not uow.drafts.is_there(draft_id, waits=waits):
        before = earlier_answer(uow.connection, _sending(draft_id, actor))
        if before is not None:
            raise DraftWasSent(str(before.location))


def typed_draft(draft_id: UUID, actor: Actor, uow: ReferralUnitOfWork, *, waits: bool = False) -> WrittenDraft:
    """The author's draft as it was typed, as far as pages understand it; no step of it is read yet.

    Raises NotThere (recorded) or DraftWasSent. ``waits``: a sending that is under way ends first.
    """
    expect_unsent(draft_id, actor, uow, waits=waits)
    kept = open_draft(OpenDraft(draft_id=draft_id), actor, uow)
    return WrittenDraft(id=kept.id, version=kept.version, typed=without_untold(understood(kept.answers)))


def written_draft(draft_id: UUID, actor: Actor, uow: ReferralUnitOfWork, *, waits: bool = False) -> WrittenDraft:
    """The same, parsed; raises the same."""
    return parse(typed_draft(draft_id, actor, uow, waits=waits))


def _sending(draft_id: UUID, actor: Actor) -> Once:
    return once(web().secrets(), actor, f"send-{draft_id}", "POST", "pages", b"")
