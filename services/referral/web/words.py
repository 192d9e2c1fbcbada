"""What codes are called on pages. Keys are the domain's codes; values are catalogue keys, in plain language.

Codes that are data with validity dates (target groups, forms of support, reasons, outcomes) carry their own labels.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from services.referral.domain.consent.scopes import Scope
from services.referral.domain.consent.texts import CONSENT_TEXTS, ConsentText
from services.referral.domain.consent.withdrawal import Withdrawal
from services.referral.domain.people import Subject
from services.referral.domain.recipient import NamedRecipient
from shared.vocabulary.age import BAND_NAMES
from shared.vocabulary.languages import SWEDISH
from shared.web.i18n.formats import listed
from shared.web.i18n.language_names import language_name, language_named_first
from shared.web.i18n.negotiation import speaking
from shared.web.i18n.other_language import joined, with_lang

Words = Mapping[str, LazyString | str]

YES_NO: Words = {"yes": _("Yes"), "no": _("No")}

ANSWERS: Words = {
    "yes": _("Yes"),
    "no": _("No"),
    "unanswered": _("Not answered"),
    "not-kept": _("No, or not answered"),
}

# words that are still so when some days have passed, as "the next working day" would not be
PRIORITIES: Words = {
    "routine": _("Ordinary"),
    "urgent": _("Soon"),
    "asap": _("Very soon"),
}

PRIORITY_HINTS: Words = {
    # promise: the-priority-says-when
    "routine": _("First answer within three working days, contact within seven"),
    "urgent": _("First answer the next working day, contact within three"),
    "asap": _("First answer and contact the next working day"),
}

CHANNELS: Words = {
    "phone": _("Phone call"),
    "sms": _("Text message"),
    "email": _("E-mail message"),
    "letter": _("Letter"),
}

AGE_BANDS: Words = {band.value: _(name) for band, name in BAND_NAMES.items()}

TAKES_IN_BEST: Words = {
    "spoken": _("Spoken"),
    "written": _("Written"),
    "easy-to-read": _("Easy to read"),
    "large-print": _("Large print"),
    "signed": _("Sign language"),
}

RELATIONS: Words = {
    "partner": _("Wife, husband or partner"),
    "parent": _("Parent"),
    "child": _("Child under 18"),
    "adult-child": _("Grown-up child"),
    "sibling": _("Brother or sister"),
    "grandparent": _("Grandparent"),
    "friend-or-neighbour": _("Friend or neighbour"),
    "other": _("Somebody else"),
}

GIVEN_BY: Words = {
    "subject": _("The person themself"),
    "guardian": _("A guardian of a child (vårdnadshavare)"),
    "god-man": _("A god man"),
    "forvaltare": _("A förvaltare"),
}

FORMS: Words = {
    "oral": _("By word of mouth"),
    "written": _("In writing"),
    "digital": _("Digitally"),
}


SCOPES: Words = {
    "share-with-receiving-unit": _("Share with the receiving unit"),
    "tell-referrer-what-happened": _("Tell the referrer what happened"),
    "tell-about-person-cared-for": _("Tell about the person who receives support"),
    "staff-may-contact-carer": _("Staff may contact the one who gives support"),
    "staff-may-tell-carer": _("Staff may tell the one who gives support about the person"),
}

ABOUT: Words = {
    "carer": _("The one who gives support"),
    "person-cared-for": _("The one who receives the support"),
}


PROMISES: Words = {
    "acknowledge": _("Answer"),
    "first-contact": _("First contact"),
    "answer": _("Close"),
    "acknowledge-withdrawal": _("The consent is withdrawn: close the referral"),
}

WITHDRAWN_BY: Words = {
    "carer": _("The one who gives support has withdrawn the consent"),
    "person-cared-for": _("The one who receives the support has withdrawn the consent"),
}
WITHDRAWN_IN_PART_BY: Words = {
    "carer": _("The one who gives support has withdrawn a part of the consent"),
    "person-cared-for": _("The one who receives the support has withdrawn a part of the consent"),
}

STAND_IN_NAMED_BY: Words = {
    "rule": _("by the routing rule"),
    "unit": _("by the unit's own record"),
}


def answer(given: str) -> str:
    """An answer to a question that need not be answered; empty: it was not."""
    return str(ANSWERS[given or "unanswered"])


def named(recipient: NamedRecipient) -> str:
    """Whom a text named when it was read out, in the reader's language: as the newest text says it."""
    text, language = CONSENT_TEXTS[-1], speaking().tag
    read_in = language if language in text.words else SWEDISH
    said: str = with_lang(text.named(recipient, read_in), read_in)
    return said


def text_languages(text: ConsentText) -> list[tuple[str, str]]:
    """The languages in which a text can be read out, as (tag, name)."""
    return [(tag, language_named_first(tag)) for tag in text.languages]


def in_other_languages(text: ConsentText, recipient: NamedRecipient) -> list[tuple[str, str, str]]:
    """A text in each language that it has besides Swedish: tag, the language's name, and the words."""
    return [(tag, language_name(tag), text.said(recipient, tag)) for tag in text.languages if tag != SWEDISH]


def ways(channels: Iterable[str]) -> str:
    """Ways to get in touch as they stand in a sentence: "telefonsamtal, sms eller brev"; empty for none."""
    allowed = set(channels)
    known = [str(CHANNELS[each]).lower() for each in CHANNELS if each in allowed]
    return listed(known, "or")


# withdrawing any other scope leaves the consent standing in the rest
WHOLE: Mapping[Subject, Scope] = {
    Subject.CARER: Scope.SHARE_WITH_RECEIVING_UNIT,
    Subject.PERSON_CARED_FOR: Scope.TELL_ABOUT_PERSON_CARED_FOR,
}


def who_withdrew(withdrawal: Withdrawal) -> str:
    """Whose consent is withdrawn: "a part of" it as long as what the rest of it is for still stands."""
    whole = WHOLE[withdrawal.about] in withdrawal.scopes
    return str((WITHDRAWN_BY if whole else WITHDRAWN_IN_PART_BY)[withdrawal.about.value])


def stand_in(name: str, named_by: str) -> str:
    """The unit that stands in, and who named it, as far as that is known."""
    said: str = with_lang(name)
    return joined(", ", [said, str(STAND_IN_NAMED_BY[named_by])]) if name and named_by else said


def choices(words: Words, codes: Iterable[str] | None = None) -> list[tuple[str, str]]:
    """Pairs of code and text for the macros, in the order given."""
    return [(code, str(words[code])) for code in (codes if codes is not None else words)]


def priority_choices() -> list[tuple[str, str, str]]:
    """Each priority with what it promises."""
    return [(code, str(text), str(PRIORITY_HINTS[code])) for code, text in PRIORITIES.items()]
