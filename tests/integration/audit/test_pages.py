"""What Ester sees, what systems read, and that both are recorded; what the others are told."""

from __future__ import annotations

import io
import json
import re
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from openapi_spec_validator import OpenAPIV31SpecValidator

from services.audit import bootstrap, verify
from services.audit.commands.reconcile_sequences import reconcile
from services.audit.domain.ports import Alarm
from services.audit.log.checkpoint import SignerKey
from shared.contracts.directory import AssignmentGranted
from shared.contracts.notifications import NoticeQueued
from tests.integration.audit.reviewers import LOG_CONTROL, REVIEWERS_ELSEWHERE, Reviewers, Story
from tests.integration.audit.support import (
    ADVICE,
    ISSUER,
    NOW,
    do_as,
    looked,
    opened,
    sent,
)


def test_ester_follows_a_consent_from_given_to_withdrawn(reviewers: Reviewers, story: Story) -> None:
    """Given, used, read by whom and why that was allowed, a stranger's attempt refused, withdrawn: in that order."""
    page = reviewers.ester.get(f"/audit/consents/{story.consent}")
    assert page.status_code == 200
    said = [
        "Samtycke gavs",
        "Sa ja till: dela med den mottagande enheten",
        "Lotsningen skickades",
        "Innehållet lästes",
        "Av användaren bo, anhörigkonsulent, Anhörigstödet Södermalm.",
        "eftersom lotsningen skickades till läsarens enhet och ett samtycke omfattade det",
        "Ett försök nekades",
        "Av användaren cilla",
        "Nekades, eftersom enheten inte har del i lotsningen",
        "Samtycket togs tillbaka",
    ]
    track = page.text[page.text.index("lotsa-track") :]
    assert [each for each in said if each not in track] == []
    places = [track.index(each) for each in said]
    assert places == sorted(places)
    assert "Det här samtycket har tagits tillbaka" in page.text


def test_esters_own_reading_is_in_the_log(reviewers: Reviewers, story: Story) -> None:
    """Recorded in the transaction that read: who, from which unit, what, and by which rule."""
    reviewers.ester.get(f"/audit/consents/{story.consent}")
    leaf = reviewers.recorded()
    assert (leaf["action"], leaf["record_kind"], leaf["subjects"]) == ("read", "consent", [str(story.consent)])
    assert (leaf["unit"], leaf["role"], leaf["outcome"]) == (str(LOG_CONTROL), "auditor", "allowed")
    assert (leaf["rule"], leaf["purpose"]) == ("auditor-reviews-within-mandate", "log-review")
    assert "user" in leaf["commitments"]


def test_lists_name_everything_they_showed(reviewers: Reviewers, story: Story) -> None:
    """One record for a list, with every id that was shown."""
    page = reviewers.ester.get("/audit/")
    assert f"/audit/consents/{story.consent}" in page.text
    leaf = reviewers.recorded()
    assert leaf["action"] == "list"
    assert str(story.consent) in leaf["subjects"]


def test_a_list_of_lists_is_one_record_of_entries(reviewers: Reviewers, story: Story) -> None:
    """Entries shown are named by their own ids: a list that shows lists would not fit into a leaf otherwise."""
    long = replace(looked(story.referral, []), action="list", subjects=tuple(uuid4() for _ in range(900)))
    reviewers.world.hear(*[looked(story.referral, [])] * 25, *[long] * 3)
    reviewers.world.sequencer.integrate()
    assert reviewers.ester.get("/audit/entries").status_code == 200
    leaf = reviewers.recorded()
    assert (leaf["action"], leaf["record_kind"]) == ("list", "entry")
    assert len(leaf["subjects"]) == 25


def test_the_list_says_which_consents_are_withdrawn(reviewers: Reviewers, story: Story) -> None:
    """In the row itself."""
    page = reviewers.ester.get("/audit/")
    row = page.text[page.text.index(f"/audit/consents/{story.consent}") :].split("</tr>")[0]
    assert "Återtaget" in row


