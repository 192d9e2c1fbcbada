"""What is told of the log itself: that it holds, what is missing, and what somebody has tampered with."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from werkzeug.test import TestResponse

from services.audit.adapters.beside_entries import ABOUT
from services.audit.commands.reconcile_sequences import ReconcileSequences, reconcile_sequences
from services.audit.domain.alarms import Alarm
from services.audit.domain.tallies import number_of
from services.audit.log.pack import unpack
from services.audit.web.log_status.alarm_words import ALARMS
from shared.kernel.clock import FixedClock, SystemClock
from tests.integration.audit.broken_log import tick, verify
from tests.integration.audit.reviewers import Reviewers, Story
from tests.integration.audit.support import do_as, opened, sent
from tests.support.cast import LOG_CONTROL

GREEN = 'data-color="success"'


@pytest.mark.holds("that-nothing-changed-can-be-checked", "the-log-is-verified-by-itself")
def test_the_logs_state_is_verified_by_computing_it_anew(reviewers: Reviewers, story: Story) -> None:
    """The page says how many entries were recomputed, and shows the newest signed note."""
    assert "Loggen kontrolleras" in reviewers.ester.get("/audit/log").text
    verify(reviewers.world, SystemClock())
    page = reviewers.ester.get("/audit/log")
    size = reviewers.world.rows("select max(size) from log_checkpoints")[0][0]
    assert "Posterna stämmer" in page.text
    assert f"{size} poster har räknats om" in page.text
    assert "Inga luckor" in page.text
    # what came after the whole round, and has been looked at since, is counted with it
    reviewers.world.hear(opened(uuid4()))
    reviewers.world.sequencer.run()
    tick(reviewers.world, SystemClock())
    grown = reviewers.world.rows("select max(size) from log_checkpoints")[0][0]
    assert grown > size
    assert f"{grown} poster har räknats om" in reviewers.ester.get("/audit/log").text


@pytest.mark.parametrize("kind", ALARMS)
def test_an_open_alarm_stands_before_all_that_is_well(reviewers: Reviewers, story: Story, kind: str) -> None:
    """Whatever it is about: and what is green beside it says no more than that the entries were verified."""
    world = reviewers.world
    verify(world, SystemClock())
    with world.parts.as_service() as uow:
        uow.alarms.open(Alarm(kind, "/lotsa/test/referral/1", 7, 7), world.clock.now())
        uow.commit()
    page = reviewers.ester.get("/audit/log").text
    do_as(world.settings.service("audit").owner_database_url, "delete from alarms")
    assert page.index("Öppna larm") < page.index("/audit/log/alarms/") < page.index(GREEN)
    assert page.count(GREEN) == 1
    assert page.index(GREEN) < page.index("Posterna stämmer")
    assert "Loggen stämmer" not in page
    assert "Inga luckor" not in page


@pytest.mark.holds("no-number-is-missing")
def test_the_state_shows_a_gap(reviewers: Reviewers, story: Story) -> None:
    """A missing event is an alarm with its number, on the page and in the API."""
    world = reviewers.world
    source = world.envelope(sent(uuid4(), [])).source
    with world.parts.as_service() as uow:
        uow.sequences.announce(source, 10_000_000, world.clock.now() - timedelta(minutes=1))
        reconcile_sequences(ReconcileSequences(parked=dict), uow)
        uow.commit()
    page = reviewers.ester.get("/audit/log")
    assert "Händelser saknas" in page.text
    assert "10000000" in page.text
    told = reviewers.app.test_client().get("/api/audit/v1/log", headers=reviewers.bearer(UUID(int=1900), "ester")).json
    assert ("events-missing", "referral", 10_000_000) in [
        (e["kind"], e["publisher"], e["last"]) for e in told["alarms"]
    ]
    do_as(world.settings.service("audit").owner_database_url, "delete from alarms; delete from announcements")


@pytest.mark.holds("an-alarm-is-closed-with-a-reason")
def test_a_doubled_event_stays_an_alarm_until_a_person_closes_it_with_a_reason(
    reviewers: Reviewers, story: Story
) -> None:
    """Its page asks why; who closed it and for which reason is in the log, and a second time changes nothing."""
    world, ester = reviewers.world, reviewers.ester
    event = opened(story.referral)
    envelope = world.envelope(event)
    world.hear_envelope(envelope, event)
    world.hear_envelope(envelope, event)
    world.sequencer.run()
    page = ester.get("/audit/log").text
    assert "En händelse har kommit två gånger" in page
    own = re.findall(r'href="(/audit/log/alarms/[^"]+)"', page)[0]
    form = ester.get(own).text
    assert "Varför stängs larmet?" in form
    token = re.findall(r'name="csrf_token" value="([^"]+)"', form)[0]
    without = ester.post(f"{own}/seen", data={"csrf_token": token})
    assert (without.status_code, without.location.partition("?")[0]) == (303, own)
    assert "Välj varför larmet stängs." in ester.get(without.location).text
    for reason in ("put-right", "intended"):
        answer = ester.post(f"{own}/seen", data={"csrf_token": token, "reason": reason})
        assert (answer.status_code, answer.headers["Location"]) == (303, "/audit/log")
        leaf = reviewers.recorded()
        assert (leaf["action"], leaf["record_kind"], leaf["unit"]) == ("change", "alarm", str(LOG_CONTROL))
        assert (leaf["subjects"][0] in own, leaf["rule"]) == (True, f"reviewers-close-{reason}")
    assert "En händelse har kommit två gånger" not in ester.get("/audit/log").text
    assert ester.get(own).status_code == 404
    closed = world.as_role("", "select closed_at is not null, reason from alarms where kind = 'event-doubled'")
    assert closed == [(True, "put-right")]
    do_as(world.settings.service("audit").owner_database_url, "delete from alarms")


def test_a_system_says_that_an_alarm_was_looked_at(reviewers: Reviewers, story: Story) -> None:
    """As the button does: closed once, each saying is in the log, and other roles and unknown alarms are refused."""
    world, client = reviewers.world, reviewers.app.test_client()
    ester = reviewers.bearer(UUID(int=1900), "ester")
    event = opened(story.referral)
    envelope = world.envelope(event)
    for _ in range(2):
        world.hear_envelope(envelope, event)
    world.sequencer.run()
    [alarm] = doubled(client.get("/api/audit/v1/log", headers=ester))
    assert alarm["by_hand"] is True
    seen = f"/api/audit/v1/log/alarms/{alarm['id']}/seen"
    for _ in range(2):
        answer = client.put(seen, headers=ester, json={"reason": "investigated"})
        assert (answer.status_code, answer.data) == (204, b"")
        leaf = reviewers.recorded()
        assert (leaf["action"], leaf["record_kind"], leaf["subjects"]) == ("change", "alarm", [alarm["id"]])
    assert doubled(client.get("/api/audit/v1/log", headers=ester)) == []
    assert client.put(seen, headers=ester, json={"reason": "no idea"}).status_code == 422
    assert client.put(seen, headers=ester).status_code in (400, 415, 422)
    why = {"reason": "put-right"}
    assert client.put(f"/api/audit/v1/log/alarms/{uuid4()}/seen", headers=ester, json=why).status_code == 404
    assert reviewers.recorded()["action"] == "attempt.change"
    assert client.put(seen, json=why).status_code == 401
    assert client.put(seen, headers=reviewers.bearer(UUID(int=1902), "bo"), json=why).status_code == 403
    assert reviewers.recorded()["subjects"] == [alarm["id"]]
    do_as(world.settings.service("audit").owner_database_url, "delete from alarms")


def doubled(answer: TestResponse) -> list[dict[str, Any]]:
    """The open alarms about events that came twice, as a system is told of them."""
    return [each for each in answer.json["alarms"] if each["kind"] == "event-doubled"]


def test_an_alarm_about_an_hour_says_which(reviewers: Reviewers) -> None:
    """An hour is no number."""
    world = reviewers.world
    with world.parts.as_service() as uow:
        hour = number_of(world.clock.now())
        uow.alarms.open(Alarm("told-differs", "/lotsa/test/referral/1", hour, hour), world.clock.now())
        uow.commit()
    alarm = world.as_role("", "select alarm_id from alarms where closed_at is null")[0][0]
    page = reviewers.ester.get(f"/audit/log/alarms/{alarm}").text
    assert ">Timme<" in page
    assert "Nummer" not in page
    do_as(world.settings.service("audit").owner_database_url, "delete from alarms")


def test_what_only_mending_ends_is_not_closed_by_hand(reviewers: Reviewers) -> None:
    """There is no way to it on the page, and its address answers as an unknown one, recorded."""
    world, ester = reviewers.world, reviewers.ester
    with world.parts.as_service() as uow:
        uow.alarms.open(Alarm("verification-late", "audit", 0, 0), world.clock.now())
        uow.commit()
    alarm = world.as_role("", "select alarm_id from alarms where closed_at is null")[0][0]
    page = ester.get("/audit/log").text
    assert "Hela loggen har inte kontrollerats på mer än ett dygn" in page
    assert f"/audit/log/alarms/{alarm}/seen" not in page
    token = re.findall(r'name="csrf_token" value="([^"]+)"', page)[0]
    system, ester_s = reviewers.app.test_client(), reviewers.bearer(UUID(int=1900), "ester")
    assert [each["by_hand"] for each in system.get("/api/audit/v1/log", headers=ester_s).json["alarms"]] == [False]
    why = {"reason": "put-right"}
    assert system.put(f"/api/audit/v1/log/alarms/{alarm}/seen", headers=ester_s, json=why).status_code == 404
    for tried in (alarm, uuid4()):
        answer = ester.post(f"/audit/log/alarms/{tried}/seen", data={"csrf_token": token, **why})
        assert answer.status_code == 404
        leaf = reviewers.recorded()
        assert (leaf["action"], leaf["outcome"], leaf["subjects"]) == ("attempt.change", "refused", [str(tried)])
    assert ester.get(f"/audit/log/alarms/{uuid4()}").status_code == 404
    assert reviewers.recorded()["action"] == "attempt.read"
    page = ester.get(f"/audit/log/alarms/{alarm}").text
    assert "Larmet går inte att stänga för hand." in page
    assert "Inte förklarat" in page
    assert f"{alarm}/seen" not in page
    assert "Nummer" not in page, "it is about the whole log"
    assert f'href="/audit/log/alarms/{alarm}"' in ester.get("/audit/log").text, "what to do about it can be read"
    do_as(world.settings.service("audit").owner_database_url, "delete from alarms")


@pytest.mark.parametrize("what", ["leaf", "hash", "missing"])
@pytest.mark.holds("a-changed-log-is-found", "a-change-is-found-when-verified")
def test_a_database_owner_who_switches_off_the_triggers_is_found(reviewers: Reviewers, story: Story, what: str) -> None:
    """A leaf rewritten, its hash rewritten with it, or the row removed: the page says which entry does not hold."""
    world = reviewers.world
    index = world.rows("select max(index) from log_entries")[0][0]
    owner = world.settings.service("audit").owner_database_url
    leaf, kept = world.rows("select leaf, leaf_hash from log_entries where index = :i", i=index)[0]
    forged = unpack(leaf).replace(b'"outcome":"done"', b'"outcome":"gone"')
    off = "alter table log_entries disable trigger user; alter table log_entries no force row level security;"
    on = "alter table log_entries enable trigger user; alter table log_entries force row level security;"
    change = {
        "leaf": f"update log_entries set leaf = '\\x{forged.hex()}' where index = {index}",
        "hash": f"update log_entries set leaf = '\\x{forged.hex()}', "
        f"leaf_hash = sha256('\\x00{forged.hex()}') where index = {index}",
        "missing": f"delete from log_entries where index = {index}",
    }[what]
    was = f"leaf = '\\x{bytes(leaf).hex()}', leaf_hash = '\\x{bytes(kept).hex()}'"
    restore = f"update log_entries set {was} where index = {index}"
    columns = "event_id, type, occurred_at, recorded_at, unit_set, user_key, about_1, about_2, about_3, about_4"
    row = world.rows(f"select {columns} from log_entries where index = :i", i=index)[0]
    if what == "missing":
        beside = ", ".join("null" if each is None else f"'{each}'" for each in row)
        restore = (
            f"insert into log_entries (index, {columns}, leaf_hash, leaf) values "
            f"({index}, {beside}, '\\x{bytes(kept).hex()}', '\\x{bytes(leaf).hex()}')"
        )
    verify(world, SystemClock())
    do_as(owner, off + change)
    verify(world, SystemClock())
    page = reviewers.ester.get("/audit/log")
    do_as(owner, restore + ";" + on)
    assert "Loggen stämmer inte" in page.text
    assert re.search(r"Post \d+, eller någon strax efter den", page.text)
    verify(world, SystemClock())
    mended = reviewers.ester.get("/audit/log").text
    assert "Loggen stämmer inte" not in mended
    # that somebody has been there stays an alarm
    said = {"leaf": "En post är inte som", "hash": "Poster stämmer inte med", "missing": "En post är borta"}
    assert said[what] in mended
    do_as(owner, "delete from alarms")


def test_an_entry_changed_to_what_no_entry_can_be_is_told_as_that(reviewers: Reviewers, story: Story) -> None:
    """Pages that should show it say what is wrong and what to do; nothing breaks down."""
    owner = reviewers.world.settings.service("audit").owner_database_url
    found = f"select index, leaf from log_entries join {ABOUT} on index = entry_index where subject_id = :c limit 1"
    index, leaf = reviewers.world.rows(found, c=story.consent)[0]
    set_leaf = "update log_entries set leaf = '\\x{}' where index = {};"
    off = "alter table log_entries disable trigger user; alter table log_entries no force row level security;"
    on = "alter table log_entries enable trigger user; alter table log_entries force row level security;"
    do_as(owner, off + set_leaf.format(b"no leaf".hex(), index))
    verify(reviewers.world, SystemClock())
    trail, state = reviewers.ester.get(f"/audit/consents/{story.consent}"), reviewers.ester.get("/audit/log")
    headers = reviewers.bearer(UUID(int=1900), "ester")
    told = reviewers.app.test_client().get(f"/api/audit/v1/entries/{index}", headers=headers)
    do_as(owner, set_leaf.format(bytes(leaf).hex(), index) + on)
    assert trail.status_code == 500
    assert "En post som hör hit har ändrats och går inte att läsa</h1>" in trail.text
    assert "Kontrollera loggen på sidan Loggens läge." in trail.text
    assert "Det som redan var sparat finns kvar" not in trail.text
    assert (told.status_code, told.json["type"]) == (500, "urn:lotsa:problem:entry-spoilt")
    assert "Loggen stämmer inte" in state.text
    assert reviewers.ester.get(f"/audit/consents/{story.consent}").status_code == 200
    do_as(owner, "delete from alarms")


def test_verification_on_request_by_the_api(reviewers: Reviewers, story: Story) -> None:
    """Asking is answered at once, and the state tells that a round was asked for, and later what it found."""
    client, headers = reviewers.app.test_client(), reviewers.bearer(UUID(int=1900), "ester")
    verify(reviewers.world, SystemClock())
    assert client.put("/api/audit/v1/log/verification", headers=headers).status_code == 204
    told = client.get("/api/audit/v1/log", headers=headers).json["verification"]
    assert (told["asked"], told["done"]) == (True, None)
    tick(reviewers.world, SystemClock())
    told = client.get("/api/audit/v1/log", headers=headers).json
    size = reviewers.world.rows("select max(size) from log_checkpoints")[0][0]
    assert told["verification"] | {"looked_at": None, "finished_at": None} == {
        "holds": True,
        "first_wrong_entry": None,
        "size": size,
        "late": False,
        "asked": False,
        "done": None,
        "of": None,
        "looked_at": None,
        "finished_at": None,
    }
    assert told["checkpoint"].startswith(reviewers.world.settings.installation)


def test_a_verification_that_does_not_run_is_not_taken_for_an_answer(reviewers: Reviewers, story: Story) -> None:
    """What was found long ago says nothing about now, and the page says so instead."""
    verify(reviewers.world, FixedClock(datetime.now(UTC) - timedelta(minutes=3)))
    page = reviewers.ester.get("/audit/log").text
    assert "Loggen kontrolleras inte" in page
    # what finds gaps runs beside it, so nobody knows of those either
    for well in (GREEN, "Posterna stämmer", "Inga luckor"):
        assert well not in page
