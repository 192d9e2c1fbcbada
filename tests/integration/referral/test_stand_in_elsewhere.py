"""A unit with a single adviser may have its stand-in in another municipality: named to the carer, and at work."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from shared.kernel.actor import Role
from tests.integration.referral.conftest import Cast, Room, at_the_pages
from tests.support.builders.answers import ANSWERS
from tests.support.builders.events import unit_changed
from tests.support.cast import KUNGSHOLMEN, SODERMALM, STAND_IN

UPPSALA = UUID("00000000-0000-7000-8000-000000000009")
RULE = {"rule_id": "1", "area": "0180-sodermalm", "unit_id": str(SODERMALM), "reason_sv": "Bor där."}


def stands_in(room: Room, unit_id: UUID, stand_in: UUID | None) -> None:
    """The directory tells of a unit anew, with another stand-in."""
    told = unit_changed(
        unit_id,
        version=2,
        area="0180-kungsholmen" if unit_id == KUNGSHOLMEN else "0180-sodermalm",
        function_address="enhet@example.se",
        stand_in_unit_id=stand_in,
    )
    room.hear(told)


@pytest.fixture(params=["by the unit", "by the rule"])
def elsewhere(room: Room, request: pytest.FixtureRequest) -> Room:
    """Södermalm's stand-in is a unit in Uppsala."""
    room.a_unit(UPPSALA, "receiving", area="0380")
    if request.param == "by the unit":
        stands_in(room, SODERMALM, UPPSALA)
    else:
        room.rules({**RULE, "stand_in_unit_id": str(UPPSALA)}, version=2)
    return room


def check_page(alva: Cast, **answers: Any) -> tuple[str, str]:
    """Where a draft is, and the page on which everything is checked."""
    draft = alva.ask("POST", "/drafts", {"answers": {**ANSWERS, **answers}}).json["id"]
    at = f"/referral/drafts/{draft}"
    return at, at_the_pages(alva).get(f"{at}/check").text


def test_alva_can_name_it_to_the_carer_before_she_sends(elsewhere: Room, alva: Cast) -> None:
    """By name and municipality: where the receiver is proposed, in what is read through, and with the consent."""
    at, check = check_page(alva)
    receiver = at_the_pages(alva).get(f"{at}/receiver").text
    assert "Ersättare vid frånvaro: Enhet 9 (Uppsala). Samtycket omfattar den enheten också." in receiver
    assert "säg till personen att lotsningen går till Enhet 2, med Enhet 9 (Uppsala) som ersättare" in check
    assert "Ersättare vid frånvaro" in check
    proposed = alva.ask("GET", "/routing-proposal?area=0180-sodermalm").json
    assert (proposed["unit"]["id"], proposed["stand_in"]["id"]) == (str(SODERMALM), str(UPPSALA))
    assert (proposed["stand_in"]["name"], proposed["stand_in"]["area"]) == ("Enhet 9", "0380")


def test_its_people_have_the_referral(elsewhere: Room, alva: Cast) -> None:
    """The adviser in Uppsala finds it in her list, reads it and takes it on; the record names her unit."""
    ulla = elsewhere.somebody("ulla", Role.ADVISER, UPPSALA)
    at, _ = check_page(alva)
    receipt = at_the_pages(alva).post(f"{at}/send", f"{at}/check").headers["Location"]
    referral_id = receipt.split("/")[-2]
    assert (
        "Samtycket gäller utlämnande till Enhet 2 och till ersättaren Enhet 9."
        in at_the_pages(alva).get(receipt[:-8]).text
    )
    assert "Frans Provsson" in at_the_pages(ulla).get("/referral/").text
    opened = ulla.open(referral_id)
    assert (opened.status_code, opened.json["carer"]["name"]) == (200, "Frans Provsson")
    assert ulla.step("accept", referral_id).json["state"] == "accepted"


def test_the_stand_in_of_a_chosen_unit_is_named_too(room: Room, alva: Cast) -> None:
    """Not that of the unit which the rules proposed."""
    room.a_unit(UPPSALA, "receiving", area="0380")
    stands_in(room, KUNGSHOLMEN, UPPSALA)
    consent = {**ANSWERS["consent"], "read_for": str(KUNGSHOLMEN)}
    _, check = check_page(alva, consent=consent, receiver={"unit": "other", "other_unit": str(KUNGSHOLMEN)})
    assert "Enhet 9 (Uppsala)" in check
    assert "Enhet 4" not in check


def test_a_stand_in_elsewhere_is_no_receiver_to_choose(room: Room, alva: Cast) -> None:
    """It stands in; the municipality's own units are what there is to choose among."""
    room.a_unit(UPPSALA, "receiving", area="0380")
    stands_in(room, SODERMALM, UPPSALA)
    at, _ = check_page(alva)
    receiver = at_the_pages(alva).get(f"{at}/receiver").text
    assert f'<option value="{STAND_IN}"' in receiver
    assert f'<option value="{UPPSALA}"' not in receiver


def test_without_a_stand_in_none_is_named(room: Room, alva: Cast) -> None:
    """The check names the one unit, and nothing is said to stand in for it."""
    stands_in(room, SODERMALM, None)
    _, check = check_page(alva)
    assert "säg till personen att lotsningen går till Enhet 2." in check
    assert "Ersättare vid frånvaro" not in check


@pytest.mark.parametrize(
    ("by_unit", "by_rule", "said"),
    [
        (STAND_IN, None, "Enhet 4, enligt enhetens egna uppgifter"),
        (None, UPPSALA, "Enhet 9, enligt fördelningsregeln"),
        (STAND_IN, UPPSALA, "Enhet 9, enligt fördelningsregeln"),  # the rule's goes first
    ],
)
@pytest.mark.holds("stand-in-as-the-rules-say")
def test_who_named_the_stand_in_is_said_before_and_after_it_is_sent(
    room: Room, alva: Cast, bo: Cast, by_unit: UUID | None, by_rule: UUID | None, said: str
) -> None:
    """One truth, and where it comes from: on the check page, and on the referral's page for both sides."""
    room.a_unit(UPPSALA, "receiving", area="0380")
    stands_in(room, SODERMALM, by_unit)
    room.rules({**RULE, "stand_in_unit_id": str(by_rule) if by_rule else None}, version=2)
    at, check = check_page(alva)
    assert said.replace("Enhet 9", "Enhet 9 (Uppsala)") in check
    receipt = at_the_pages(alva).post(f"{at}/send", f"{at}/check").headers["Location"]
    for who in (alva, bo):
        shown = at_the_pages(who).get(receipt.removesuffix("/receipt")).text
        assert "Ersättare vid frånvaro" in shown
        assert said in shown


def test_where_nobody_stands_in_nobody_is_named(room: Room, alva: Cast, bo: Cast) -> None:
    """Neither the unit nor the rule names one."""
    stands_in(room, SODERMALM, None)
    room.rules(RULE, version=2)
    at, check = check_page(alva)
    receipt = at_the_pages(alva).post(f"{at}/send", f"{at}/check").headers["Location"]
    assert "Ersättare" not in check + at_the_pages(bo).get(receipt.removesuffix("/receipt")).text
