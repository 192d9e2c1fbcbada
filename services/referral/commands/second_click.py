"""Whether somebody has already done what they ask for: a second click is answered with what the first one did."""

from __future__ import annotations

from dataclasses import dataclass, field

from services.referral.domain.content import Part
from services.referral.domain.lifecycle import Action
from services.referral.domain.ports import Work
from services.referral.domain.referral import Referral, Step
from shared.kernel.actor import Actor


@dataclass(frozen=True, kw_only=True)
class Said:
    """What was asked for: the step, and the words that go with it."""

    action: Action
    reason: str = ""
    comment: str = field(default="", repr=False)
    unmet_needs: tuple[str, ...] = ()


def step_taken(said: Said, referral: Referral, seen_version: int, actor: Actor, uow: Work) -> Step | None:
    """The actor's own step since the version they had seen that did exactly this; None when there is none.

    Other words are another act: they must not vanish behind the first. A comment that has been sealed since cannot be
    compared, and counts as the same; nor can one that nobody can read.
    """
    return next(
        (
            step
            for step in uow.referrals.steps(referral, with_comments=True)
            if step.action is said.action
            and step.version > seen_version
            and (step.by.user, step.by.unit_id) == (actor.user, actor.unit_id)
            and (step.reason, frozenset(step.unmet_needs)) == (said.reason, frozenset(said.unmet_needs))
            and (step.comment == said.comment or step.comment_is_unreadable or Part.FOLLOW_UP in referral.sealed)
        ),
        None,
    )
