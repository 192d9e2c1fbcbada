"""What the receipt promises in writing, the first contact, is kept in sight until it is made, by both doors."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from shared.kernel.actor import Role
from tests.integration.referral.conftest import Cast, Room, at_the_pages
from tests.support.builders.bodies import a_consent, a_referral, a_referral_about_both
from tests.support.cast import NOON, SODERMALM, STAND_IN

SILENT = {"carer": a_consent("share-with-receiving-unit", channels=["phone"])}
A_ROW = re.compile(r"<tr>\s*<th scope=\"row\">.*?</tr>", re.DOTALL)
TAGS = re.compile(r"<[^>]+>")


def rows(who: Cast, path: str = "/referral/", at: datetime = NOON) -> list[str]:
    """The rows of somebody's first page, as read at a moment."""
    shown = at_the_pages(who, at).get(path).text
    return [" ".join(TAGS.sub(" ", row).replace("\xa0", " ").split()) for row in A_ROW.findall(shown)]


def page(who: Cast, referral_id: str, at: datetime = NOON) -> str:
    """A referral's page, as read at a moment."""
    shown = TAGS.sub(" ", at_the_pages(who, at).get(f"/referral/referrals/{referral_id}").text)
    return " ".join(shown.replace("\xa0", " ").split())


def deadline(who: Cast, referral_id: str) -> tuple[str | None, bool]:
    """What is waited for next, as a system is told, and whether it is late."""
    body = who.open(referral_id).json
    return (body["deadline"] or {}).get("promise"), body["late"]


@pytest.mark.holds("first-contact-kept-in-sight")
def test_the_date_on_the_receipt_is_what_the_adviser_sees_until_it_is_met(room: Room, alva: Cast, bo: Cast) -> None:
    """The same day on the receipt, in Bo's list, on his page and in the track; then the answer's."""
    referral_id = alva.send().json["id"]
    receipt = at_the_pages(alva).get(f"/referral/referrals/{referral_id}/receipt").text
    assert "senast tisdag 1 december" in receipt
    bo.step("accept", referral_id)

    assert "Första kontakt senast tis 1 dec" in rows(bo)[0]
    shown = page(bo, referral_id)
    assert "Nästa frist: Första kontakt senast tisdag 1 december" in shown
    assert deadline(bo, referral_id) == ("first-contact", False)
    (kept,) = room.ask("SELECT deadline_kind, deadline_at = first_contact_by FROM referrals")
    assert tuple(kept) == ("first-contact", True)

    browser = at_the_pages(bo)
    address = f"/referral/referrals/{referral_id}"
    answer = browser.post(f"{address}/start", address)
    assert (answer.status_code, answer.headers["Location"]) == (303, address)
    shown = page(bo, referral_id)
    assert "Första kontakten tagen" in shown
    assert "Första kontakt senast" not in shown
    assert "Avslut senast" in rows(bo)[0]
    (kept,) = room.ask("SELECT state, version, first_contact_at, deadline_kind FROM referrals")
    assert tuple(kept) == ("in-progress", 3, NOON, "answer")


@pytest.mark.holds("the-moment-of-the-click-is-kept")
def test_it_is_told_kept_and_logged(room: Room, alva: Cast, bo: Cast) -> None:
    """One event with identifiers alone; a step by Bo; Alva sees it on her track, since Frans lets her know."""
    referral_id = alva.send().json["id"]
    bo.step("accept", referral_id)
    done = bo.step("first-contact", referral_id, 2)
    assert (done.status_code, done.headers["ETag"]) == (200, '"3"')
    assert done.json["first_contact_at"] == "2026-11-20T12:00:00Z"
    (told,) = room.told("referral.first-contact-made.v1")
    assert (told["referral_id"], told["version"], told["subject"]) == (referral_id, 3, "bo")
    assert set(told) == set(room.told("referral.accepted.v1")[0])
    seen = alva.open(referral_id).json
    assert seen["first_contact_at"] == "2026-11-20T12:00:00Z"
    assert [step["action"] for step in seen["steps"]] == ["send", "accept", "start"]
    assert "Första kontakten tagen" in page(alva, referral_id)


def test_a_referrer_who_is_not_to_know_sees_nothing_of_it(alva: Cast, bo: Cast) -> None:
    """Neither moment, step, version nor deadline tells; not even when the contact is late."""
    referral_id = alva.send(a_referral(consents=SILENT)).json["id"]
    bo.step("accept", referral_id)
    before = (alva.open(referral_id).json, page(alva, referral_id))
    bo.step("first-contact", referral_id, 2)
    assert (alva.open(referral_id).json, page(alva, referral_id)) == before


