"""What happens to whoever changes the log, what stands beside it, what waits for it, or what a service has told.

One table: who did it (whose password they had), what they did, and what became of it: refused by the database, or found
by which means, and how soon. ``docs/threats.md`` says the same in words, and a test holds the two together.

    refused     the database says no: there is no right to it, or a trigger stands in the way
    a minute    every tick of the verification looks for it, whatever the log's size (VERIFY_EVERY_S)
    a day       the round over the whole log finds it; what is new is looked at within a minute
    the hours   the service's tally of the hour and the log's differ: some minutes after the hour
    the heights the reconciliation misses a number that was announced, within two minutes; or finds one that was not
    the entries what is noted of restores is held against the log's entries of them: within four minutes

Not here, since nothing finds them: ``docs/threats.md``.
"""

# ruff: noqa: E501 - a table is read along its rows

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool

from services.audit.processes.verify_in_background import WHOLE_WITHIN, Pace, Verifier
from services.audit.service import VERIFY_EVERY_S
from shared.settings import Settings
from shared.storage.migrations import migrate
from shared.storage.unit_of_work import transactions
from tests.integration.audit import broken_log
from tests.integration.audit.support import looked
from tests.integration.audit.tampering import CONSENT, KEPT, REFERRAL, Town
from tests.support.cast import ELSEWHERE
from tests.support.infrastructure import Infrastructure, new_installation

REFUSED, MINUTE, DAY, HOURS, HEIGHTS = "refused", "a minute", "a day", "the hours", "the heights"
ENTRIES = "the entries"
READING = "(select min(index) from log_entries where type = 'access.recorded.v1')"
OLDER = "(select min(size) from log_checkpoints)"
# stored as it is, so that a statement can rewrite it
ATTEMPT = '(select index from log_entries where position(\'"outcome":"refused"\'::bytea in leaf) > 0)'
# the stranger's attempt was made there
GROUP_ELSEWHERE = f"(select number from log_unit_sets where units = '{{{ELSEWHERE}}}')"
SIGN_IN = "(select index from log_entries where type = 'session.signed-in.v1')"
GIVE_UP = (
    "insert into given_up_sequences (source, given_up, restore_id, noted_at) select source, '{[1,100)}', "
    "gen_random_uuid(), now() from announcements"
)
# of an hour that nobody compares any more
OLD = "01900000-0000-7000-8000-000000000001"
QUEUE = (
    f"insert into pending_entries (event_id, source, sequence, members, openings, about, units) select '{OLD}', source, "
    "999, json_build_object('id', '" + OLD + "', 'type', 'referral.opened.v1', 'source', source, 'sequence', 999, "
    "'occurred_at', '2026-11-21T12:00:00.000000Z', 'action', 'referral.opened', 'outcome', 'done', 'data', "
    "json_build_object())::text, '{}', '{}', '{}' from (select source from announcements limit 1) as known"
)
FORGOTTEN = (
    "insert into tallies (publisher, hour, told, told_digest, said_at, heard_at) values ('x', now(), 0, '', now(), "
    "now()); delete from tallies"
)


@dataclass(frozen=True)
class Case:
    """``who`` as ``Town.do`` has it; ``found``: the alarm's kind, where it was not refused."""

    who: str
    done: str
    statement: str
    means: str
    found: str = ""

    def __str__(self) -> str:
        return f"{self.who}: {self.done}"


