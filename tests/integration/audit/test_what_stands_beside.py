"""What is shown of an entry is held against its leaf: whatever somebody changed beside it is told where it is shown."""

from __future__ import annotations

from uuid import UUID

import pytest

from services.audit.adapters.beside_entries import ABOUT
from tests.integration.audit.broken_log import as_owner
from tests.integration.audit.reviewers import Reviewers, Story

ANOTHER = "(select user_key from log_entries where index < {index} and user_key is not null order by index limit 1)"
# as a commitment other than a user's is opened, or a user's until 0.1
LAID = (
    "insert into log_openings (entry_index, name, event_id, sealed) select index, 'NAME', event_id, SEALED "
    "from log_entries where index = {index}; update log_entries set user_key = null where index = {index}"
)
KEY = "(select '\\x02'::bytea || uuid_send(key_id) from subject_keys where number = user_key)"
ANOTHER_UNIT = (
    "insert into log_unit_sets (units) select units || gen_random_uuid() from log_unit_sets join log_entries "
    "on unit_set = number where index = {index}; update log_entries set unit_set = (select max(number) from "
    "log_unit_sets) where index = {index}"
)
CHANGED = f"set_byte({KEY}, 12, get_byte({KEY}, 12) # 1)"
DEEDS = [
    ("a unit is added", ANOTHER_UNIT, "units", "vilka enheter"),
    ("the units are gone", "update log_entries set unit_set = 0", "units", "vilka enheter"),
    ("the time is moved", "update log_entries set occurred_at = occurred_at - interval '1 hour'", "occurred_at",
     "när det hände"),
    ("the log's time is moved", "update log_entries set recorded_at = recorded_at + interval '1 hour'", "recorded_at",
     "när loggen tog emot det"),
    ("it is another event's", "update log_entries set event_id = gen_random_uuid()", "event_id", "händelsens id"),
    ("the name is another's", f"update log_entries set user_key = {ANOTHER}", "user", "användarens namn"),
    ("the name is nobody's", "update log_entries set user_key = -1", "user", "användarens namn"),
    ("the name is changed", LAID.replace("NAME", "user").replace("SEALED", CHANGED), "user",
     "användarens namn"),
    ("the name is cut short", LAID.replace("NAME", "user").replace("SEALED", f"substr({KEY}, 1, 9)"), "user",
     "användarens namn"),
    ("the name is gone", "update log_entries set user_key = null", "user", "användarens namn"),
    ("the name is called something else", LAID.replace("NAME", "nobody").replace("SEALED", KEY), "user",
     "användarens namn"),
    # the last: upon a hash that is not what was signed nothing more is signed
    ("it has another hash", "update log_entries set leaf_hash = sha256('x')", "leaf_hash", "kontrollsumman"),
]  # fmt: skip


@pytest.fixture
def reading(reviewers: Reviewers, story: Story) -> int:
    """Bo's reading in the story: which entry it is."""
    rows = reviewers.world.rows(
        f"select index from {ABOUT} join log_entries on index = entry_index where subject_id = :consent "
        "and type = 'access.recorded.v1' order by index limit 1",
        consent=story.consent,
    )
    return int(rows[0][0])


def do(reviewers: Reviewers, statement: str, entry: int) -> None:
    """Change one entry's row, or what opens it, as the tables' owner."""
    which = "" if ";" in statement else f" where index = {entry}"
    as_owner(reviewers.world, *f"{statement.format(index=entry)}{which}".split(";"))


def test_what_nobody_changed_does_not_differ(reviewers: Reviewers, story: Story) -> None:
    """Every entry of the log, of every kind that the story and a reviewer make."""
    client, headers = reviewers.app.test_client(), reviewers.bearer(UUID(int=1900), "ester")
    for _ in range(2):
        answer = client.get("/api/audit/v1/entries?limit=200", headers=headers).json
        reviewers.world.sequencer.run()
    assert len(answer["items"]) >= 6
    assert {each["index"]: each["differs"] for each in answer["items"] if each["differs"]} == {}


@pytest.mark.holds("what-differs-is-shown")
@pytest.mark.parametrize(("done", "statement", "differs", "said"), DEEDS, ids=[deed[0] for deed in DEEDS])
def test_what_was_changed_beside_an_entry_is_told_where_it_is_shown(
    reviewers: Reviewers, story: Story, reading: int, done: str, statement: str, differs: str, said: str
) -> None:
    """On the trail, in the list and by API: which entry, and what; a name that is not the leaf's is nobody's."""
    client, headers = reviewers.app.test_client(), reviewers.bearer(UUID(int=1900), "ester")
    path = f"/audit/consents/{story.consent}"
    assert "vid sidan av loggen" not in reviewers.ester.get(path).text
    do(reviewers, statement, reading)
    for page in (path, "/audit/entries"):
        shown = reviewers.ester.get(page).text
        assert f"post {reading}: {said}" in shown, f"{done}: {page}"
    entry = client.get(f"/api/audit/v1/entries/{reading}", headers=headers).json
    assert entry["differs"] == [differs], done
    assert entry["user"] == (None if differs == "user" else "bo")
