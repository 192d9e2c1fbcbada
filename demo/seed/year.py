"""Carries the stories out: the real commands, each in a transaction of its own, under a clock moved to its moment."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import event, text

from demo.seed.ids import UNIT
from demo.seed.people import LISTS, Invention
from demo.seed.situations import invent
from demo.seed.staff import member_of
from demo.seed.stories import OVER_THE_YEAR, Story, stories
from services.referral import bootstrap
from services.referral.adapters.holidays import swedish_calendar
from services.referral.adapters.unit_of_work import ReferralUnitOfWork
from services.referral.commands.accept_referral import AcceptReferral, accept_referral
from services.referral.commands.cancel_referral import CancelReferral, cancel_referral
from services.referral.commands.complete_referral import CompleteReferral, complete_referral
from services.referral.commands.drafts import SaveDraft, save_draft
from services.referral.commands.open_referral import OpenReferral, open_referral
from services.referral.commands.propose_route import ProposeRoute, receiver
from services.referral.commands.reject_referral import RejectReferral, reject_referral
from services.referral.commands.send_referral import SendReferral, send_referral
from services.referral.commands.start_referral import StartReferral, start_referral
from services.referral.commands.withdraw_consent import WithdrawConsent, withdraw_consent
from services.referral.domain import codes
from services.referral.domain.consent.scopes import Scope
from services.referral.domain.filled_draft import FilledDraft
from services.referral.domain.people import Subject
from services.referral.domain.places import known_as
from services.referral.domain.recipient import NamedRecipient
from services.referral.domain.referral import Referral
from shared.kernel.actor import Actor
from shared.kernel.clock import FixedClock, swedish_day
from shared.kernel.identity import ReferralId
from shared.kernel.refusals import NotThere
from shared.settings import Settings

SAME_EVERY_TIME = 13_09
SAY_EVERY = 100
SLUGS: dict[UUID, str] = {unit_id: slug for slug, unit_id in UNIT.items()}
HEALTH_CENTRES = {"sodermalm": (1, 2), "jarva": (8, 9)}
# from whom the one is taken who tries to read what is not theirs
STRANGERS = ("advice-bromma", "advice-jarva", "advice-farsta")


def seed_year(settings: Settings, now: datetime, say: Callable[[str], None], over_the_year: int = OVER_THE_YEAR) -> int:
    """Seed a year of referrals, unless there are any already; returns how many were sent."""
    clock = FixedClock(now)
    parts = bootstrap.for_web(settings, clock)
    # a crash may cost the last half second, and a seed that did not end is begun anew anyway
    event.listen(parts.engine, "connect", lambda raw, _: raw.execute("SET synchronous_commit = off"))
    try:
        with parts.as_system() as uow:
            if uow.connection.execute(text("SELECT 1 FROM referrals LIMIT 1")).first():
                return 0
        chance = random.Random(SAME_EVERY_TIME)  # noqa: S311 - it must repeat, not surprise
        told = stories(chance, swedish_calendar(), now, over_the_year)
        year = Year(parts, clock, Invention(chance))
        for number, story in enumerate(told, start=1):
            year.tell(story)
            if number % SAY_EVERY == 0:
                say(f"{number} of {len(told)} referrals")
        year.keep_drafts(now)
        return len(told)
    finally:
        parts.engine.dispose()


def _read_out_for_its_receiver(draft: FilledDraft, uow: ReferralUnitOfWork) -> FilledDraft:
    """The referral with both texts read out for the unit that receives it, where that is not in the carer's own place.

    Whoever wrote it was told so on the last step, and asked the two people anew.
    """
    situation = draft.routed_by(swedish_day(uow.clock.now()))
    unit = receiver(ProposeRoute(situation=situation), uow)[1]
    if not draft.not_named_for(unit):
        return draft
    named = NamedRecipient(unit_id=unit.id, name=known_as(unit, situation.area))
    said, person = draft.consent, draft.other_consent
    assert said is not None
    return replace(
        draft,
        consent=replace(said, recipient=named),
        other_consent=replace(person, recipient=named) if person else None,
    )


class Opens(Protocol):
    """Where a transaction of somebody's is opened."""

    def unit_of_work(self, actor: Actor, *, history: bool = False) -> Any: ...