AT_REST = [
    # with the passwords of audit's own processes
    Case("app", "a row of the index is deleted", "delete from log_about", REFUSED),
    Case("app", "an entry is put down to other units", "update log_entries set unit_set = 0", REFUSED),
    Case("app", "a key is added", "insert into log_keys (vkey) values ('x')", REFUSED),
    Case("app", "a month's key is exchanged", "update opening_keys set wrapped = 'x'", REFUSED),
    Case("app", "a month's key is destroyed", "delete from opening_keys", REFUSED),
    Case("app", "a person's key is destroyed", "update subject_keys set wrapped = null, destroyed_at = now()", REFUSED),
    Case("app", "a person's key is deleted", "delete from subject_keys", REFUSED),
    Case("app", "what a list showed is added", "insert into shown_sets values (gen_random_uuid(), 0, '{}')", REFUSED),
    Case("app", "a group of units is changed", "update log_unit_sets set units = array[gen_random_uuid()]", REFUSED),
    Case("owner", "a group of units is taken out", "delete from log_unit_sets", REFUSED),
    Case("log", "what a list showed is changed", "update shown_sets set records = 0", REFUSED),
    Case("owner", "a person's key is deleted", "delete from subject_keys", REFUSED),
    Case("owner", "a person's key is made another's", "update subject_keys set pseudonym = 'x'", REFUSED),
    Case("owner", "what a list showed is taken out", "alter table shown_sets no force row level security; "
         "delete from shown_sets", REFUSED),
    Case("app", "what was heard is forgotten", "delete from heard_sequences", REFUSED),
    Case("app", "what was heard is changed", "update heard_sequences set heard = '{}'", REFUSED),
    Case("app", "a height is lowered", "update announcements set highest = 0, heard_at = now()", REFUSED),
    Case("app", "a height is another publisher's", "update announcements set source = 'x'", REFUSED),
    Case("app", "a height is forgotten", "delete from announcements", REFUSED),
    Case("app", "an alarm is deleted", "delete from alarms", REFUSED),
    Case("app", "an alarm is made another's", "update alarms set kind = 'x'", REFUSED),
    Case("app", "an hour's tally is deleted", FORGOTTEN, REFUSED),
    Case("app", "an hour's tally is another's", "update tallies set publisher = 'x'", REFUSED),
    Case("app", "what is given up is forgotten", "delete from given_up_sequences", REFUSED),
    Case("app", "what is given up is another's", "update given_up_sequences set source = 'x'", REFUSED),
    Case("app", "what is given up is lessened", f"{GIVE_UP}; update given_up_sequences set given_up = '{{}}'", REFUSED),
    Case("app", "what is excused is changed", "update restored_hours set last = now()", REFUSED),
    Case("app", "what is excused is forgotten", "delete from restored_hours", REFUSED),
    Case("app", "numbers are given up", GIVE_UP, ENTRIES, "given-up-untold"),
    Case("app", "a service is said to be over", GIVE_UP.replace("{[1,100)}", "{}"), ENTRIES, "given-up-untold"),
    Case("app", "hours are excused", "insert into restored_hours (restore_id, publisher, first, last) select "
         "gen_random_uuid(), regexp_replace(source, '/[^/]+$', ''), now() - interval '1 day', now() from announcements",
         ENTRIES, "given-up-untold"),
    Case("app", "an entry is queued without a number", QUEUE.replace("999", "null"), REFUSED),
    Case("log", "an entry is changed", "update log_entries set leaf = 'xx'", REFUSED),
    Case("log", "a name is deleted", "delete from log_openings", REFUSED),
    Case("log", "what was heard is lessened", "update heard_sequences set heard = '{}'", REFUSED),
    Case("log", "a tally is written", "insert into tallies (publisher) values ('x')", REFUSED),
    # with the owner's password, triggers and all
    Case("owner", "a row of the index is deleted", "alter table log_about no force row level security; "
         "delete from log_about", REFUSED),
    Case("owner", "the log is emptied", "truncate log_entries", REFUSED),
    Case("owner", "a height is lowered", "update announcements set highest = 0", REFUSED),
    Case("owner", "what is given up is lessened", f"{GIVE_UP}; update given_up_sequences set given_up = '{{}}'", REFUSED),
    Case("owner", "what was heard is lessened", "update heard_sequences set heard = '{}'", REFUSED),
    # by whoever takes the triggers off first: the owner, or a superuser
    Case("owner!", "a reading vanishes from a trail", "update log_entries set about_2 = null "
         f"where index = {READING} and about_2 = '{CONSENT}'", DAY, "index-row-missing"),
    Case("superuser", "a reading vanishes from all trails", "update log_entries set about_1 = null, about_2 = null, "
         f"about_3 = null, about_4 = null where index = {READING}", DAY, "index-row-missing"),
    Case("superuser", "a referral is not found by its number any more", "delete from log_about", DAY, "index-row-missing"),
    Case("owner!", "an entry is found where it does not belong",
         f"insert into log_about values ('{ELSEWHERE}', {READING})", DAY, "index-row-added"),
    Case("superuser", "the index names entries to come", "insert into log_about values (gen_random_uuid(), 99999)",
         MINUTE, "index-row-added"),
    Case("owner!", "an entry is hidden from its reviewers",
         f"update log_entries set unit_set = {GROUP_ELSEWHERE} where index = {READING}", DAY, "column-changed"),
    Case("owner!", "an entry is nobody's", f"update log_entries set unit_set = 0 where index = {READING}", DAY,
         "column-changed"),
    Case("superuser", "a sign-in is put down to another unit",
         f"update log_entries set unit_set = {GROUP_ELSEWHERE} where index = {SIGN_IN}", DAY, "column-changed"),
    Case("superuser", "a group of units is made another", "update log_unit_sets set units = array[gen_random_uuid()] "
         f"where number = (select unit_set from log_entries where index = {READING})", DAY, "column-changed"),
    Case("superuser", "a group of units is taken out", "delete from log_unit_sets", DAY, "column-changed"),
    Case("superuser", "a reading is called something else",
         f"update log_entries set type = 'notice.sent.v1' where index = {READING}", DAY, "column-changed"),
    Case("owner!", "a reading is moved in time",
         f"update log_entries set occurred_at = occurred_at - interval '1 day' where index = {READING}", DAY,
         "column-changed"),
    Case("owner!", "an entry is said to have come earlier",
         f"update log_entries set recorded_at = recorded_at - interval '1 day' where index = {READING}", DAY,
         "column-changed"),
    Case("superuser", "an entry is said to be another event's",
         f"update log_entries set event_id = gen_random_uuid() where index = {READING}", DAY, "entry-changed"),
    Case("owner!", "an entry is rewritten, its hash with it",
         "update log_entries set leaf = l, leaf_hash = sha256('\\x00'::bytea || l) from (select index as i, "
         "convert_to(replace(convert_from(leaf, 'UTF8'), 'refused', 'allowed'), 'UTF8') as l from log_entries "
         f"where index = {ATTEMPT}) as other where i = log_entries.index", DAY, "tree-changed"),
    Case("superuser", "an entry is rewritten, its hash left",
         f"update log_entries set leaf = convert_to(replace(convert_from(leaf, 'UTF8'), 'refused', 'allowed'), 'UTF8') "
         f"where index = {ATTEMPT}", DAY, "entry-changed"),
    Case("superuser", "a hash is changed", f"update log_entries set leaf_hash = sha256('x') where index = {READING}", DAY,
         "entry-changed"),
    Case("owner!", "an entry is taken out", f"delete from log_entries where index = {READING}", DAY, "entry-missing"),
    Case("superuser", "two entries change places", "update log_entries set index = 99999 where index = 2; "
         "update log_entries set index = 2 where index = 3; update log_entries set index = 3 where index = 99999", DAY,
         "tree-changed"),
    Case("owner!", "the end is cut off", "delete from log_entries where index >= 4; delete from log_checkpoints where size > 4; "
         "delete from log_about where entry_index >= 4; delete from log_openings where entry_index >= 4", MINUTE,
         "log-has-shrunk"),
    Case("owner!", "an entry is added that nobody signed", "insert into log_entries (index, event_id, type, "
         "occurred_at, recorded_at, unit_set, leaf_hash, leaf) select 99999, gen_random_uuid(), type, occurred_at, recorded_at, "
         "unit_set, leaf_hash, leaf from log_entries where index = 0", MINUTE, "unsigned-entries"),
    Case("log", "more entries are said to be signed than there are", "insert into log_checkpoints (size, root, note, "
         "signed_at) values (1000000000000, sha256('x'), 'x', now())", MINUTE, "entry-missing"),
    Case("superuser", "a checkpoint's root is changed", f"update log_checkpoints set root = sha256('x') where size = {OLDER}", DAY,
         "checkpoint-changed"),
    Case("owner!", "a checkpoint's time is changed",
         f"update log_checkpoints set signed_at = signed_at - interval '1 day' where size = {OLDER}", DAY, "checkpoint-changed"),
    Case("superuser", "a hash of the tree is changed", "update log_nodes set hash = sha256('x')", DAY, "nodes-changed"),
    Case("owner!", "a key is added", "insert into log_keys (vkey) values ('lotsa/audit+00000000+AA')", MINUTE,
         "log-has-another-key"),
    Case("owner!", "somebody else's name is laid beside a reading",
         "update log_entries set user_key = other.user_key from log_entries as other "
         f"where log_entries.index = {READING} and other.index = 0", DAY, "opening-changed"),
    Case("superuser", "a name is made unreadable",
         f"update log_entries set user_key = -1 where index = {READING}", DAY, "opening-changed"),
    Case("owner!", "a name is taken away", f"update log_entries set user_key = null where index = {READING}", DAY,
         "opening-missing"),
    Case("superuser", "a name is called something else", "insert into log_openings (entry_index, name, event_id, sealed) "
         "select index, 'x', event_id, '\\x02'::bytea || uuid_send(key_id) from log_entries join subject_keys on number = "
         f"user_key where index = {READING}; update log_entries set user_key = null where index = {READING}", DAY,
         "opening-added"),
    Case("superuser", "a person's key is exchanged", "update subject_keys set wrapped = set_byte(wrapped, 20, "
         "get_byte(wrapped, 20) # 1)", DAY, "opening-changed"),
    Case("superuser", "a person's key is deleted", "delete from subject_keys", DAY, "opening-changed"),
    Case("superuser", "another's name is laid into a person's key", "update subject_keys set told = other.told from "
         "subject_keys as other where other.key_id <> subject_keys.key_id", DAY, "opening-changed"),
    Case("superuser", "a person's key is found by another's pseudonym", "update subject_keys set pseudonym = sha256(pseudonym)",
         DAY, "opening-changed"),
    Case("superuser", "a name is laid under a key that never was", "insert into log_openings (entry_index, name, event_id, "
         "sealed) select index, 'user', event_id, decode('01' || replace(gen_random_uuid()::text, '-', ''), 'hex') || "
         f"sha256('x') from log_entries where index = {READING}; update log_entries set user_key = null where index = {READING}",
         DAY, "opening-changed"),
    Case("owner!", "a person's key is destroyed, and nobody is told", "update subject_keys set wrapped = null, told = null, "
         "pseudonym = null, destroyed_at = now()", MINUTE, "opening-missing"),
    Case("superuser", "what a list showed is taken out", "delete from shown_sets", DAY, "set-missing"),
    Case("owner!", "a referral is put into what a list showed", f"update shown_sets set ids = '{ELSEWHERE}'::uuid || ids, "
         "records = records + 1", DAY, "set-changed"),
    Case("superuser", "a referral that was shown is called a consent", "update shown_sets set records = records - 1", DAY,
         "set-changed"),
    Case("owner!", "a list is said to have shown something else", "insert into shown_sets values (gen_random_uuid(), 1, "
         f"array['{ELSEWHERE}'::uuid]); update log_entries set shown = (select key from shown_sets where ids[1] = "
         f"'{ELSEWHERE}') where shown is not null", DAY, "column-changed"),
    Case("superuser", "a list is found by nothing that it showed", "update log_entries set shown = null", DAY,
         "column-changed"),
    Case("superuser", "what was heard is forgotten", "delete from heard_sequences", HEIGHTS, "events-missing"),
    # what the referral service told, and has told of already
    Case("referral app", "a look is deleted", "delete from looks", REFUSED),
    Case("referral app", "a look is changed", "update look_kinds set subject = 'eve'", REFUSED),
    Case("referral owner", "a look is changed", "update look_kinds set subject = 'eve'", REFUSED),
    Case("referral owner", "what a look showed is changed", "update id_sets set ids = ids[2:] || gen_random_uuid()", REFUSED),
    Case("referral superuser", "a look is deleted", "delete from looks where kind_id in "
         "(select kind_id from look_kinds where outcome = 'refused')", HOURS, "looks-differ"),
    Case("referral superuser", "another's name is on a look", "update look_kinds set subject = 'eve' "
         "where action = 'read'", HOURS, "looks-differ"),
    Case("referral superuser", "what a look showed or relied on is changed", "update id_sets set ids = ids[2:] || "
         "gen_random_uuid()", HOURS, "looks-differ"),
    Case("referral superuser", "a look is said to have relied on other consents", "update looks set relied = null, "
         "relied_on = '\\x03' where relied is not null", HOURS, "looks-differ"),
    Case("referral superuser", "a look is put in afterwards", "insert into looks select "
         "overlay(access_id::text placing 'ffffffff' from 29)::uuid, kind_id, occurred_at, shown, relied from looks "
         "limit 1", HOURS, "looks-differ"),
    Case("referral app", "a look is put in once more, under its own id", "insert into looks select * from looks limit 1",
         HOURS, "looks-differ"),
    Case("referral superuser", "a look says less than it showed", "update looks set relied = null, relied_on = '' "
         "where relied is not null", HOURS, "looks-differ"),
    Case("referral superuser", "what was told is rewritten", "update outbox set data = jsonb_set(data, '{subject}', '\"eve\"') "
         "where event_type = 'referral.sent.v1'", HOURS, "told-differs"),
    Case("referral superuser", "what was told is taken out", "delete from outbox where event_type = 'consent.withdrawn.v1'",
         HOURS, "told-differs"),
]  # fmt: skip

