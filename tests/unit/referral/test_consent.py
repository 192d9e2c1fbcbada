"""A consent: what it takes, when it holds, what ends it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.referral.domain.consent.consent import GivenBy
from services.referral.domain.consent.scopes import Scope
from services.referral.domain.people import Subject
from services.referral.domain.referral import recorded_by
from services.referral.domain.refusals import ConsentDoesNotHold, ConsentIsAlreadyWithdrawn, ConsentIsMissing
from tests.support.builders.referrals import SHARE, TELL_ABOUT, TELL_REFERRER, a_consent
from tests.support.cast import BO, KUNGSHOLMEN, NOON, SODERMALM, STAND_IN

A_DAY, A_YEAR = timedelta(days=1), timedelta(days=365)


def test_without_the_carers_yes_to_sharing_there_is_no_consent() -> None:
    """Other yeses do not make up for it."""
    with pytest.raises(ConsentIsMissing):
        a_consent(scopes=frozenset({TELL_REFERRER}))


def test_the_person_cared_for_answers_each_scope_for_itself() -> None:
    """That staff may get in touch with the carer opens nothing about the person, and needs no other yes."""
    consent = a_consent(Subject.PERSON_CARED_FOR, frozenset({Scope.STAFF_MAY_CONTACT_CARER}))
    assert consent.covers(Scope.STAFF_MAY_CONTACT_CARER, NOON)
    assert not consent.covers(TELL_ABOUT, NOON)


def test_a_no_is_not_written_down_as_a_consent() -> None:
    """The person cared for has said no to everything: there is nothing to record, and nobody is said to have agreed."""
    with pytest.raises(ConsentDoesNotHold) as refused:
        a_consent(Subject.PERSON_CARED_FOR, frozenset())
    assert set(refused.value.fields) == {"/consents/person_cared_for/scopes"}


def test_a_consent_holds_from_when_it_was_given_until_it_expires() -> None:
    """A year, unless said otherwise; not a moment before or after."""
    consent = a_consent()
    assert consent.covers(SHARE, NOON)
    assert not consent.covers(SHARE, NOON - timedelta(seconds=1))
    assert consent.covers(SHARE, consent.expires_at - timedelta(seconds=1))
    assert not consent.covers(SHARE, consent.expires_at)
    assert consent.why_not(SHARE, consent.expires_at) == "consent-expired"


def test_an_unanswered_question_is_neither_yes_nor_no() -> None:
    """Each scope by itself; of a consent from before the two were kept apart nobody can tell any more."""
    contact, tell = Scope.STAFF_MAY_CONTACT_CARER, Scope.STAFF_MAY_TELL_CARER
    consent = a_consent(Subject.PERSON_CARED_FOR, frozenset({contact}), refused=frozenset({TELL_ABOUT}))
    assert [consent.answer_to(scope) for scope in (contact, TELL_ABOUT, tell)] == ["yes", "no", "unanswered"]
    before = replace(consent, refused=None)
    assert [before.answer_to(scope) for scope in (contact, TELL_ABOUT, tell)] == ["yes", "not-kept", "not-kept"]


@pytest.mark.parametrize(("version", "longest"), [("carer-2026-3", A_YEAR), ("carer-2026-2", 2 * A_YEAR)])
def test_a_consent_lasts_no_longer_than_the_text_said(version: str, longest: timedelta) -> None:
    """A text that says a year is not a yes to longer; shorter is always possible."""
    assert a_consent(text_version=version).expires_at == NOON + A_YEAR
    assert a_consent(text_version=version, expires_at=NOON + A_DAY).expires_at == NOON + A_DAY
    assert a_consent(text_version=version, expires_at=NOON + longest).expires_at == NOON + longest
    with pytest.raises(ConsentDoesNotHold) as refused:
        a_consent(text_version=version, expires_at=NOON + longest + A_DAY)
    assert set(refused.value.fields) == {"/consents/carer/expires_at"}


def test_a_block_wins_over_any_consent() -> None:
    """Spärr: nothing is covered, and that is the reason told."""
    consent = replace(a_consent(), blocked_at=NOON)
    for scope in Scope:
        assert not consent.covers(scope, NOON)
        assert consent.why_not(scope, NOON) == "consent-blocked"


def test_scopes_are_withdrawn_one_by_one_or_all_at_once() -> None:
    """What is withdrawn stays withdrawn, and cannot be withdrawn again."""
    by = recorded_by(BO)
    some = a_consent().withdraw(frozenset({TELL_REFERRER}), by, NOON)
    assert some.covers(SHARE, NOON)
    assert not some.covers(TELL_REFERRER, NOON)
    none = some.withdraw(frozenset(), by, NOON)
    assert none.standing() == frozenset()
    with pytest.raises(ConsentIsAlreadyWithdrawn):
        none.withdraw(frozenset(), by, NOON)
    with pytest.raises(ConsentIsAlreadyWithdrawn):
        some.withdraw(frozenset({TELL_REFERRER}), by, NOON)


def test_a_consent_covers_the_recipient_and_its_stand_in_only_if_said() -> None:
    """A unit with a single adviser may stand in from elsewhere: the text asks for it."""
    assert a_consent().covers_recipient(STAND_IN)
    alone = a_consent(covers_stand_in=False)
    assert alone.covers_recipient(SODERMALM)
    assert not alone.covers_recipient(STAND_IN)
    assert not alone.covers_recipient(KUNGSHOLMEN)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"given_at": NOON + A_DAY}, "given_at"),
        ({"expires_at": NOON - A_DAY}, "expires_at"),
        ({"expires_at": NOON + 731 * A_DAY}, "expires_at"),
        ({"given_at": NOON - 400 * A_DAY}, "expires_at"),
        ({"given_by": GivenBy.GUARDIAN}, "representative_name"),
        ({"scopes": frozenset({SHARE, TELL_ABOUT})}, "scopes"),
        ({"refused": frozenset({TELL_ABOUT})}, "scopes"),
        ({"refused": frozenset({SHARE})}, "refused_scopes"),
    ],
)
def test_a_consent_that_cannot_be_relied_on_is_refused(changes: dict[str, object], field: str) -> None:
    """Its time, its giver and its scopes must hold together; the refusal names the field."""
    with pytest.raises(ConsentDoesNotHold) as refused:
        a_consent(**changes)  # type: ignore[arg-type]
    assert f"/consents/carer/{field}" in refused.value.fields


def test_a_representative_consents_by_name() -> None:
    """A guardian, god man or förvaltare may say yes for the person, and is named."""
    consent = a_consent(given_by=GivenBy.GOD_MAN, representative_name="Greta Provsson")
    assert consent.covers(SHARE, NOON)
