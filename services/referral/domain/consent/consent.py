"""Consent lifts secrecy: who, about whom, what, to whom, until when (Act 2009:400, 10:1 and 12:2).

Two people decide, each for themselves. A consent is relied on only if it holds at the very moment of reading.
A block (spärr) wins over any consent.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.referral.domain.consent.scopes import SCOPES_OF, Answer, Scope, answer
from services.referral.domain.consent.texts import (
    LONGEST,
    a_year_after,
    may_have_been_read,
    sha256_of,
    text_of,
    two_years_after,
)
from services.referral.domain.people import Channel, Subject
from services.referral.domain.recipient import NamedRecipient
from services.referral.domain.refusals import ConsentDoesNotHold, ConsentIsAlreadyWithdrawn, ConsentIsMissing
from shared.kernel.actor import Actor, UserRef
from shared.kernel.clock import swedish_day
from shared.kernel.identity import AssignmentId, ConsentId, ReferralId, UnitId
from shared.kernel.translation import says
from shared.vocabulary.languages import SWEDISH
from shared.vocabulary.readable_text import is_readable

CLOCKS_DIFFER = timedelta(minutes=5)


class GivenBy(StrEnum):
    """Who said yes: the subject, or somebody who may decide for them."""

    SUBJECT = "subject"
    GUARDIAN = "guardian"
    GOD_MAN = "god-man"
    FORVALTARE = "forvaltare"


class Form(StrEnum):
    """In what form the yes was given; the law asks for none in particular."""

    ORAL = "oral"
    WRITTEN = "written"
    DIGITAL = "digital"


@dataclass(frozen=True, kw_only=True)
class ConsentAnswers:
    """A consent as it is being recorded, before it has a recipient and an identity.

    ``scopes`` were answered yes to, ``refused`` no; what is in neither was not answered. ``given_at`` None means now;
    ``expires_at`` None means a year after that. ``channels``: ways allowed to reach the carer. ``recipient``: whom the
    text named; None where it named nobody, or the carer support where the carer lives.
    """

    scopes: frozenset[Scope]
    refused: frozenset[Scope] = frozenset()
    recipient: NamedRecipient | None = None
    given_by: GivenBy = GivenBy.SUBJECT
    representative_name: str = field(default="", repr=False)
    form: Form = Form.ORAL
    channels: frozenset[Channel] = frozenset()
    covers_stand_in: bool = True
    text_version: str = ""
    text_language: str = SWEDISH
    interpreter_present: bool = False
    given_at: datetime | None = None
    expires_at: datetime | None = None

    @property
    def names_somebody(self) -> bool:
        """Whether the text that was read out says by name whom the consent is for."""
        text = text_of(self.text_version)
        return text is not None and text.names_recipient

    def answer_to(self, scope: Scope) -> Answer:
        """What was answered to a scope."""
        return answer(scope, self.scopes, self.refused)


@dataclass(frozen=True, kw_only=True)
class RecordedBy:
    """Which user, under which assignment in which unit, wrote a consent or its withdrawal down."""

    user: UserRef
    assignment_id: AssignmentId
    unit_id: UnitId


def recorded_by(actor: Actor) -> RecordedBy:
    """The actor, as written beside what they wrote down."""
    return RecordedBy(user=actor.user, assignment_id=actor.assignment_id, unit_id=actor.unit_id)


@dataclass(frozen=True, kw_only=True)
class Consent:
    """One person's consent. Withdrawing takes scopes away; what was read before stays read, and is said so.

    ``named``: whom the text named when it was read out, None where that was not kept. ``refused``: None likewise.
    ``words``: what was read out, word for word; sealed once it is recorded, and then empty here. ``words_sha256``:
    their SHA-256 (32 bytes, over UTF-8), by which they are known again; empty where they were not kept.
    """

    id: ConsentId
    referral_id: ReferralId
    about: Subject
    given_by: GivenBy
    representative_name: str = field(default="", repr=False)
    form: Form
    recipient_unit_id: UnitId
    stand_in_unit_id: UnitId | None
    scopes: frozenset[Scope]
    channels: frozenset[Channel]
    text_version: str
    text_language: str
    interpreter_present: bool
    given_at: datetime
    expires_at: datetime
    recorded_by: RecordedBy
    named: NamedRecipient | None = None
    refused: frozenset[Scope] | None = None
    words: str = field(default="", repr=False)
    words_sha256: bytes = b""
    withdrawn_scopes: frozenset[Scope] = frozenset()
    withdrawn_at: datetime | None = None
    withdrawn_by: RecordedBy | None = None
    blocked_at: datetime | None = None

    def standing(self) -> frozenset[Scope]:
        """The scopes answered yes to and not withdrawn."""
        return self.scopes - self.withdrawn_scopes

    def answer_to(self, scope: Scope) -> Answer:
        """What was answered when the consent was given, whatever was withdrawn since."""
        return answer(scope, self.scopes, self.refused)

    def covers(self, scope: Scope, at: datetime) -> bool:
        """Whether the scope holds at a moment: given, not expired, not withdrawn, not blocked."""
        return self.blocked_at is None and scope in self.standing() and self.given_at <= at < self.expires_at

    def covers_recipient(self, unit_id: UnitId) -> bool:
        """Whether the unit is the recipient, or its stand-in where the consent says so."""
        return unit_id in (self.recipient_unit_id, self.stand_in_unit_id)

    def why_not(self, scope: Scope, at: datetime) -> str:
        """The code that says why a scope does not hold: blocked, withdrawn, expired or not-given."""
        if self.blocked_at is not None:
            return "consent-blocked"
        if scope in self.withdrawn_scopes:
            return "consent-withdrawn"
        if scope in self.scopes and at >= self.expires_at:
            return "consent-expired"
        return "consent-not-given"

    def withdraw(self, scopes: frozenset[Scope], by: RecordedBy, at: datetime) -> Consent:
        """The consent without these scopes (empty: without any). Raises ConsentIsAlreadyWithdrawn."""
        going = (scopes or self.scopes) & self.standing()
        if not going:
            raise ConsentIsAlreadyWithdrawn
        return replace(self, withdrawn_scopes=self.withdrawn_scopes | going, withdrawn_at=at, withdrawn_by=by)


def pointer_to(about: Subject) -> str:
    """Where a subject's consent stands in a request (JSON pointer)."""
    return f"/consents/{about.value.replace('-', '_')}"