ON_ITS_WAY = [
    # a reading that the referral service has committed and its relay has not numbered yet
    Case("referral app", "the event is dropped", "delete from outbox where sequence is null", REFUSED),
    Case("referral app", "its reader is changed",
         "update outbox set data = jsonb_set(data, '{subject}', '\"eve\"') where sequence is null", REFUSED),
    Case("referral superuser", "the event is dropped", "delete from outbox where sequence is null", HOURS, "looks-differ"),
    Case("referral superuser", "its reader is changed",
         "update outbox set data = jsonb_set(data, '{subject}', '\"eve\"') where sequence is null", HOURS, "looks-differ"),
    Case("referral superuser", "it is called sent", "update outbox set sequence = (select last_sequence + 1 from publisher), "
         "sent_at = now() where sequence is null; update publisher set last_sequence = last_sequence + 1", HEIGHTS,
         "events-missing"),
]  # fmt: skip

WAITING = [
    # a reading that audit has heard and the sequencer has not taken in yet
    Case("app", "it is deleted", "delete from pending_entries", REFUSED),
    Case("app", "its reader is changed", "update pending_entries set members = replace(members, 'read', 'list')", REFUSED),
    Case("app", "it is said to have come another time",
         "insert into pending_entries (event_id, source, members, openings, about, units, received_at) "
         "values (gen_random_uuid(), 'x', '{}', '{}', '{}', '{}', now() - interval '1 day')", REFUSED),
    Case("app", "that it was heard is forgotten", "delete from inbox", REFUSED),
    Case("app", "another event is said to have been heard", "update inbox set event_id = gen_random_uuid()", REFUSED),
    Case("app", "another is put beside it, under a number to come and an old id", QUEUE, HEIGHTS, "number-not-given"),
    Case("app", "another is put beside it, of an epoch that never was", QUEUE.replace("select source", "select source || '0' as source"),
         HEIGHTS, "number-not-given"),
    Case("log", "it is deleted", "delete from pending_entries", REFUSED),
    Case("log", "its reader is changed", "update pending_entries set openings = '{}'", REFUSED),
    Case("owner", "it is changed", "update pending_entries set members = replace(members, 'read', 'list')", REFUSED),
    Case("superuser", "it is deleted", "delete from pending_entries", HEIGHTS, "events-missing"),
    Case("owner!", "it is changed", "update pending_entries set members = replace(members, '\"read\"', '\"list\"')", HOURS,
         "looks-differ"),
    Case("superuser", "its name is taken away", "update pending_entries set openings = '{}'", DAY, "opening-missing"),
    Case("superuser", "its reader is called the clock",
         "update pending_entries set members = replace(members, '\"staff\"', '\"clock\"')", DAY, "agent-differs"),
]  # fmt: skip
STAGES = {"signed long ago": AT_REST, "not told yet": ON_ITS_WAY, "not signed yet": WAITING}
EVERY_CASE = [*AT_REST, *ON_ITS_WAY, *WAITING]