def test_it_is_made_once_and_only_of_what_is_accepted(room: Room, alva: Cast, bo: Cast, cilla: Cast) -> None:
    """Too early, twice, too late, by the referrer, by a stranger: each its own answer, and nothing is told."""

    def ask(who: Cast, version: int) -> tuple[int, str]:
        answer = who.step("first-contact", referral_id, version)
        return answer.status_code, answer.json.get("type", "").rpartition(":")[2]

    referral_id = alva.send().json["id"]
    assert ask(bo, 1) == (409, "not-in-this-state")
    bo.step("accept", referral_id)
    assert ask(alva, 2) == (403, "action-is-not-yours")
    assert ask(cilla, 2) == (404, "not-there")
    assert ask(bo, 1) == (412, "version-has-moved")
    assert ask(bo, 2) == (200, "")
    assert ask(bo, 3) == (409, "first-contact-is-made")
    assert "first-contact" not in bo.open(referral_id).json["actions"]
    bo.step("complete", referral_id, 3, {"reason": "support-started"})
    assert ask(bo, 4) == (409, "not-in-this-state")
    assert len(room.told("referral.first-contact-made.v1")) == 1


def test_the_stand_in_may_make_it(room: Room, alva: Cast, bo: Cast) -> None:
    """When Bo is ill, the unit that stands in keeps what was promised."""
    sten = room.somebody("sten", Role.ADVISER, STAND_IN)
    referral_id = alva.send().json["id"]
    bo.step("accept", referral_id)
    assert sten.step("first-contact", referral_id, 2).status_code == 200


def test_where_nobody_is_to_reach_out_no_date_asks_anybody_to(room: Room, alva: Cast, bo: Cast) -> None:
    """A first contact that was not promised is no deadline: a call could put the carer in danger."""
    body = a_referral()
    body["carer"]["safe_contact"] = {"do_not_reach_out": True}
    body["consents"]["carer"]["channels"] = []
    sent = alva.send(body)
    assert sent.json["first_contact_by"] is None
    referral_id = sent.json["id"]
    bo.step("accept", referral_id)
    assert deadline(bo, referral_id) == ("answer", False)
    assert "Första kontakt" not in rows(bo)[0]
    # they have got in touch themselves: that can be noted all the same
    assert bo.step("first-contact", referral_id, 2).status_code == 200


def test_the_list_is_sorted_by_what_comes_next_and_late_by_it(room: Room, alva: Cast, bo: Cast) -> None:
    """An accepted referral whose contact is due stands above one that was contacted, and is late when it is."""
    waits, contacted, new = (alva.send().json["id"] for _ in range(3))
    for each in (waits, contacted):
        bo.step("accept", each)
    bo.step("first-contact", contacted, 2)
    order = [UUID(row[0].hex) for row in room.ask("SELECT id FROM referrals ORDER BY deadline_at")]
    assert list(map(str, order)) == [new, waits, contacted]

    room.clock.move_to(later := NOON + timedelta(days=12))
    late = rows(bo, "/referral/?show=late", later)
    assert len(late) == 2
    assert all("Försenad" in row for row in late)
    assert any("Första kontakt senast tis 1 dec" in row for row in late)
    assert deadline(bo, contacted) == ("answer", False)


@pytest.mark.parametrize("tells", [True, False])
@pytest.mark.holds("answer-in-time")
def test_late_is_said_on_page_list_and_track_to_both_sides(room: Room, alva: Cast, bo: Cast, tells: bool) -> None:
    """No answer in time: Bo sees it, and so does Alva, whether or not Frans lets her know more."""
    referral_id = alva.send(a_referral() if tells else a_referral(consents=SILENT)).json["id"]
    for who in (alva, bo):
        assert "Försenad" not in page(who, referral_id)
        assert "Försenad" not in rows(who)[0]
    room.clock.move_to(later := NOON + timedelta(days=6))
    for who in (alva, bo):
        shown = page(who, referral_id, later)
        assert shown.count("Försenad") == 2, "beside the state, and on the track"
        assert "Svar senast onsdag 25 november" in shown
        assert "Försenad" in rows(who, at=later)[0]
        assert deadline(who, referral_id) == ("acknowledge", True)


