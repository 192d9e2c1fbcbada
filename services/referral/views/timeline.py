"""A referral's track: what has happened, what happens next and by when, as far as the reader may know."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from services.referral.commands.open_referral import OpenedReferral
from services.referral.domain.lifecycle import CLOSED, STEPS, stages
from services.referral.domain.lifecycle import Stage as Stage
from services.referral.domain.reading import Reading
from services.referral.domain.referral import Referral, Step


class Progress(StrEnum):
    """Where a stage is: passed, the present one, still ahead, or where it ended."""

    DONE = "done"
    NOW = "now"
    AHEAD = "ahead"
    STOPPED = "stopped"


@dataclass(frozen=True, kw_only=True)
class Mark:
    """One stage. ``by_when``: for what lies ahead, the promise; ``late``: it is next, and has not been kept in time.

    ``reason``, ``unmet_needs``: codes.
    """

    stage: Stage
    progress: Progress
    at: datetime | None = None
    by_when: datetime | None = None
    late: bool = False
    reason: str = ""
    comment: str = field(default="", repr=False)
    comment_is_unreadable: bool = False
    unmet_needs: tuple[str, ...] = ()


STAGES = stages()
ENDS = frozenset(way.stage for way in STEPS.values() if way.after in CLOSED)
BAD_ENDS = (Stage.REJECTED, Stage.CANCELLED)
KEPT_BY = {promise: way.stage for way in STEPS.values() if way.stage for promise in way.keeps}


def timeline(opened: OpenedReferral) -> list[Mark]:
    """The track of a referral that has been opened by its reader."""
    referral = opened.referral
    # the receiving unit's list is filled in the transaction that sends: delivered when sent
    track = [_passed(Stage.SENT, referral.sent_at), _passed(Stage.DELIVERED, referral.sent_at)]
    if not opened.reading.shows_steps:
        return track + _closed_only(opened)
    if referral.opened_at:
        track.append(_passed(Stage.OPENED, referral.opened_at))
    track += [mark for step in opened.steps if (mark := mark_of(step))]
    track.sort(key=lambda mark: mark.at or referral.sent_at)
    return track + _ahead(referral, opened.reading)


def _closed_only(opened: OpenedReferral) -> list[Mark]:
    """What a referrer sees whom the carer does not let know more: no deadline, unless there is no answer in time."""
    own = [mark for step in opened.steps if (mark := mark_of(step))]
    if opened.referral.closed_at is None:
        unanswered = _ahead(opened.referral, opened.reading)[:1] if opened.reading.late else []
        return [*own, *unanswered, Mark(stage=Stage.CLOSED, progress=Progress.AHEAD)]
    if any(mark.stage in ENDS for mark in own):
        return own
    return [*own, _passed(Stage.CLOSED, opened.referral.closed_at)]


def mark_of(step: Step) -> Mark | None:
    """A step as a stage that has been passed; None for those that the track shows otherwise."""
    stage = STAGES.get(step.action)
    if stage is None:
        return None
    return Mark(
        stage=stage,
        progress=Progress.STOPPED if stage in BAD_ENDS else Progress.DONE,
        at=step.at,
        reason=step.reason,
        comment=step.comment,
        comment_is_unreadable=step.comment_is_unreadable,
        unmet_needs=step.unmet_needs,
    )


def _ahead(referral: Referral, reading: Reading) -> list[Mark]:
    """What is waited for, beginning with the next deadline; whatever comes before it has been done."""
    following = reading.deadline
    if following is None:
        return []
    given = referral.promises
    stages = {
        Stage.ACCEPTED: given.acknowledge_by,
        **({Stage.FIRST_CONTACT: given.first_contact_by} if given.first_contact_by else {}),
        Stage.COMPLETED: given.answer_by,
    }
    first = KEPT_BY[following.promise]
    coming = list(stages)[list(stages).index(first) :]
    days = {**stages, first: following.due_at}
    return [
        Mark(stage=each, progress=Progress.AHEAD, by_when=days[each], late=reading.late and each is first)
        for each in coming
    ]


def _passed(stage: Stage, at: datetime) -> Mark:
    return Mark(stage=stage, progress=Progress.DONE, at=at)