@pytest.fixture(scope="module")
def template(infrastructure: Infrastructure) -> Iterator[Settings]:
    """Both databases, filled; each case gets a copy of its own."""
    with new_installation(infrastructure) as made:
        settings = made.settings()
        for service in ("audit", "referral"):
            migrate(service, settings.service(service).owner_database_url)
        town = Town.of(settings, _superuser(infrastructure, settings))
        town.fill()
        town.close()
        with _server(infrastructure) as server:
            for service in ("audit", "referral"):
                name = make_url(settings.service(service).database_url).database
                server.exec_driver_sql(f'create database "{name}_kept" template "{name}"')
        kept = broken_log.kept(town.world)
        shutil.copy(kept, kept.with_suffix(".kept"))
        yield settings
        with _server(infrastructure) as server:
            for service in ("audit", "referral"):
                name = make_url(settings.service(service).database_url).database
                server.exec_driver_sql(f'drop database "{name}_kept" with (force)')


@pytest.fixture
def town(template: Settings, infrastructure: Infrastructure) -> Iterator[Town]:
    """As it was filled, whatever another case did to it."""
    with _server(infrastructure) as server:
        for service in ("audit", "referral"):
            name = make_url(template.service(service).database_url).database
            server.exec_driver_sql(f'drop database "{name}" with (force)')
            server.exec_driver_sql(f'create database "{name}" template "{name}_kept" owner "{name}_owner"')
    made = Town.of(template, _superuser(infrastructure, template))
    kept = broken_log.kept(made.world)
    shutil.copy(kept.with_suffix(".kept"), kept)
    yield made
    made.close()


