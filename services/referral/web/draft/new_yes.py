"""A receiver whom the text that was read out did not name: each of the two people is asked anew, about that unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask_babel import gettext

from services.referral.domain.consent.consent import ConsentAnswers
from services.referral.domain.consent.texts import consent_text, text_of
from services.referral.domain.people import Subject
from services.referral.domain.recipient import NamedRecipient
from services.referral.domain.routing import ReceivingUnit
from services.referral.views.places import known_as, name_of
from services.referral.web import words as words
from services.referral.web.draft.consent_form import named_from, person_says_yes
from services.referral.web.draft.kept import GIVEN_AT, Sections, is_moment
from services.referral.web.draft.receiver_form import NEW_YES, TEXTS
from shared.kernel.clock import swedish_day
from shared.vocabulary.languages import ENGLISH, SWEDISH

STEPS = {Subject.CARER: "consent", Subject.PERSON_CARED_FOR: "other-consent"}


@dataclass(frozen=True)
class Reading:
    """A text to be read out to somebody, in both languages, and the question that follows."""

    subject: str
    name: str
    about: str
    version_name: str
    version: str
    read_out: str
    in_english: str
    question: str


def named_in(answers: Sections, subject: Subject) -> NamedRecipient | None:
    """Whom the text named that was read out first; None where it named nobody, or nobody was asked."""
    values = answers.get(STEPS[subject], {})
    text = text_of(str(values.get("text_version", "")))
    if text is None or not text.names_recipient:
        return None
    area = str(answers["carer"]["area"])
    return named_from(str(values.get("read_for", ""))) or NamedRecipient(area=area, name=name_of(area))


def not_named_for(answers: Sections, unit: ReceivingUnit) -> tuple[Subject, ...]:
    """Those who have said yes to a text that did not name the unit."""
    asked = [Subject.CARER]
    if answers.get("consent", {}).get("about_person") == "yes" and person_says_yes(answers.get("other-consent", {})):
        asked.append(Subject.PERSON_CARED_FOR)
    named = {subject: named_in(answers, subject) for subject in asked}
    return tuple(subject for subject, to in named.items() if to is not None and not to.covers(unit))


def lacks_a_new_yes(answers: Sections, unit: ReceivingUnit) -> bool:
    """Whether somebody has not been asked about the unit yet, or has not said yes."""
    return any(not _new_yes(subject, answers, unit) for subject in not_named_for(answers, unit))


def with_new_yes(
    subject: Subject, given: ConsentAnswers | None, answers: Sections, unit: ReceivingUnit | None
) -> ConsentAnswers | None:
    """A consent as given last: for this unit where the first text did not name it, in the same way as before."""
    if given is None or unit is None or subject not in not_named_for(answers, unit):
        return given
    if not _new_yes(subject, answers, unit):
        return given
    receiver = answers["receiver"]
    return replace(
        given,
        recipient=NamedRecipient(unit_id=unit.id, name=known_as(unit, str(answers["carer"]["area"]))),
        text_version=str(receiver[TEXTS[subject]]),
        text_language=str(receiver.get("text_language") or SWEDISH),
        given_at=datetime.fromisoformat(str(receiver[GIVEN_AT])),
    )


def readings(answers: Sections, unit: ReceivingUnit, now: datetime) -> list[Reading]:
    """What is to be read out before the referral may go to the unit; empty where it was named from the start."""
    name = known_as(unit, str(answers["carer"]["area"]))
    recipient, found = NamedRecipient(unit_id=unit.id, name=name), []
    for subject in not_named_for(answers, unit):
        text = consent_text(subject, swedish_day(now))
        asks = {
            Subject.CARER: gettext("Does the one who gives support consent to %(unit)s getting this?", unit=name),
            Subject.PERSON_CARED_FOR: gettext(
                "Does the one who receives the support consent to %(unit)s getting this?", unit=name
            ),
        }
        found.append(
            Reading(
                subject=subject.value,
                name=NEW_YES[subject],
                about=str(words.ABOUT[subject.value]),
                version_name=TEXTS[subject],
                version=text.version,
                read_out=words.said(text, SWEDISH, recipient),
                in_english=words.said(text, ENGLISH, recipient),
                question=asks[subject],
            )
        )
    return found


def _new_yes(subject: Subject, answers: Sections, unit: ReceivingUnit) -> bool:
    receiver: Mapping[str, Any] = answers.get("receiver", {})
    return (
        receiver.get("read_for") == str(unit.id)
        and receiver.get(NEW_YES[subject]) == "yes"
        and text_of(str(receiver.get(TEXTS[subject], ""))) is not None
        and is_moment(receiver.get(GIVEN_AT))
    )