def test_the_referrals_trail_has_everything_around_it(reviewers: Reviewers, story: Story) -> None:
    """Steps, readings, consents, attempts; and leads to its consents."""
    page = reviewers.ester.get(f"/audit/referrals/{story.referral}")
    assert page.text.count("lotsa-track__step") == 6
    assert f"/audit/consents/{story.consent}" in page.text
    assert str(story.referral) in reviewers.ester.get("/audit/referrals").text


def test_a_referrals_trail_names_nobody_elses_consent(reviewers: Reviewers, story: Story) -> None:
    """A list rests on the consents of all the referrals in it; only this referral's own are led to."""
    other = uuid4()
    shown = replace(
        looked(story.referral, [story.consent, other]),
        action="list",
        rule="own-unit",
        subjects=(story.referral, uuid4()),
    )
    reviewers.world.hear(shown)
    reviewers.world.sequencer.integrate()
    page = reviewers.ester.get(f"/audit/referrals/{story.referral}").text
    assert "Visades i en lista" in page
    assert f"/audit/consents/{story.consent}" in page
    assert str(other) not in page


def test_an_opening_that_no_consent_covered_is_told_as_such(reviewers: Reviewers, story: Story) -> None:
    """After a withdrawal the receiving unit may open the referral, and sees no content."""
    reviewers.world.hear(looked(story.referral, []))
    reviewers.world.sequencer.integrate()
    assert "innehållet var förseglat" in reviewers.ester.get(f"/audit/referrals/{story.referral}").text


@pytest.mark.parametrize("how", ["whole", "beginning", "without hyphens"])
def test_a_search_leads_to_the_trail(reviewers: Reviewers, story: Story, how: str) -> None:
    """By an id, its first eight figures, or written without hyphens; what was asked is in no address."""
    asked = {"whole": str(story.consent), "beginning": str(story.consent)[:8], "without hyphens": story.consent.hex}[
        how
    ]
    answer = _search(reviewers.ester, asked)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/audit/consents/{story.consent}")
    assert reviewers.recorded()["action"] == "search"
    answer = _search(reviewers.ester, str(story.referral))
    assert answer.headers["Location"] == f"/audit/referrals/{story.referral}"


def test_a_search_that_finds_nothing_says_so(reviewers: Reviewers, story: Story) -> None:
    """And an empty one is sent back with the field marked."""
    assert "Inget som ditt uppdrag omfattar stämmer" in _search(reviewers.ester, "ffffffff-0000").text
    empty = _search(reviewers.ester, "  ")
    assert empty.status_code == 422
    assert "Skriv ett nummer" in empty.text


def _search(client: FlaskClient, asked: str):
    token = re.findall(r'name="csrf_token" value="([^"]+)"', client.get("/audit/").text)[0]
    return client.post("/audit/search", data={"asked": asked, "csrf_token": token})


def _without_token(page: str) -> str:
    """The page but for the form's token, which has the second in it."""
    return re.sub(r'name="csrf_token" value="[^"]+"', "", page)


def test_another_mandate_sees_nothing_of_it(reviewers: Reviewers, story: Story) -> None:
    """Eva audits Kiruna: not in lists, not by search, and by id as for an unknown one; her attempt is recorded."""
    eva = reviewers.eva
    assert str(story.consent) not in eva.get("/audit/").text
    assert _search(eva, str(story.consent)).status_code == 200
    hidden, unknown = eva.get(f"/audit/consents/{story.consent}"), eva.get(f"/audit/consents/{uuid4()}")
    assert hidden.status_code == unknown.status_code == 404
    assert _without_token(hidden.text) == _without_token(unknown.text)
    leaf = reviewers.recorded()
    assert (leaf["action"], leaf["outcome"], leaf["rule"]) == ("attempt.read", "refused", "trail-unknown")
    assert leaf["unit"] == str(REVIEWERS_ELSEWHERE)


def test_an_adviser_may_not_review_and_the_attempt_is_recorded(reviewers: Reviewers, story: Story) -> None:
    """Bo's unit received the referral; the log is still not his to read."""
    for path in ("/audit/", "/audit/log", f"/audit/consents/{story.consent}", "/audit/entries", "/audit/referrals"):
        assert reviewers.bo.get(path).status_code == 403
        leaf = reviewers.recorded()
        assert (leaf["outcome"], leaf["rule"], leaf["unit"]) == ("refused", "role-not-allowed", str(ADVICE))


