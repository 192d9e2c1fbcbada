"""A master key is lost: whatever is asked for, the answer is a page that says so, and never a breakdown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from services.referral.domain.codes import CANCEL_REASONS, OUTCOMES, REJECT_REASONS
from shared.storage.encryption import MasterKey
from shared.storage.engine import make_engine
from tests.integration.referral.conftest import API, Cast, Room, at_the_pages
from tests.integration.referral.test_expired_sessions import again, place_in, sent_late
from tests.support import cast
from tests.support.builders.bodies import a_referral_about_both

# every column that holds a key, by table; what they wrap is then read by nobody
KEYS_ARE_KEPT_IN = {"data_keys": "wrapped", "drafts": "wrapped_key", "held_forms": "wrapped_key"}
# pages that name nothing kept here, or the form that came too late, which is walked by itself
OTHERWISE = ("begun", "form_id", "filename", "consent_id", "list_name")


def lose_the_key(room: Room) -> None:
    """Every data key is now wrapped by a master key that nobody has."""
    other = MasterKey.generate("referral-gone").new_data_key()[1]
    owner = make_engine(room.installation.settings().service("referral").owner_database_url, pool_size=1)
    with owner.begin() as connection:
        connection.execute(text("SET LOCAL lotsa.actor = 'system'"))
        for table, column in KEYS_ARE_KEPT_IN.items():
            # row security has no policy by which the owner may change forms that wait: it is put aside for this
            connection.execute(text(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY"))
            connection.execute(text(f"UPDATE {table} SET {column} = :other"), {"other": other})
            connection.execute(text(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"))
    owner.dispose()


def addresses(room: Room, ids: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Every page and operation that reads, with the ids of what is there."""
    for rule in room.app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.arguments & set(OTHERWISE):
            continue
        steps = ("carer", "support", "consent", "other-consent", "situation", "receiver")
        for step in steps if "step" in rule.arguments else ("",):
            given = {name: step if name == "step" else ids[name] for name in rule.arguments}
            adapter = room.app.url_map.bind("127.0.0.1")
            yield rule.rule, adapter.build(rule.endpoint, given)


def test_every_column_of_keys_is_lost_in_these_tests(room: Room) -> None:
    """A table with keys of its own that comes later is walked too."""
    found = room.ask(
        "SELECT table_name, column_name FROM information_schema.columns "
        "WHERE table_schema = 'public' AND column_name LIKE 'wrapped%'"
    )
    assert {row.table_name: row.column_name for row in found} == KEYS_ARE_KEPT_IN


def test_whatever_is_looked_at_is_answered(room: Room, alva: Cast, bo: Cast) -> None:
    """Every page and operation, by both sides; a referral with consents and comment, a draft, forms that wait."""
    sent, closed = (alva.send(a_referral_about_both()).json["id"] for _ in range(2))
    bo.step("accept", closed)
    bo.step("complete", closed, 2, {"reason": "other", "comment": "Kommentaren till Alva"})
    draft = alva.ask("POST", "/drafts", {"answers": {"carer": {"name": cast.FRANS.name}}}).json["id"]
    page = f"/referral/referrals/{sent}/cancel"
    assert at_the_pages(alva).post(page, page, reason="", comment="Två gånger").status_code == 303
    lose_the_key(room)
    asked = set()
    for referral in (sent, closed):
        ids = {"referral_id": referral, "draft_id": draft}
        for who in (alva, bo):
            browser = at_the_pages(who)
            for rule, address in addresses(room, ids):
                answer = who.ask("GET", address.removeprefix(API)) if address.startswith(API) else browser.get(address)
                assert answer.status_code < 500, f"{address}: {answer.text}"
                asked.add(rule)
    assert len(asked) > 15


def follow_up_key_that_nobody_can_read(room: Room, referral_id: str) -> None:
    """As if a comment had been kept earlier, under a master key that is gone."""
    owner = make_engine(room.installation.settings().service("referral").owner_database_url, pool_size=1)
    with owner.begin() as connection:
        connection.execute(text("SET LOCAL lotsa.actor = 'system'"))
        connection.execute(
            text(
                "INSERT INTO data_keys (id, referral_id, part, wrapped, created_at) "
                "VALUES (:id, :referral, 'follow-up', :wrapped, now())"
            ),
            {
                "id": uuid4(),
                "referral": UUID(referral_id),
                "wrapped": MasterKey.generate("referral-gone").new_data_key()[1],
            },
        )
    owner.dispose()


@pytest.mark.parametrize(
    ("who", "step", "reason"), [("bo", "reject", "other"), ("alva", "cancel", "other"), ("bo", "complete", "other")]
)
def test_a_comment_that_cannot_be_kept_is_said_to_be_so(
    room: Room, alva: Cast, bo: Cast, who: str, step: str, reason: str
) -> None:
    """By API at its field; on the page beside what was typed, which waits. Without a comment the step is taken."""
    lost = alva.send().json["id"]
    version = 2 if step == "complete" else 1
    if step == "complete":
        bo.step("accept", lost)
    follow_up_key_that_nobody_can_read(room, lost)
    somebody = {"alva": alva, "bo": bo}[who]
    told = somebody.step(step, lost, version, {"reason": reason, "comment": "Vi har ringt."})
    assert (told.status_code, told.json["type"]) == (422, "urn:lotsa:problem:comment-cannot-be-kept"), told.text
    assert {each["pointer"] for each in told.json["errors"]} == {"#/comment"}
    browser, page = at_the_pages(somebody), f"/referral/referrals/{lost}/{step}"
    back = browser.post(page, page, reason=reason, comment="Vi har ringt.")
    assert back.status_code == 303
    shown = browser.get(back.headers["Location"]).text
    assert "Kommentaren kan inte sparas" in shown
    assert "Vi har ringt." in shown
    without = next(each for each in _reasons(room, step) if each != "other")
    assert browser.post(page, page, reason=without, comment="").status_code == 303
    assert alva.open(lost).json["state"] in ("rejected", "completed", "cancelled")


def _reasons(room: Room, step: str) -> list[str]:
    codes: dict[str, Any] = {"cancel": CANCEL_REASONS, "complete": OUTCOMES, "reject": REJECT_REASONS}
    return [code.slug for code in codes[step] if not code.comment_required]


@pytest.mark.holds("unreadable-form-did-nothing")
def test_a_form_that_came_too_late_and_cannot_be_read_is_said_to_be_so(room: Room, alva: Cast) -> None:
    """Its page says whose fault it is and that nothing was done; asked to be sent it is the same; it can be left."""
    place, browser = place_in(sent_late(room, alva)), again(room, alva)
    assert 'value="send"' in browser.get(place).text
    lose_the_key(room)
    told = browser.get(place)
    assert told.status_code == 409
    assert "Ditt formulär går inte att läsa" in told.text
    assert "Det är ett fel i Lotsa, inte hos dig." in told.text
    assert 'value="send"' not in told.text
    sent = browser.post(place, place, do="send")
    assert (sent.status_code, sent.headers["Location"]) == (303, place)
    assert room.ask("SELECT 1 FROM held_forms WHERE taken_at IS NULL") != []
    assert browser.post(place, place, do="discard").status_code == 303
    assert room.ask("SELECT 1 FROM held_forms") == []
    assert room.ask("SELECT 1 FROM drafts") == [], "what it asked for was never done"