@pytest.mark.holds("a-no-to-telling-shows-little")
def test_later_deadlines_are_not_told_of_where_the_carer_said_no(room: Room, alva: Cast, bo: Cast) -> None:
    """Accepted and not contacted: late for Bo; Alva's page, list and API say nothing of it, nor any date."""
    referral_id = alva.send(a_referral(consents=SILENT)).json["id"]
    bo.step("accept", referral_id)
    room.clock.move_to(later := NOON + timedelta(days=60))
    assert deadline(bo, referral_id) == ("first-contact", True)
    assert page(bo, referral_id, later).count("Försenad") == 2
    shown = page(alva, referral_id, later)
    assert "Försenad" not in shown
    assert "senast" not in shown.lower().split("det som har hänt")[-1].split("fler val")[0]
    assert "Försenad" not in rows(alva, at=later)[0]
    assert deadline(alva, referral_id) == (None, False)


def test_a_withdrawal_is_told_at_once_on_list_and_page(room: Room, alva: Cast, bo: Cast) -> None:
    """What, by whom, where it was written down, and what is asked; sealed is waiting, and never late."""
    sent = alva.send()
    referral_id = sent.json["id"]
    bo.step("accept", referral_id)
    alva.withdraw(sent.json["consents"][0]["id"])
    room.clock.move_to(later := NOON + timedelta(days=200))

    (row,) = rows(bo, at=later)
    assert row.startswith("Dolt: samtycket är återkallat")
    assert "Samtycket är återkallat: avsluta lotsningen" in row
    assert "Den som ger stöd har återkallat sitt samtycke, antecknat 20 november 2026 av Enhet 1." in row
    assert "Ta ingen mer kontakt." in row
    assert "Försenad" not in row
    assert rows(bo, "/referral/?show=late", later) == []
    shown = page(bo, referral_id, later)
    assert "Den som ger stöd har återkallat sitt samtycke" in shown
    assert "Antecknat 20 november 2026 av Enhet 1." in shown
    assert "avsluta lotsningen" in shown
    assert "Försenad" not in shown
    body = bo.open(referral_id).json
    assert body["deadline"] == {
        "promise": "acknowledge-withdrawal",
        "due_at": None,
        "owner": str(SODERMALM),
        "waiting_since": "2026-11-20T12:00:00Z",
    }
    assert not body["late"]
    assert "first-contact" not in body["actions"]
    refused = bo.step("first-contact", referral_id, 3)
    assert (refused.status_code, refused.json["type"]) == (409, "urn:lotsa:problem:contact-is-not-wanted")
    assert bo.step("complete", referral_id, 3, {"reason": "carer-declined"}).status_code == 200


def test_the_other_persons_withdrawal_is_told_too(room: Room, alva: Cast, bo: Cast) -> None:
    """Gun withdraws alone: Bo's list and page say so, and Frans is still to be contacted by the same day."""
    sent = alva.send(a_referral_about_both()).json
    referral_id = sent["id"]
    bo.step("accept", referral_id)
    alva.withdraw(next(each["id"] for each in sent["consents"] if each["about"] == "person-cared-for"))
    (row,) = rows(bo)
    assert row.startswith("Frans Provsson")
    assert "Den som får stöd har återkallat sitt samtycke, antecknat 20 november 2026 av Enhet 1." in row
    assert "Använd inte det som berättats om personen." in row
    assert "Första kontakt senast tis 1 dec" in row
    assert "Den som får stöd har återkallat sitt samtycke" in page(bo, referral_id)
    assert "Den som ger stöd har återkallat" not in page(bo, referral_id)
    # what is asked of the receiving side is not asked of her; why she cannot read a part, she is told
    assert "Den som får stöd har återkallat sitt samtycke." in page(alva, referral_id)
    assert "Använd inte det" not in page(alva, referral_id)


def test_whoever_no_longer_lets_the_referrer_know_is_heard(room: Room, alva: Cast, bo: Cast) -> None:
    """Only the telling is withdrawn: nothing is sealed, and Bo is asked to tell nothing more."""
    sent = alva.send()
    referral_id = sent.json["id"]
    bo.step("accept", referral_id)
    alva.withdraw(sent.json["consents"][0]["id"], "tell-referrer-what-happened")
    (row,) = rows(bo)
    assert "Berätta inte mer för avsändaren." in row
    assert "Den som ger stöd har återkallat en del av sitt samtycke, antecknat" in row
    assert "Den som ger stöd har återkallat en del av sitt samtycke" in page(bo, referral_id)
    assert "Den som ger stöd har återkallat sitt samtycke" not in row + page(bo, referral_id)
    assert "Berätta inte mer för avsändaren om vad som händer." in page(bo, referral_id)