def test_a_refused_role_is_in_the_trail_of_what_was_tried(reviewers: Reviewers, story: Story) -> None:
    """Bo knocks at a consent and at a referral, on the page and at the systems' door: Ester sees it in their trails."""
    token = reviewers.bearer(UUID(int=1902), "bo")
    for kind, subject in (("consent", story.consent), ("referral", story.referral)):
        assert reviewers.bo.get(f"/audit/{kind}s/{subject}").status_code == 403
        leaf = reviewers.recorded()
        assert (leaf["record_kind"], leaf["subjects"], leaf["rule"]) == (kind, [str(subject)], "role-not-allowed")
        by_api = reviewers.app.test_client().get(f"/api/audit/v1/{kind}s/{subject}/trail", headers=token)
        assert by_api.status_code == 403
        assert reviewers.recorded()["subjects"] == [str(subject)]
    reviewers.bo.get("/audit/log")
    assert (reviewers.recorded()["record_kind"], reviewers.recorded()["subjects"]) == ("log", [])
    trail = reviewers.ester.get(f"/audit/consents/{story.consent}").text
    assert trail.count("Nekades, eftersom rollen inte tillåter det här steget.") == 4
    assert "Av användaren bo, anhörigkonsulent, Anhörigstödet Södermalm." in trail


def test_an_entry_outside_the_mandate_is_refused_as_unknown_and_recorded(reviewers: Reviewers, story: Story) -> None:
    """Which entry was tried is in the log, if there is one; the answer tells neither."""
    rows = "select index, event_id from log_entries join log_about on entry_index = index where subject_id = :id"
    index, event_id = reviewers.world.rows(f"{rows} order by index limit 1", id=story.consent)[0]
    client, headers = reviewers.app.test_client(), reviewers.bearer(UUID(int=1901), "eva")
    hidden = client.get(f"/api/audit/v1/entries/{index}", headers=headers)
    leaf = reviewers.recorded()
    assert (leaf["action"], leaf["outcome"], leaf["rule"]) == ("attempt.read", "refused", "trail-unknown")
    assert (leaf["record_kind"], leaf["subjects"]) == ("entry", [str(event_id)])
    unknown = client.get(f"/api/audit/v1/entries/{10**23}", headers=headers)
    leaf = reviewers.recorded()
    assert (leaf["action"], leaf["record_kind"], leaf["subjects"]) == ("attempt.read", "entry", [])
    assert hidden.status_code == unknown.status_code == 404
    assert hidden.data == unknown.data


def test_nobody_signed_in_is_sent_to_sign_in(reviewers: Reviewers) -> None:
    """The log is for reviewers."""
    answer = reviewers.app.test_client().get("/audit/")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/directory/login?next=/audit/")


def test_whom_an_event_concerns_is_not_told_as_who_did_it(reviewers: Reviewers) -> None:
    """A notice's unit receives it, and whoever is given an assignment did not give it."""
    reviewers.world.hear(
        NoticeQueued(notice_id=uuid4(), template="new-referral-waits", unit_id=ADVICE, channel="email",
                     occurred_at=NOW),
        AssignmentGranted(assignment_id=uuid4(), issuer=ISSUER, subject="bosse", unit_id=ADVICE, role="adviser",
                          valid_from=NOW),
    )  # fmt: skip
    reviewers.world.sequencer.integrate()
    page = reviewers.ester.get("/audit/entries").text
    assert "Gäller enheten Anhörigstödet Södermalm." in page
    assert "Gäller användaren bosse, Anhörigstödet Södermalm." in page
    assert "Av användaren bosse" not in page


def test_the_logs_state_is_verified_by_computing_it_anew(reviewers: Reviewers, story: Story) -> None:
    """The page says how many entries were recomputed, and shows the newest signed note."""
    page = reviewers.ester.get("/audit/log")
    size = reviewers.world.rows("select max(size) from log_checkpoints")[0][0]
    assert "Loggen stämmer" in page.text
    assert f"{size} poster räknades om" in page.text
    assert "Inga luckor" in page.text


