"""A referral's track: what has happened, what happens next and by when, as far as the reader may know."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from services.referral.commands.open_referral import OpenedReferral
from services.referral.domain.referral import Referral, Step
from services.referral.domain.states import Action, State


class Stage(StrEnum):
    """A stage on the track."""

    SENT = "sent"
    DELIVERED = "delivered"
    OPENED = "opened"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class Progress(StrEnum):
    """Where a stage is: passed, the present one, still ahead, or where it ended."""

    DONE = "done"
    NOW = "now"
    AHEAD = "ahead"
    STOPPED = "stopped"


@dataclass(frozen=True, kw_only=True)
class Mark:
    """One stage. ``by_when``: for what lies ahead, the promise. ``reason``, ``unmet_needs``: codes."""

    stage: Stage
    progress: Progress
    at: datetime | None = None
    by_when: datetime | None = None
    reason: str = ""
    comment: str = field(default="", repr=False)
    unmet_needs: tuple[str, ...] = ()


ENDS = {Action.REJECT: Stage.REJECTED, Action.COMPLETE: Stage.COMPLETED, Action.CANCEL: Stage.CANCELLED}
BAD_ENDS = (Stage.REJECTED, Stage.CANCELLED)


def timeline(opened: OpenedReferral) -> list[Mark]:
    """The track of a referral that has been opened by its reader."""
    referral = opened.referral
    # the receiving unit's list is filled in the transaction that sends: delivered when sent
    track = [_passed(Stage.SENT, referral.sent_at), _passed(Stage.DELIVERED, referral.sent_at)]
    if not opened.reading.shows_steps:
        return track + _closed_only(opened)
    if referral.opened_at:
        track.append(_passed(Stage.OPENED, referral.opened_at))
    track += [mark for step in opened.steps if (mark := _of_step(step))]
    track.sort(key=lambda mark: mark.at or referral.sent_at)
    return track + _ahead(referral)


def _closed_only(opened: OpenedReferral) -> list[Mark]:
    own = [mark for step in opened.steps if (mark := _of_step(step))]
    if opened.referral.closed_at is None:
        return [*own, Mark(stage=Stage.CLOSED, progress=Progress.AHEAD, by_when=opened.referral.promises.answer_by)]
    if any(mark.stage in ENDS.values() for mark in own):
        return own
    return [*own, _passed(Stage.CLOSED, opened.referral.closed_at)]


def _of_step(step: Step) -> Mark | None:
    stage = ENDS.get(step.action) or {
        Action.ACCEPT: Stage.ACCEPTED,
        Action.WITHDRAW_CONSENT: Stage.WITHDRAWN,
    }.get(step.action)
    if stage is None:
        return None
    return Mark(
        stage=stage,
        progress=Progress.STOPPED if stage in BAD_ENDS else Progress.DONE,
        at=step.at,
        reason=step.reason,
        comment=step.comment,
        unmet_needs=step.unmet_needs,
    )


def _ahead(referral: Referral) -> list[Mark]:
    given = referral.promises
    coming = {
        State.REQUESTED: [(Stage.ACCEPTED, given.acknowledge_by), (Stage.COMPLETED, given.answer_by)],
        State.ACCEPTED: [(Stage.COMPLETED, given.answer_by)],
    }.get(referral.state, [])
    return [Mark(stage=stage, progress=Progress.AHEAD, by_when=by_when) for stage, by_when in coming]


def _passed(stage: Stage, at: datetime) -> Mark:
    return Mark(stage=stage, progress=Progress.DONE, at=at)
