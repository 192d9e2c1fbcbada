"""What each of two people is asked to consent to, one question at a time, and what can be answered."""

from __future__ import annotations

from enum import StrEnum

from services.referral.domain.people import Subject


class Scope(StrEnum):
    """What is consented to: separate yes or no answers."""

    SHARE_WITH_RECEIVING_UNIT = "share-with-receiving-unit"
    TELL_REFERRER_WHAT_HAPPENED = "tell-referrer-what-happened"
    TELL_ABOUT_PERSON_CARED_FOR = "tell-about-person-cared-for"
    STAFF_MAY_CONTACT_CARER = "staff-may-contact-carer"
    STAFF_MAY_TELL_CARER = "staff-may-tell-carer"


SCOPES_OF: dict[Subject, frozenset[Scope]] = {
    Subject.CARER: frozenset({Scope.SHARE_WITH_RECEIVING_UNIT, Scope.TELL_REFERRER_WHAT_HAPPENED}),
    Subject.PERSON_CARED_FOR: frozenset(
        {Scope.TELL_ABOUT_PERSON_CARED_FOR, Scope.STAFF_MAY_CONTACT_CARER, Scope.STAFF_MAY_TELL_CARER}
    ),
}


class Answer(StrEnum):
    """What somebody has answered to a scope. A question that was not answered is neither a yes nor a no."""

    YES = "yes"
    NO = "no"
    UNANSWERED = "unanswered"
    NOT_KEPT = "not-kept"  # recorded before a no and no answer were kept apart


def answer(scope: Scope, yes: frozenset[Scope], no: frozenset[Scope] | None) -> Answer:
    """What was answered to a scope. ``no``: None where a no was not kept apart from no answer."""
    if scope in yes:
        return Answer.YES
    if no is None:
        return Answer.NOT_KEPT
    return Answer.NO if scope in no else Answer.UNANSWERED