def test_the_state_shows_a_gap(reviewers: Reviewers, story: Story) -> None:
    """A missing event is an alarm with its number, on the page and in the API."""
    world = reviewers.world
    source = world.envelope(sent(uuid4(), [])).source
    with world.parts.as_service() as uow:
        uow.sequences.announce(source, 10_000_000, world.clock.now() - timedelta(minutes=1))
        reconcile(uow.sequences, world.clock, dict)
        uow.commit()
    page = reviewers.ester.get("/audit/log")
    assert "Händelser saknas" in page.text
    assert "10000000" in page.text
    told = reviewers.app.test_client().get("/api/audit/v1/log", headers=reviewers.bearer(UUID(int=1900), "ester")).json
    assert ("events-missing", "referral", 10_000_000) in [
        (e["kind"], e["publisher"], e["last"]) for e in told["alarms"]
    ]
    do_as(world.settings.service("audit").owner_database_url, "delete from alarms; delete from announcements")


def test_a_doubled_event_stays_an_alarm_until_a_person_has_looked(reviewers: Reviewers, story: Story) -> None:
    """The page has a button for it; who pressed it is in the log, and a second press changes nothing."""
    world, ester = reviewers.world, reviewers.ester
    event = opened(story.referral)
    envelope = world.envelope(event)
    world.hear_envelope(envelope, event)
    world.hear_envelope(envelope, event)
    world.sequencer.integrate()
    page = ester.get("/audit/log").text
    assert "En händelse har kommit två gånger" in page
    address = re.findall(r'action="(/audit/log/alarms/[^"]+/seen)"', page)[0]
    token = re.findall(r'name="csrf_token" value="([^"]+)"', page)[0]
    for _ in range(2):
        answer = ester.post(address, data={"csrf_token": token})
        assert (answer.status_code, answer.headers["Location"]) == (303, "/audit/log")
        leaf = reviewers.recorded()
        assert (leaf["action"], leaf["record_kind"], leaf["unit"]) == ("change", "alarm", str(LOG_CONTROL))
        assert leaf["subjects"][0] in address
    assert "En händelse har kommit två gånger" not in ester.get("/audit/log").text
    closed = world.as_role("", "select closed_at from alarms where kind = 'event-doubled'")
    assert [each[0] is not None for each in closed] == [True]
    do_as(world.settings.service("audit").owner_database_url, "delete from alarms")


def test_a_gap_is_not_closed_by_looking_at_it(reviewers: Reviewers) -> None:
    """It closes when it is mended; there is no button, and its address answers as an unknown one, recorded."""
    world, ester = reviewers.world, reviewers.ester
    with world.parts.as_service() as uow:
        uow.sequences.set_alarms([Alarm("events-missing", "/lotsa/x/referral/1", 3, 4)], world.clock.now())
        uow.commit()
    alarm = world.as_role("", "select alarm_id from alarms where closed_at is null")[0][0]
    page = ester.get("/audit/log").text
    assert "Händelser saknas" in page
    assert "/seen" not in page
    token = re.findall(r'name="csrf_token" value="([^"]+)"', page)[0]
    for tried in (alarm, uuid4()):
        assert ester.post(f"/audit/log/alarms/{tried}/seen", data={"csrf_token": token}).status_code == 404
        leaf = reviewers.recorded()
        assert (leaf["action"], leaf["outcome"], leaf["subjects"]) == ("attempt.change", "refused", [str(tried)])
    assert "Händelser saknas" in ester.get("/audit/log").text
    do_as(world.settings.service("audit").owner_database_url, "delete from alarms")


