"""What may be read of a referral, by whom, at the moment of reading."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.referral.domain.content import Part
from services.referral.domain.reading import reading_of
from shared.kernel.actor import Role
from tests.support.builders.referrals import a_referral
from tests.support.cast import ALVA, BEATA, BO, NOON, SODERMALM, STANDING_IN, an_actor


def why(referral_reading: object, part: str) -> str:
    """Why a part is closed."""
    return next(each.why for each in referral_reading.closed if each.part == part)  # type: ignore[attr-defined]


def whose(referral_reading: object, part: str) -> str:
    """Whose consent closed it."""
    return next(each.whose for each in referral_reading.closed if each.part == part)  # type: ignore[attr-defined]


def test_readers_see_what_both_consented_to() -> None:
    """Bo sees both parts and relies on both consents; so does the stand-in."""
    referral = a_referral(about_both=True)
    for reader in (BO, STANDING_IN, ALVA):
        reading = reading_of(referral, reader, NOON)
        assert {Part.CARER, Part.PERSON_CARED_FOR} <= reading.open_parts
        assert set(reading.consents) == {consent.id for consent in referral.consents}


def test_a_carer_only_referral_says_why_the_rest_is_closed() -> None:
    """The person cared for has not consented: that is the reason told."""
    reading = reading_of(a_referral(), BO, NOON)
    assert why(reading, "person-cared-for") == "consent-not-given"
    assert len(reading.consents) == 1


def test_a_stand_in_that_the_consent_does_not_cover_has_no_relation() -> None:
    """The consent, not the organisation chart, decides."""
    referral = a_referral(stand_in=False)
    assert reading_of(referral, STANDING_IN, NOON).actions == ()


def test_the_other_persons_no_closes_their_part_and_nothing_else() -> None:
    """Gun withdraws: what is said about her is sealed, Frans's own referral goes on."""
    referral = a_referral(about_both=True)
    sealed = referral.withdraw(referral.consents[1].id, frozenset(), ALVA, NOON)
    assert sealed == {Part.PERSON_CARED_FOR}
    assert referral.state == "requested"
    reading = reading_of(referral, BO, NOON)
    assert Part.CARER in reading.open_parts
    assert why(reading, "person-cared-for") == "consent-withdrawn"
    assert whose(reading, "person-cared-for") == "person-cared-for"


def test_the_carers_withdrawal_before_acceptance_cancels_and_seals_all() -> None:
    """Not yet accepted: cancelled, with the product's own reason."""
    referral = a_referral(about_both=True)
    referral.withdraw(referral.consents[0].id, frozenset(), BO, NOON)
    assert referral.state == "cancelled"
    assert referral.new_steps[-1].reason == "consent-withdrawn"
    assert referral.sealed == frozenset(Part)


def test_the_carers_withdrawal_after_acceptance_seals_but_does_not_end_it() -> None:
    """Accepted: the covered content is closed, the referral can still be completed."""
    referral = a_referral(about_both=True)
    referral.accept(BO, NOON)
    referral.withdraw(referral.consents[0].id, frozenset(), ALVA, NOON)
    reading = reading_of(referral, BO, NOON)
    assert referral.state == "accepted"
    assert reading.open_parts == frozenset()
    assert "complete" in reading.actions


def test_it_is_told_whose_consent_closed_a_part() -> None:
    """Frans withdrew, Gun did not: what is told of her is closed by his; had she too, his goes first."""
    referral = a_referral(about_both=True)
    referral.accept(BO, NOON)
    referral.withdraw(referral.consents[0].id, frozenset(), ALVA, NOON)
    for again in (False, True):
        if again:
            referral.withdraw(referral.consents[1].id, frozenset(), ALVA, NOON)
        reading = reading_of(referral, BO, NOON)
        for part in ("carer", "person-cared-for"):
            assert (why(reading, part), whose(reading, part)) == ("consent-withdrawn", "carer")


def test_an_expired_consent_closes_the_next_reading() -> None:
    """Nobody has to do anything: the moment of reading decides."""
    referral = a_referral(about_both=True)
    reading = reading_of(referral, BO, NOON + timedelta(days=366))
    assert reading.open_parts == frozenset()
    assert reading.consents == ()
    assert why(reading, "carer") == "consent-expired"


def test_a_protected_identity_is_for_the_assigned_adviser_only() -> None:
    """Neither the referrer nor a colleague sees the name; the one who accepted does."""
    referral = a_referral(protected=True)
    assert not reading_of(referral, BO, NOON).shows_identity
    referral.accept(BO, NOON)
    assert reading_of(referral, BO, NOON).shows_identity
    for other in (BEATA, STANDING_IN, ALVA):
        reading = reading_of(referral, other, NOON)
        assert not reading.shows_identity
        assert why(reading, "carer-identity") == "protected-identity"


def test_in_a_unit_that_sends_to_itself_each_role_has_its_own_side() -> None:
    """A front desk and an adviser in one unit: the referrer follows, the adviser receives."""
    referral = a_referral()
    referral.referring_unit_id = SODERMALM
    at_the_desk = an_actor("diana", Role.REFERRER, SODERMALM)
    assert referral.relation_to(at_the_desk) == "referring-unit"
    assert referral.relation_to(BO) == "receiving-unit"


@pytest.mark.holds("protected-is-not-printed")
def test_a_protected_identity_is_never_for_paper() -> None:
    """Not even the assigned adviser has it printed or taken out; both people's parts say why."""
    referral = a_referral(protected=True, about_both=True)
    referral.accept(BO, NOON)
    assert reading_of(referral, BO, NOON).shows_identity
    on_paper = reading_of(referral, BO, NOON, on_paper=True)
    assert not on_paper.shows_identity
    assert why(on_paper, "carer-identity") == why(on_paper, "person-cared-for-identity") == "protected-identity"