def check_read_out(about: Subject, answers: ConsentAnswers, now: datetime) -> None:
    """Raise ConsentDoesNotHold unless the text was there to be read out then, in that language."""
    # whatever is older than any consent, or still to come, is refused when the consent is recorded
    given_at = max(min(answers.given_at or now, now), now - LONGEST)
    if not may_have_been_read(about, answers.text_version, answers.text_language, swedish_day(given_at)):
        said = says("Say which of the texts in force that day the yes was given to, in which language.")
        raise ConsentDoesNotHold(fields={f"{pointer_to(about)}/text_version": said})


def record_consent(
    answers: ConsentAnswers,
    *,
    consent_id: ConsentId,
    referral_id: ReferralId,
    about: Subject,
    recipient: UnitId,
    stand_in: UnitId | None,
    by: RecordedBy,
    now: datetime,
) -> Consent:
    """A consent from its answers. Raises ConsentIsMissing or ConsentDoesNotHold, naming the fields.

    The carer's yes to sharing is what a referral rests on. The person cared for answers each scope for itself: that
    staff may get in touch with the carer, say, opens nothing about the person. A no to all of them is no consent.
    """
    at = pointer_to(about)
    if about is Subject.CARER and Scope.SHARE_WITH_RECEIVING_UNIT not in answers.scopes:
        raise ConsentIsMissing(fields={f"{at}/scopes": ConsentIsMissing.title})
    given_at = answers.given_at or now
    if given_at > now + CLOCKS_DIFFER:
        # before anything is reckoned from it: the calendar ends in the year 9999
        raise ConsentDoesNotHold(fields={f"{at}/given_at": says("A consent cannot be given in the future.")})
    expires_at = answers.expires_at or a_year_after(given_at)
    text = text_of(answers.text_version)
    wrong = {}
    if not answers.scopes:
        wrong[f"{at}/scopes"] = says("A no is not written down as a consent.")
    if answers.scopes & answers.refused:
        wrong[f"{at}/refused_scopes"] = says("An answer is either yes or no.")
    if (answers.scopes | answers.refused) - SCOPES_OF[about]:
        wrong[f"{at}/scopes"] = says("That is not this person's to consent to.")
    if not given_at < expires_at <= two_years_after(given_at):
        wrong[f"{at}/expires_at"] = says("A consent lasts at most two years.")
    elif text is not None and expires_at > text.longest(given_at):
        wrong[f"{at}/expires_at"] = says("The text that was read out says a year, so the consent lasts no longer.")
    elif expires_at <= now:
        wrong[f"{at}/expires_at"] = says("The consent has already expired.")
    if answers.given_by is not GivenBy.SUBJECT and not is_readable(answers.representative_name):
        wrong[f"{at}/representative_name"] = "Say who consented for the person."
    if wrong:
        raise ConsentDoesNotHold(fields=wrong)
    words = text.word_for_word(answers.recipient, answers.text_language) if text else ""
    return Consent(
        id=consent_id,
        referral_id=referral_id,
        about=about,
        given_by=answers.given_by,
        representative_name=answers.representative_name,
        form=answers.form,
        recipient_unit_id=recipient,
        stand_in_unit_id=stand_in if answers.covers_stand_in else None,
        scopes=answers.scopes,
        channels=answers.channels,
        text_version=answers.text_version,
        text_language=answers.text_language,
        interpreter_present=answers.interpreter_present,
        given_at=min(given_at, now),
        expires_at=expires_at,
        recorded_by=by,
        named=answers.recipient,
        refused=answers.refused,
        words=words,
        words_sha256=sha256_of(words) if words else b"",
    )