class Year:
    """Carries stories out, one after the other."""

    def __init__(self, parts: Opens, clock: FixedClock, invention: Invention) -> None:
        self._parts = parts
        self._clock = clock
        self._invention = invention
        self._chance = invention.chance
        self._turn = 0

    def tell(self, story: Story) -> Referral:
        """Carry one story out; the referral that it is about."""
        invented = invent(self._invention, f"0180-{story.district}", story.sent_at, story.wishes)
        sender = member_of("health-centre-1" if story.from_alva else self._unit(invented.sent_from, story.district))
        with self._at(story.sent_at, sender) as uow:
            draft = _read_out_for_its_receiver(invented.draft, uow)
            referral = send_referral(SendReferral(draft=draft), sender, uow)
            uow.commit()
        adviser = member_of(SLUGS[referral.receiving_unit_id])
        for at, action in story.acts:
            self._act(action, at, referral, sender, adviser)
        return referral

    def keep_drafts(self, now: datetime) -> None:
        """Two drafts of Alva's, begun and not sent."""
        alva = member_of("health-centre-1")
        for days_ago, answers in ((1, {"carer": {"name": "Rut Öman", "area": "0180-sodermalm"}}), (3, {"carer": {}})):
            at = now - timedelta(days=days_ago)
            with self._at(at, alva) as uow:
                save_draft(SaveDraft(answers=answers), alva, uow)
                uow.commit()

    def _act(self, action: str, at: datetime, referral: Referral, sender: Actor, adviser: Actor) -> None:
        if action == "intrude":
            self._intrude(at, referral)
            return
        # a consent is as easily withdrawn at either unit
        by = sender if action in ("look", "cancel") or (action == "withdraw" and self._next() % 2) else adviser
        with self._at(at, by) as uow:
            match action:
                case "open" | "look":
                    open_referral(OpenReferral(referral_id=referral.id), by, uow)
                case "accept":
                    accept_referral(AcceptReferral(referral_id=referral.id), by, uow)
                case "contact":
                    start_referral(StartReferral(referral_id=referral.id), by, uow)
                case "reject":
                    reason, comment = self._reason(codes.REJECT_REASONS, "reject")
                    reject_referral(RejectReferral(referral_id=referral.id, reason=reason, comment=comment), by, uow)
                case "cancel":
                    reason, comment = self._reason(codes.CANCEL_REASONS, "cancel")
                    cancel_referral(CancelReferral(referral_id=referral.id, reason=reason, comment=comment), by, uow)
                case "complete":
                    complete_referral(self._outcome(referral.id), by, uow)
                case _:
                    self._withdraw(action, referral, by, uow)
            uow.commit()

    def _withdraw(self, action: str, referral: Referral, by: Actor, uow: ReferralUnitOfWork) -> None:
        subject = Subject.PERSON_CARED_FOR if action == "withdraw-person" else Subject.CARER
        scopes = frozenset({Scope.TELL_REFERRER_WHAT_HAPPENED}) if action == "withdraw-telling" else frozenset()
        consent = referral.consent_of(subject)
        if consent is None or scopes - consent.scopes:
            return  # there is no such consent to withdraw
        withdraw_consent(WithdrawConsent(consent_id=consent.id, scopes=scopes), by, uow)

    def _intrude(self, at: datetime, referral: Referral) -> None:
        """Somebody in another district tries to read it: refused, and recorded."""
        stranger = member_of(stranger_to(referral))
        try:
            with self._at(at, stranger) as uow:
                open_referral(OpenReferral(referral_id=referral.id), stranger, uow)
        except NotThere:
            return
        raise AssertionError("a stranger could read a referral")

    def _at(self, moment: datetime, actor: Actor) -> Any:
        self._clock.move_to(moment)
        return self._parts.unit_of_work(actor, history=True)

    def _unit(self, kind: str, district: str) -> str:
        if kind == "psychiatry":
            return f"psychiatry-{self._chance.randrange(1, 5)}"
        return f"health-centre-{self._chance.choice(HEALTH_CENTRES.get(district, tuple(range(1, 16))))}"

    def _reason(self, among: tuple[codes.Code, ...], comments: str) -> tuple[str, str]:
        """A coded reason, each in turn, with a comment where it demands one."""
        code = among[self._next() % len(among)]
        comment = self._chance.choice(LISTS["comments"][comments]) if code.comment_required else ""
        return code.slug, comment

    def _outcome(self, referral_id: ReferralId) -> CompleteReferral:
        reason, comment = self._reason(codes.OUTCOMES, "complete")
        unmet = (self._chance.choice(codes.UNMET_NEEDS).slug,) if self._invention.often(20) else ()
        return CompleteReferral(referral_id=referral_id, reason=reason, comment=comment, unmet_needs=unmet)

    def _next(self) -> int:
        self._turn += 1
        return self._turn


def stranger_to(referral: Referral) -> str:
    """A unit that neither receives the referral nor stands in for the one that does."""
    concerned = {referral.receiving_unit_id, referral.stand_in_unit_id}
    return next(slug for slug in STRANGERS if UNIT[slug] not in concerned)