def test_nothing_is_found_where_nobody_did_anything(town: Town) -> None:
    """All means at once: numbers, hours, the whole log, and one more reading on its way through everything."""
    town.tell(looked(REFERRAL, [KEPT]))
    town.relay()
    town.world.sequencer.run()
    town.announce()
    town.reconcile()
    town.compare()
    town.check_claims()
    assert broken_log.verify(town.world).holds is True
    assert town.alarms() == set()


@pytest.mark.parametrize("case", AT_REST, ids=str)
def test_what_was_told_and_signed_long_ago(town: Town, case: Case) -> None:
    """Refused, or found by the means and as soon as the table says."""
    said = town.do(case.who, case.statement)
    if case.means != REFUSED:
        assert said == ""
    _holds(town, case, said)


@pytest.mark.parametrize("case", ON_ITS_WAY, ids=str)
def test_what_a_service_has_not_told_yet(town: Town, case: Case) -> None:
    """The look is in the access records; what was to be told of it is dropped or changed before it had a number."""
    town.tell(looked(REFERRAL, [KEPT], subject="bo"))
    said = town.do(case.who, case.statement)
    town.relay()
    town.world.sequencer.run()
    town.announce()
    _holds(town, case, said)


@pytest.mark.parametrize("case", WAITING, ids=str)
def test_what_waits_to_enter_the_log(town: Town, case: Case) -> None:
    """It was heard and acknowledged; somebody is at it before it is signed for."""
    town.tell(looked(REFERRAL, [KEPT], subject="bo"))
    town.relay()
    said = town.do(case.who, case.statement)
    town.world.sequencer.run()
    town.announce()
    _holds(town, case, said)