@pytest.mark.parametrize("what", ["leaf", "hash", "missing"])
def test_a_database_owner_who_switches_off_the_triggers_is_found(reviewers: Reviewers, story: Story, what: str) -> None:
    """A leaf rewritten, its hash rewritten with it, or the row removed: the page says which entry does not hold."""
    world = reviewers.world
    index = world.rows("select max(index) from log_entries")[0][0]
    owner = world.settings.service("audit").owner_database_url
    leaf, kept = world.rows("select leaf, leaf_hash from log_entries where index = :i", i=index)[0]
    forged = bytes(leaf).replace(b'"outcome":"done"', b'"outcome":"gone"')
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
    columns = "event_id, type, occurred_at, recorded_at, units"
    row = world.rows(f"select {columns} from log_entries where index = :i", i=index)[0]
    if what == "missing":
        units = "{" + ",".join(map(str, row[4])) + "}"
        restore = (
            f"insert into log_entries (index, {columns}, leaf_hash, leaf) values "
            f"({index}, '{row[0]}', '{row[1]}', '{row[2]}', '{row[3]}', '{units}', '\\x{bytes(kept).hex()}', "
            f"'\\x{bytes(leaf).hex()}')"
        )
    do_as(owner, off + change)
    page = reviewers.ester.get("/audit/log")
    do_as(owner, restore + ";" + on)
    assert "Loggen stämmer inte" in page.text
    assert re.search(r"Post \d+, eller någon strax efter den", page.text)
    assert "Loggen stämmer inte" not in reviewers.ester.get("/audit/log").text


def test_the_export_is_verified_by_the_lonely_verifier(reviewers: Reviewers, story: Story, tmp_path: Path) -> None:
    """Downloaded by Ester, checked with a key from elsewhere; without names every commitment is closed."""
    file = reviewers.world.settings.audit_signing_key_file
    assert file is not None
    key = verify.Key.from_text(str(SignerKey.from_text(file.read_text()).verifier))
    client = reviewers.ester
    token = re.findall(r'name="csrf_token" value="([^"]+)"', client.get("/audit/log").text)[0]
    for names in ("", "yes"):
        answer = client.post("/audit/log/export", data={"csrf_token": token, "names": names})
        assert (answer.status_code, answer.mimetype) == (200, "application/zip")
        path = tmp_path / "export.zip"
        path.write_bytes(answer.data)
        answer.close()
        report = verify.verify(verify.reader(path), key)
        size = reviewers.world.rows("select max(size) from log_checkpoints")[0][0]
        assert report.size == size
        assert report.opened > 0 if names else report.opened == 0
        assert reviewers.recorded()["record_kind"] == ("log-with-names" if names else "log")


def test_names_go_along_only_as_far_as_the_mandate(reviewers: Reviewers, story: Story) -> None:
    """Eva's export holds every entry, and opens none of Stockholm's."""
    answer = reviewers.app.test_client().get(
        "/api/audit/v1/log/export?names=true", headers=reviewers.bearer(UUID(int=1901), "eva")
    )
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    answer.close()
    opened_names = [json.loads(line) for line in archive.read("openings.jsonl").splitlines()]
    assert all(each["value"].get("subject") not in ("alva", "bo") for each in opened_names if each["name"] == "user")
    assert any(name.startswith("tile/entries/") for name in archive.namelist())


def test_operators_export_from_the_command_line_and_it_is_recorded(
    reviewers: Reviewers, story: Story, tmp_path: Path
) -> None:
    """Without names; the operating system's user is the one who acted."""
    path = tmp_path / "export.zip"
    size = bootstrap.export_to(reviewers.world.settings, path, by="operator")
    assert zipfile.ZipFile(path).read("openings.jsonl") == b""
    leaf = reviewers.recorded()
    assert (leaf["action"], leaf["rule"]) == ("export", "operators-verify-the-log")
    assert size > 0


def test_systems_read_trails_and_entries(reviewers: Reviewers, story: Story) -> None:
    """With a bearer token of an auditor's assignment; why is told in a sentence there too."""
    client, headers = reviewers.app.test_client(), reviewers.bearer(UUID(int=1900), "ester")
    trail = client.get(f"/api/audit/v1/consents/{story.consent}/trail", headers=headers).json
    assert [step["type"] for step in trail["steps"]] == [
        "consent.given.v1", "referral.sent.v1", "access.recorded.v1", "access.recorded.v1", "consent.withdrawn.v1",
    ]  # fmt: skip
    assert trail["withdrawn_at"]
    assert [step["outcome"] for step in trail["steps"]] == ["done", "done", "allowed", "refused", "done"]
    assert trail["steps"][2]["user"] == "bo"
    assert "Tilläts" in trail["steps"][2]["why"]
    whole = client.get(f"/api/audit/v1/referrals/{story.referral}/trail", headers=headers).json
    assert len(whole["steps"]) == 6
    index = trail["steps"][0]["index"]
    one = client.get(f"/api/audit/v1/entries/{index}", headers=headers).json
    assert one["id"] == trail["steps"][0]["id"]


