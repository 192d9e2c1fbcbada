"""A receiver whom the text that was read out did not name: each of the two people is asked anew, about that unit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext

from services.referral.domain.consent.texts import consent_text
from services.referral.domain.draft import WrittenDraft
from services.referral.domain.people import Subject
from services.referral.domain.recipient import NamedRecipient
from services.referral.domain.routing import ReceivingUnit
from services.referral.web import words as words
from services.referral.web.draft.receiver_form import NEW_YES, TEXTS
from shared.kernel.clock import swedish_day
from shared.vocabulary.languages import SWEDISH
from shared.web.i18n.other_language import put_into, with_lang


@dataclass(frozen=True)
class Reading:
    """A text to be read out to somebody, in all its languages, and the question that follows."""

    subject: str
    name: str
    about: str
    version_name: str
    version: str
    read_out: str
    in_other_languages: list[tuple[str, str, str]]
    question: str


def readings(draft: WrittenDraft, unit: ReceivingUnit, name: str, now: datetime) -> list[Reading]:
    """What is to be read out before the referral may go to the unit; empty where it was named from the start.

    ``name``: what the unit is called where the carer lives.
    """
    recipient, found = NamedRecipient(unit_id=unit.id, name=name), []
    for subject in draft.not_named_for(unit):
        text = consent_text(subject, swedish_day(now))
        asks = {
            Subject.CARER: gettext("Does the one who gives support consent to %(unit)s getting this?"),
            Subject.PERSON_CARED_FOR: gettext(
                "Does the one who receives the support consent to %(unit)s getting this?"
            ),
        }
        found.append(
            Reading(
                subject=subject.value,
                name=NEW_YES[subject],
                about=str(words.ABOUT[subject.value]),
                version_name=TEXTS[subject],
                version=text.version,
                read_out=text.said(recipient, SWEDISH),
                in_other_languages=words.in_other_languages(text, recipient),
                question=put_into(asks[subject], unit=with_lang(name)),
            )
        )
    return found