def test_a_reading_after_a_withdrawal_is_the_logs_own_contradiction(town: Town) -> None:
    """Whatever somebody did to the consents in the service: the log remembers both, and says that they do not fit."""
    town.tell(looked(REFERRAL, [CONSENT]))
    town.relay()
    town.world.sequencer.run()
    broken_log.tick(town.world)
    assert town.alarms() == set(), "at the very moment of the withdrawal two transactions may pass each other"
    late = looked(REFERRAL, [CONSENT])
    object.__setattr__(late, "occurred_at", late.occurred_at + timedelta(minutes=1))
    town.tell(late)
    town.relay()
    town.world.sequencer.run()
    broken_log.tick(town.world)
    assert town.alarms() == {"read-after-withdrawal"}


def test_what_is_new_is_looked_at_by_the_next_tick(town: Town) -> None:
    """Not only in the round: an entry that was changed right after it was signed is found within a minute."""
    town.tell(looked(REFERRAL, [KEPT]))
    town.relay()
    town.world.sequencer.run()
    assert (
        town.do("owner!", "update log_entries set unit_set = 0 where index = (select max(index) from log_entries)")
        == ""
    )
    # the round over the whole log does one entry at this tick, and it begins with the first
    begin = transactions(town.world.parts.as_auditor)
    state = Verifier(begin, broken_log.signer(town.world).verifier, town.world.clock, pace=Pace(least=1)).run()
    assert state is not None
    assert state.new_wrong == broken_log.size(town.world) - 1
    assert town.alarms() == {"column-changed"}
    assert timedelta(minutes=1) > timedelta(seconds=VERIFY_EVERY_S)
    assert timedelta(days=1) > WHOLE_WITHIN