def test_pages_of_entries_follow_one_another(reviewers: Reviewers, story: Story) -> None:
    """Nothing twice, nothing left out, though reading itself makes new entries."""
    client, headers = reviewers.app.test_client(), reviewers.bearer(UUID(int=1900), "ester")
    seen, cursor = [], ""
    for _ in range(4):
        answer = client.get(f"/api/audit/v1/entries?limit=2{cursor}", headers=headers).json
        seen += [each["index"] for each in answer["items"]]
        cursor = f"&cursor={answer['next_cursor']}"
        reviewers.world.sequencer.integrate()
    # readings by other mandates' units lie between
    assert seen == sorted(set(seen), reverse=True)
    assert len(seen) == 8


def test_verification_on_request_by_the_api(reviewers: Reviewers, story: Story) -> None:
    """Null unless asked for."""
    client, headers = reviewers.app.test_client(), reviewers.bearer(UUID(int=1900), "ester")
    assert client.get("/api/audit/v1/log", headers=headers).json["holds"] is None
    told = client.get("/api/audit/v1/log?verify=true", headers=headers).json
    assert (told["holds"], told["first_wrong_entry"]) == (True, None)
    assert told["checkpoint"].startswith(reviewers.world.settings.installation)


@pytest.mark.parametrize(("path", "status"), [
    ("/entries?limit=0", 422), ("/entries?limit=201", 422), ("/entries?cursor=made-up", 422), ("/entries?x=1", 422),
    ("/log?verify=perhaps", 422), ("/entries/99999999", 404), ("/entries/99999999999999999999999", 404),
    ("/consents/00000000-0000-0000-0000-000000000000/trail", 404), ("/consents/nonsense/trail", 404),
])  # fmt: skip
def test_a_question_that_cannot_be_answered_is_a_problem(reviewers: Reviewers, path: str, status: int) -> None:
    """As problem+json."""
    answer = reviewers.app.test_client().get(f"/api/audit/v1{path}", headers=reviewers.bearer(UUID(int=1900), "ester"))
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")


def test_the_api_is_for_auditors_with_a_token(reviewers: Reviewers) -> None:
    """A cookie is not one; an adviser's token is refused, and that is recorded."""
    assert reviewers.ester.get("/api/audit/v1/entries").status_code == 401
    answer = reviewers.app.test_client().get("/api/audit/v1/entries", headers=reviewers.bearer(UUID(int=1902), "bo"))
    assert answer.status_code == 403
    assert reviewers.recorded()["outcome"] == "refused"


def test_the_description_is_valid_openapi(reviewers: Reviewers) -> None:
    """3.1, as a validator reads it."""
    document = reviewers.app.test_client().get("/api/audit/openapi.json").json
    OpenAPIV31SpecValidator(document).validate()
    assert "/consents/{consent_id}/trail" in document["paths"]


def test_pages_are_not_kept_by_browsers(reviewers: Reviewers, story: Story) -> None:
    """Personal pages are no-store and never 304."""
    answer = reviewers.ester.get(f"/audit/consents/{story.consent}")
    assert "no-store" in answer.headers["Cache-Control"]
    assert "ETag" not in answer.headers


def test_an_erased_name_leaves_the_trail_readable(reviewers: Reviewers, story: Story) -> None:
    """When the month's key is destroyed, the trail still says what, when, where and why, but no longer who.

    From the next request on, though the process had the key in its hands before.
    """
    owner = reviewers.world.settings.service("audit").owner_database_url
    assert "användaren bo" in reviewers.ester.get(f"/audit/consents/{story.consent}").text
    do_as(owner, "create table kept_keys as select * from opening_keys; delete from opening_keys")
    page = reviewers.ester.get(f"/audit/consents/{story.consent}")
    do_as(owner, "delete from opening_keys; insert into opening_keys select * from kept_keys; drop table kept_keys")
    assert "Innehållet lästes" in page.text
    assert "Av enheten Anhörigstödet Södermalm." in page.text
    assert "användaren bo" not in page.text
