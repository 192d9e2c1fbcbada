"""What may be told of two people: with one consent, with both, and of somebody whose identity is protected."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.referral.domain.consent.consent import ConsentAnswers
from services.referral.domain.content import Content, Need, carer_only, check_graded, protected, without_identity
from services.referral.domain.people import Carer, Channel, PersonCaredFor, Relation, SafeContact, Subject
from services.referral.domain.refusals import PersonCaredForHasNotConsented, TargetGroupIsNotCarersOwnStatement
from tests.support.builders.referrals import a_need
from tests.support.cast import FRANS, GUN


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


def test_without_the_others_consent_a_target_group_stands_as_own_words_only() -> None:
    """What was told under a consent that is gone goes with it, and so does a reason that may name it."""
    need = Need(why="Orkar inte mer.", target_groups=("dementia",), route_reason="Vi tar emot vid demens.")
    assert carer_only(need) == Need(why="Orkar inte mer.")
    own = replace(need, own_statement=True)
    assert carer_only(own) == own


def test_without_identity_leaves_nothing_to_find_somebody_by() -> None:
    """Name, ways of contact, number and the note about safety are gone; language and age remain."""
    contact = SafeContact(channels=frozenset({Channel.PHONE}), note="Ring Greta")
    frans = replace(FRANS, email="frans@example.se", address="Provgatan 1", language="fi", safe_contact=contact)
    hidden = without_identity(frans)
    assert (hidden.name, hidden.phone, hidden.email, hidden.address, hidden.identity_number) == ("", "", "", "", "")
    assert hidden.safe_contact.note == ""
    assert hidden.language == "fi"


def test_the_answers_of_a_consent_keep_personal_names_out_of_their_repr() -> None:
    """A logged repr tells nothing."""
    assert "Greta" not in repr(ConsentAnswers(scopes=frozenset(), representative_name="Greta"))
    assert "Frans" not in repr(Carer(name="Frans"))
    assert "Gun" not in repr(GUN)
    assert Subject.CARER.value == "carer"


def test_a_protected_carer_is_found_neither_by_free_text_nor_through_the_other_person() -> None:
    """What is left of the need and of Gun are codes; where Frans lives is told neither by area nor by the route."""
    said = Content(
        carer=Carer(name="Frans", year_of_birth=1938),
        need=a_need(why="Frans bor ovanför Greta.", support_wanted=("respite",), route_reason="Bor på Södermalm."),
        person_cared_for=GUN,
    )
    hidden = protected(said)
    assert hidden.need == Need(target_groups=("dementia",), support_wanted=("respite",))
    assert hidden.person_cared_for == PersonCaredFor(relation=Relation.PARTNER)
    assert hidden.carer is not None
    assert hidden.carer.year_of_birth is None
