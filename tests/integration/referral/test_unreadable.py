"""What is kept and cannot be read is shown as that, in words a nurse understands, and harms nothing beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from services.referral.adapters.unit_of_work import Opening
from services.referral.domain.content import Part
from shared.storage.encryption import MasterKey
from shared.storage.engine import make_engine
from shared.storage.master_keys import MasterKeys
from tests.integration.referral.conftest import Cast, Room, at_the_pages
from tests.support import cast
from tests.support.builders.bodies import a_referral_about_both

# each changes one referral's rows, as a lost master key, a bad disk or a hand in the database would
HARMS = {
    "another master key": "UPDATE data_keys SET wrapped = :other WHERE referral_id = :id AND part = :part",
    "a changed key": "UPDATE data_keys SET wrapped = set_byte(wrapped, 39, 255 - get_byte(wrapped, 39)) "
    "WHERE referral_id = :id AND part = :part",
    "changed contents": "UPDATE contents SET body = set_byte(body, 39, 255 - get_byte(body, 39)) "
    "WHERE referral_id = :id AND part = :part",
    "contents that were cut": "UPDATE contents SET body = substring(body for 5) "
    "WHERE referral_id = :id AND part = :part",
    "no contents at all": "UPDATE contents SET body = '' WHERE referral_id = :id AND part = :part",
}


def harm(room: Room, statement: str, **values: Any) -> None:
    """Do what no role of the processes may do."""
    owner = make_engine(room.installation.settings().service("referral").owner_database_url, pool_size=1)
    values |= {"other": MasterKey.generate("referral-9").new_data_key()[1]} if ":other" in statement else {}
    with owner.begin() as connection:
        connection.execute(text("SET LOCAL lotsa.actor = 'system'"))
        assert connection.execute(text(statement), values).rowcount == 1
    owner.dispose()


@pytest.mark.parametrize("harmed", HARMS)
def test_a_work_list_with_one_unreadable_referral_shows_the_others(
    room: Room, alva: Cast, bo: Cast, harmed: str
) -> None:
    """On both sides' pages and by API; the one that cannot be read says so in place of the name."""
    lost, *others = [alva.send(a_referral_about_both()).json["id"] for _ in range(3)]
    harm(room, HARMS[harmed], id=lost, part="carer")
    for who, direction in ((bo, "received"), (alva, "sent")):
        listed = who.ask("GET", f"/referrals?direction={direction}")
        assert {each["id"] for each in listed.json["items"]} == {lost, *others}
        page = at_the_pages(who).get("/referral/").text
        assert page.count("Frans Provsson") == len(others)
        assert page.count("Går inte att läsa<") == 1
        for each in others:
            assert who.open(each).json["carer"]["name"] == "Frans Provsson"


@pytest.mark.parametrize("harmed", HARMS)
@pytest.mark.parametrize(("part", "left"), [("carer", "person_cared_for"), ("person-cared-for", "carer")])
def test_an_unreadable_part_is_named_and_the_rest_is_shown(
    room: Room, alva: Cast, bo: Cast, harmed: str, part: str, left: str
) -> None:
    """Page and API: the other part, the consents, the track; and the work goes on."""
    lost = alva.send(a_referral_about_both()).json["id"]
    harm(room, HARMS[harmed], id=lost, part=part)
    opened = bo.open(lost)
    assert opened.status_code == 200
    assert opened.json["closed"] == [{"part": part, "why": "unreadable", "whose": None}]
    assert opened.json[part.replace("-", "_")] is None
    assert opened.json[left] is not None
    page = at_the_pages(bo).get(f"/referral/referrals/{lost}")
    assert page.status_code == 200
    # once: the words stand at the part that they are about
    assert page.text.count("Det är ett fel i Lotsa") == 1
    assert "Går inte att läsa" in page.text
    assert at_the_pages(alva).get(f"/referral/referrals/{lost}/receipt").status_code == 200
    assert bo.step("accept", lost).status_code == 200


def test_an_unreadable_comment_is_told_of_in_its_place(room: Room, alva: Cast, bo: Cast) -> None:
    """It is not passed over as if nothing had been written."""
    lost = alva.send(a_referral_about_both()).json["id"]
    bo.step("accept", lost)
    bo.step("complete", lost, 2, {"reason": "other", "comment": "Kommentaren till Alva"})
    harm(room, "UPDATE data_keys SET wrapped = :other WHERE referral_id = :id AND part = 'follow-up'", id=lost)
    opened = alva.open(lost)
    assert {"part": "follow-up", "why": "unreadable", "whose": None} in opened.json["closed"]
    assert "Det finns en kommentar som inte går att läsa." in at_the_pages(alva).get(f"/referral/referrals/{lost}").text


def test_an_unreadable_draft_is_listed_and_can_only_be_thrown_away(room: Room, alva: Cast) -> None:
    """The others are there with their names; the page says what to do, and the API the same as a code."""
    answers = {"answers": {"carer": {"name": cast.FRANS.name}}}
    lost, other = (alva.ask("POST", "/drafts", answers).json["id"] for _ in range(2))
    harm(room, "UPDATE drafts SET wrapped_key = :other WHERE id = :id", id=lost)
    browser = at_the_pages(alva)
    listed = browser.get("/referral/").text
    assert listed.count("Frans Provsson</a>") == 1
    assert listed.count("Går inte att läsa</a>") == 1
    told = browser.get(f"/referral/drafts/{lost}/carer")
    assert told.status_code == 409
    assert "Det som är sparat i utkastet går inte att läsa" in told.text
    answer = alva.ask("GET", f"/drafts/{lost}")
    assert (answer.status_code, answer.json["type"]) == (409, "urn:lotsa:problem:draft-is-unreadable")
    assert alva.ask("GET", f"/drafts/{other}").status_code == 200
    at = f"/referral/drafts/{lost}/discard"
    assert browser.get(at).status_code == 200
    assert browser.post(at, at).status_code == 303
    assert "Går inte att läsa" not in browser.get("/referral/").text


def test_a_key_put_back_opens_all_again(room: Room, alva: Cast, bo: Cast, tmp_path: Path) -> None:
    """Nothing was changed by being read without it, and nobody has to start anything anew."""
    known = (room.installation.folder / "keys" / "referral-master").read_text()
    sent = alva.send().json["id"]
    file = tmp_path / "key"
    file.write_text(MasterKey.generate("referral-7").line())
    opening = Opening(room.parts.engine, MasterKeys(file), room.clock)
    with opening.by(bo.actor) as uow:
        referral = uow.referrals.lock(sent)
        assert referral is not None
        assert uow.referrals.content(referral, [Part.CARER]).carer is None
    file.write_text(f"{file.read_text()}\n{known}")
    with opening.by(bo.actor) as uow:
        carer = uow.referrals.content(referral, [Part.CARER]).carer
    assert carer is not None
    assert carer.name == "Frans Provsson"
