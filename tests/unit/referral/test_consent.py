"""Two people, two consents: what holds, what ends it, and what then may still be read."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.referral.domain.consent import ConsentAnswers, GivenBy, Scope
from services.referral.domain.content import Content, Need, Part, carer_only, check_graded, protected, without_identity
from services.referral.domain.people import Carer, Channel, PersonCaredFor, Relation, SafeContact, Subject
from services.referral.domain.reading import reading_of
from services.referral.domain.referral import recorded_by
from services.referral.domain.refusals import (
    CarerCannotBeReached,
    ConsentDoesNotHold,
    ConsentIsAlreadyWithdrawn,
    ConsentIsMissing,
    PersonCaredForHasNotConsented,
    SafeContactContradictsItself,
    TargetGroupIsNotCarersOwnStatement,
)
from shared.kernel.actor import Role
from tests.unit.referral.cast import (
    ALVA,
    BEATA,
    BO,
    KUNGSHOLMEN,
    NOON,
    SHARE,
    SODERMALM,
    STAND_IN,
    STANDING_IN,
    TELL_ABOUT,
    TELL_REFERRER,
    a_consent,
    a_referral,
    an_actor,
)

GUN = PersonCaredFor(relation=Relation.PARTNER, name="Gun", year_of_birth=1940, situation="Gun glömmer spisen.")
A_DAY = timedelta(days=1)


def why(referral_reading: object, part: str) -> str:
    """Why a part is closed."""
    return next(each.why for each in referral_reading.closed if each.part == part)  # type: ignore[attr-defined]


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


def test_without_the_others_consent_every_field_about_that_person_is_refused_by_name() -> None:
    """The refusal lists each field that was filled in, so that the page can mark them."""
    with pytest.raises(PersonCaredForHasNotConsented) as refused:
        check_graded(Need(), GUN, person_has_consented=False)
    assert set(refused.value.fields) == {
        "/person_cared_for/relation",
        "/person_cared_for/name",
        "/person_cared_for/year_of_birth",
        "/person_cared_for/situation",
    }


def test_an_empty_person_is_nothing_told() -> None:
    """A form's blank fields are no breach."""
    check_graded(Need(), PersonCaredFor(), person_has_consented=False)


def test_the_target_group_is_then_only_the_carers_own_statement() -> None:
    """It is told if the carer chose so, and not otherwise."""
    groups = Need(target_groups=("dementia",))
    with pytest.raises(TargetGroupIsNotCarersOwnStatement):
        check_graded(groups, None, person_has_consented=False)
    check_graded(replace(groups, own_statement=True), None, person_has_consented=False)
    check_graded(groups, GUN, person_has_consented=True)


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


def test_an_expired_consent_closes_the_next_reading() -> None:
    """Nobody has to do anything: the moment of reading decides."""
    referral = a_referral(about_both=True)
    reading = reading_of(referral, BO, NOON + 366 * A_DAY)
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


def test_without_the_others_consent_a_target_group_stands_as_own_words_only() -> None:
    """What was told under a consent that is gone goes with it, and so does a reason that may name it."""
    need = Need(why="Orkar inte mer.", target_groups=("dementia",), route_reason="Vi tar emot vid demens.")
    assert carer_only(need) == Need(why="Orkar inte mer.")
    own = replace(need, own_statement=True)
    assert carer_only(own) == own


def test_without_identity_leaves_nothing_to_find_somebody_by() -> None:
    """Name, ways of contact, number and the note about safety are gone; language and age remain."""
    frans = Carer(
        name="Frans",
        phone="+46701740605",
        email="frans@example.se",
        address="Provgatan 1",
        identity_number="191212121212",
        language="fi",
        safe_contact=SafeContact(channels=frozenset({Channel.PHONE}), note="Ring Greta"),
    )
    hidden = without_identity(frans)
    assert (hidden.name, hidden.phone, hidden.email, hidden.address, hidden.identity_number) == ("", "", "", "", "")
    assert hidden.safe_contact.note == ""
    assert hidden.language == "fi"


@pytest.mark.parametrize(
    "contact",
    [
        SafeContact(channels=frozenset({Channel.LETTER}), no_letter=True),
        SafeContact(channels=frozenset({Channel.PHONE}), do_not_reach_out=True),
    ],
)
def test_safe_contact_cannot_contradict_itself(contact: SafeContact) -> None:
    """A way that is both given and ruled out is asked about, not guessed."""
    with pytest.raises(SafeContactContradictsItself):
        contact.check()


@pytest.mark.parametrize(
    ("channel", "field"),
    [(Channel.PHONE, "phone"), (Channel.SMS, "phone"), (Channel.EMAIL, "email"), (Channel.LETTER, "address")],
)
def test_a_channel_needs_its_address(channel: Channel, field: str) -> None:
    """A phone call needs a number."""
    with pytest.raises(CarerCannotBeReached) as refused:
        Carer(name="Frans", safe_contact=SafeContact(channels=frozenset({channel}))).check()
    assert set(refused.value.fields) == {f"/carer/{field}"}


def test_do_not_reach_out_stands_by_itself() -> None:
    """The carer makes contact: no way to reach them is then demanded."""
    Carer(name="Frans", safe_contact=SafeContact(do_not_reach_out=True)).check()


def test_the_answers_of_a_consent_keep_personal_names_out_of_their_repr() -> None:
    """A logged repr tells nothing."""
    assert "Greta" not in repr(ConsentAnswers(scopes=frozenset(), representative_name="Greta"))
    assert "Frans" not in repr(Carer(name="Frans"))
    assert "Gun" not in repr(GUN)
    assert Subject.CARER.value == "carer"


def test_in_a_unit_that_sends_to_itself_each_role_has_its_own_side() -> None:
    """A front desk and an adviser in one unit: the referrer follows, the adviser receives."""
    referral = a_referral()
    referral.referring_unit_id = SODERMALM
    at_the_desk = an_actor("diana", Role.REFERRER, SODERMALM)
    assert referral.relation_to(at_the_desk) == "referring-unit"
    assert referral.relation_to(BO) == "receiving-unit"


def test_a_protected_carer_is_found_neither_by_free_text_nor_through_the_other_person() -> None:
    """What is left of the need and of Gun are codes; where Frans lives is told neither by area nor by the route."""
    said = Content(
        carer=Carer(name="Frans", year_of_birth=1938),
        need=Need(
            why="Frans bor ovanför Greta.",
            target_groups=("dementia",),
            support_wanted=("respite",),
            area="0180-sodermalm",
            route_reason="Bor på Södermalm.",
        ),
        person_cared_for=PersonCaredFor(
            relation=Relation.PARTNER, name="Gun", year_of_birth=1940, situation="Glömmer spisen."
        ),
    )
    hidden = protected(said)
    assert hidden.need == Need(target_groups=("dementia",), support_wanted=("respite",))
    assert hidden.person_cared_for == PersonCaredFor(relation=Relation.PARTNER)
    assert hidden.carer is not None
    assert hidden.carer.year_of_birth is None


def test_a_protected_identity_is_never_for_paper() -> None:
    """Not even the assigned adviser has it printed or taken out; both people's parts say why."""
    referral = a_referral(protected=True, about_both=True)
    referral.accept(BO, NOON)
    assert reading_of(referral, BO, NOON).shows_identity
    on_paper = reading_of(referral, BO, NOON, on_paper=True)
    assert not on_paper.shows_identity
    assert why(on_paper, "carer-identity") == why(on_paper, "person-cared-for-identity") == "protected-identity"
