"""A unit closes while it has referrals: they are answered by those who have them, and nothing new comes."""

from __future__ import annotations

from uuid import UUID

import pytest

from shared.kernel.actor import Role
from tests.integration.referral.conftest import Cast, Room
from tests.integration.referral.test_two_consents import slug
from tests.support.builders.bodies import a_referral, read_out_for
from tests.support.builders.events import unit_changed
from tests.support.cast import KUNGSHOLMEN, SODERMALM, STAND_IN

HERE = {"rule_id": "1", "area": "0180-sodermalm", "unit_id": str(SODERMALM), "reason_sv": "Bor där."}


def close(room: Room, unit_id: UUID) -> None:
    """The directory tells that a unit has closed."""
    closed = unit_changed(
        unit_id,
        version=2,
        name="Stängd enhet",
        area="0180-sodermalm",
        function_address="enhet@example.se",
        active=False,
    )
    room.hear(closed)


@pytest.fixture
def ruled(room: Room) -> Room:
    """Södermalm has a rule of its own; whatever no rule takes goes to Kungsholmen."""
    room.rules(HERE, version=2, default=KUNGSHOLMEN)
    return room


@pytest.mark.holds("a-closed-unit-gets-nothing-new")
def test_a_closed_units_adviser_answers_what_he_has(ruled: Room, alva: Cast, bo: Cast) -> None:
    """Bo sees it in his list, opens it and accepts it, and Alva sees that: no referral ends in silence."""
    sent = alva.send().json
    assert sent["receiving_unit_id"] == str(SODERMALM)
    close(ruled, SODERMALM)
    assert [each["id"] for each in bo.ask("GET", "/referrals").json["items"]] == [sent["id"]]
    opened = bo.open(sent["id"])
    assert (opened.status_code, opened.json["carer"]["name"]) == (200, "Frans Provsson")
    accepted = bo.step("accept", sent["id"])
    assert (accepted.status_code, accepted.json["state"]) == (200, "accepted")
    assert alva.open(sent["id"]).json["state"] == "accepted"


@pytest.mark.holds("a-closed-unit-gets-nothing-new")
@pytest.mark.holds("rules-to-a-closed-unit-are-passed-over")
def test_nothing_new_is_sent_to_a_closed_unit(ruled: Room, alva: Cast, bo: Cast) -> None:
    """By no rule, and not by choice; what is sent goes elsewhere, and Bo cannot see it."""
    close(ruled, SODERMALM)
    assert slug(alva.send()) == "recipient-was-not-named", "nobody has been asked about the unit that takes over"
    sent = alva.send(read_out_for(KUNGSHOLMEN, a_referral())).json
    assert sent["receiving_unit_id"] == str(KUNGSHOLMEN)
    assert bo.open(sent["id"]).status_code == 404
    chosen = alva.send(a_referral(receiving_unit_id=str(SODERMALM)))
    assert (chosen.status_code, slug(chosen)) == (422, "unit-cannot-receive")
    assert bo.ask("GET", "/referrals").json["items"] == []


@pytest.mark.holds("a-closed-stand-in-is-nobodys")
def test_a_closed_unit_stands_in_for_what_it_had_and_nothing_new(ruled: Room, alva: Cast) -> None:
    """Its people see the referral from before, and not the one from after; a rule's open stand-in is named instead."""
    stand_in = ruled.somebody("stina", Role.ADVISER, STAND_IN)
    before = alva.send().json
    assert before["stand_in_unit_id"] == str(STAND_IN)
    close(ruled, STAND_IN)
    after = alva.send().json
    assert (after["receiving_unit_id"], after["stand_in_unit_id"]) == (str(SODERMALM), None)
    assert stand_in.open(before["id"]).status_code == 200
    assert stand_in.open(after["id"]).status_code == 404
    ruled.rules({**HERE, "stand_in_unit_id": str(KUNGSHOLMEN)}, version=3, default=KUNGSHOLMEN)
    assert alva.send().json["stand_in_unit_id"] == str(KUNGSHOLMEN)


@pytest.mark.holds("a-closed-stand-in-gives-way")
def test_a_rules_closed_stand_in_gives_way_to_the_units_own(ruled: Room, alva: Cast) -> None:
    """A stand-in is always named where there is an open one."""
    ruled.rules({**HERE, "stand_in_unit_id": str(KUNGSHOLMEN)}, version=3, default=SODERMALM)
    close(ruled, KUNGSHOLMEN)
    assert alva.send().json["stand_in_unit_id"] == str(STAND_IN)
