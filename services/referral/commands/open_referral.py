"""Somebody opens a referral: the consents are asked again, and the reading is recorded in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from services.referral.commands.admission import known_to
from services.referral.domain.access import Shown, look_at
from services.referral.domain.consent.words_read import WordsRead, words_read
from services.referral.domain.content import UNREADABLE, Closed, Content, Part, carer_only, protected
from services.referral.domain.lifecycle import CLOSED, Action, State
from services.referral.domain.ports import Work
from services.referral.domain.reading import Reading, reading_of
from services.referral.domain.referral import FIRST_VERSION, Referral, Step
from shared.access.record import record_access
from shared.kernel.actor import Actor
from shared.kernel.identity import ConsentId, ReferralId


@dataclass(frozen=True, kw_only=True)
class OpenReferral:
    """Which referral, and what is shown of it: its content on a screen, or the receipt, which goes on paper."""

    referral_id: ReferralId
    shown: Shown = Shown.CONTENT


@dataclass(frozen=True)
class OpenedReferral:
    """As much of a referral as its reader may see now: show ``reading.shown_state``, never ``referral.state``.

    ``steps``: where the carer does not let the referrer know what happened, only those of the referrer's own unit, and
    each tells no more than that the referral was then delivered or closed. ``words``: what was read out before each
    consent; empty for whoever may not know where the carer lives, which it names.
    """

    referral: Referral
    reading: Reading
    content: Content
    steps: tuple[Step, ...]
    words: Mapping[ConsentId, WordsRead]


def open_referral(command: OpenReferral, actor: Actor, uow: Work) -> OpenedReferral:
    """Read it. Raises NotThere, with the attempt recorded."""
    now = uow.clock.now()
    asked = command.referral_id
    referral = known_to(Action.OPEN, uow.referrals.lock(asked), asked, actor, uow)
    reading = reading_of(referral, actor, now, on_paper=command.shown is Shown.RECEIPT)
    if referral.open(actor, now) and uow.referrals.note_opened(referral):
        uow.record(*referral.events)
    record_access(look_at(referral, actor, command.shown, consents=reading.consents), actor, uow)
    content = uow.referrals.content(referral, reading.open_parts - {Part.FOLLOW_UP})
    steps = steps_shown(referral, reading, uow)
    content = _as_told(content, referral, reading)
    reading = _with_unreadable(reading, content, steps)
    words = _words(referral, uow) if reading.tells_where and command.shown is Shown.CONTENT else {}
    return OpenedReferral(referral, reading, content, steps, words)


def _words(referral: Referral, uow: Work) -> dict[ConsentId, WordsRead]:
    kept = uow.referrals.words(referral)
    return {consent.id: words_read(consent, kept.get(consent.id)) for consent in referral.consents}


def _with_unreadable(reading: Reading, content: Content, steps: tuple[Step, ...]) -> Reading:
    """What nobody can read is closed, and said to be so: the rest of the referral is shown, and can be gone on with."""
    lost = [part for part in Part if part in content.unreadable]
    if any(step.comment_is_unreadable for step in steps):
        lost.append(Part.FOLLOW_UP)
    if not lost:
        return reading
    return replace(
        reading,
        open_parts=reading.open_parts.difference(lost),
        closed=(*reading.closed, *(Closed(part, UNREADABLE) for part in lost)),
    )


def _as_told(content: Content, referral: Referral, reading: Reading) -> Content:
    if not reading.shows_identity:
        content = protected(content)
    if content.need is not None and referral.told_about_person and Part.PERSON_CARED_FOR not in reading.open_parts:
        # it was sent under a consent that no longer holds for this reader
        content = replace(content, need=carer_only(content.need))
    return content


def steps_shown(referral: Referral, reading: Reading, uow: Work) -> tuple[Step, ...]:
    """The steps that a reader may see, oldest first, with as much of each as ``OpenedReferral`` says."""
    steps = uow.referrals.steps(referral, with_comments=Part.FOLLOW_UP in reading.open_parts)
    if not reading.shows_identity:
        steps = tuple(_without_words(step) for step in steps)
    if reading.shows_steps:
        return steps
    return tuple(_discreet(step) for step in steps if step.by.unit_id == referral.referring_unit_id)


def _without_words(step: Step) -> Step:
    """A comment may name a protected person, unless its writer had never been shown who it is: who declines has not."""
    return step if step.action is Action.REJECT else replace(step, comment="", comment_is_unreadable=False)


def _discreet(step: Step) -> Step:
    """The referrer's own step: its state and its number would tell what others had done before it."""
    closed = step.after in CLOSED
    return replace(step, after=step.after if closed else State.REQUESTED, version=FIRST_VERSION + closed)