def test_there_are_enough_cases() -> None:
    """The issue asks for thirty ways; each is one of its own."""
    assert len(EVERY_CASE) == len(set(map(str, EVERY_CASE)) | {each.statement + each.who for each in EVERY_CASE}) // 2
    assert len([each for each in EVERY_CASE if each.means != REFUSED]) >= 30


def _holds(town: Town, case: Case, said: str) -> None:
    """What became of it is what the table says."""
    if case.means == REFUSED:
        assert said in ("42501", "23514"), said or "it was done"
        return
    assert said == "", "it was to be done"
    if case.means == MINUTE:
        assert case.found in {kind for kind, _ in broken_log.tick(town.world).unsound}
    elif case.means == DAY:
        # later than the round that was over before, so that this is another
        town.world.clock.advance(timedelta(seconds=1))
        broken_log.verify(town.world)
    elif case.means == HEIGHTS:
        town.reconcile()
        town.check_claims()
    elif case.means == ENTRIES:
        town.check_claims()
    else:
        town.compare()
    assert case.found in town.alarms(), town.alarms()


def _superuser(infrastructure: Infrastructure, settings: Settings) -> str:
    database = str(make_url(settings.service("audit").database_url).database).removesuffix("audit")
    url = make_url(infrastructure.postgres_url).set(database=f"{database}SERVICE")
    return url.render_as_string(hide_password=False)


def _server(infrastructure: Infrastructure):  # type: ignore[no-untyped-def]
    return create_engine(infrastructure.postgres_url, poolclass=NullPool, isolation_level="AUTOCOMMIT").connect()


def test_the_page_about_threats_has_the_same_cases() -> None:
    """``docs/threats.md``, row by row: what it says is found was found here, and nothing is done here that it hides."""
    page = (Path(__file__).resolve().parents[3] / "docs/threats.md").read_text()
    rows = page.split("## Done, and found\n")[1].strip().splitlines()
    assert rows[2:] == [row(when, case) for when, cases in STAGES.items() for case in cases]


def row(when: str, case: Case) -> str:
    """A case as the page has it."""
    whose = {"app": "application", "log": "sequencer", "owner": "owner", "owner!": "owner, triggers off"}
    service = "referral" if case.who.startswith("referral ") else "audit"
    who = case.who.removeprefix("referral ")
    alarm = f"`{case.found}`" if case.found else "–"
    return f"| {when} | {service}'s {whose.get(who, who)} | {case.done} | {case.means} | {alarm} |"
