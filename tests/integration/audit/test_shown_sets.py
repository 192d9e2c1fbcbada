"""What a list showed is stored once for all who saw the same, and is as true as if each entry named it."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from services.audit.adapters.beside_entries import ABOUT
from services.audit.log.shown_set import Shown
from shared.contracts.common import AccessRecorded
from tests.integration.audit import broken_log
from tests.integration.audit.broken_log import as_owner
from tests.integration.audit.reviewers import Reviewers, Story
from tests.integration.audit.support import World, leaves, listed, looked

PAGE = [uuid4() for _ in range(25)]
RELIED_ON = [uuid4() for _ in range(50)]


def page(subject: str = "bo", *, without: int = 0) -> AccessRecorded:
    """A list of 25 referrals that relied on 50 consents."""
    shown = listed(PAGE[0], RELIED_ON[without:], subject=subject)
    return replace(shown, subjects=tuple(PAGE[without:]))


def test_what_many_saw_is_stored_once(world: World) -> None:
    """Whoever looked and in whichever order the page had them; another list is another set."""
    before = world.rows("select count(*) from shown_sets")[0][0]
    beside = world.rows(f"select count(*) from {ABOUT}")[0][0]
    world.hear(page(), page("alva"), replace(page(), subjects=tuple(reversed(PAGE))), page(without=1))
    world.sequencer.run()
    assert world.rows("select count(*) from shown_sets")[0][0] == before + 2
    assert world.rows(f"select count(*) from {ABOUT}")[0][0] == beside, "an entry is found through its set"
    said = [leaf["shown"] for leaf in leaves(world)[-4:]]
    assert said[0] == said[1] == said[2] != said[3]
    assert said[0] == Shown.of(PAGE, RELIED_ON).member()
    assert "subjects" not in leaves(world)[-1]


@pytest.mark.parametrize("kind", ["consent", "referral"])
def test_a_trail_tells_of_each_list_with_what_it_showed(reviewers: Reviewers, story: Story, kind: str) -> None:
    """By the referral and by the consent that it relied on, each time, with who and when."""
    world, before = reviewers.world, broken_log.size(reviewers.world)
    world.hear(listed(story.referral, [story.consent]), listed(story.referral, [story.consent], subject="alva"))
    world.hear(listed(uuid4(), [uuid4()]))
    world.sequencer.run()
    path = f"/api/audit/v1/{kind}s/{getattr(story, kind)}/trail"
    answer = reviewers.app.test_client().get(path, headers=reviewers.bearer(UUID(int=1900), "ester")).json
    found = {step["index"]: step for step in answer["steps"] if step["action"] == "list"}
    assert found.keys() == {before, before + 1}
    assert [found[before]["user"], found[before + 1]["user"]] == ["bo", "alva"]
    for step in found.values():
        assert (step["agent"], step["differs"], len(step["subjects"])) == ("staff", [], 2)
        assert str(story.referral) in step["subjects"]
        assert step["consents"] == [str(story.consent)]


def test_a_search_by_a_set_uses_its_index(world: World) -> None:
    """However many lists there have been, nobody reads them all to find those that showed one referral."""
    world.hear_together(*[page(without=each) for each in range(20)])
    world.sequencer.run()
    with world.parts.as_auditor() as uow:
        uow.connection.exec_driver_sql("set local enable_seqscan = off")
        search = f"select key from shown_sets where ids @> array['{PAGE[3]}'::uuid]"
        plan = uow.connection.exec_driver_sql(f"explain {search}").scalars().all()
    assert not any("shown_sets_ids" in line for line in plan), "else the function would not be needed"
    with broken_log.owner(world) as connection:
        connection.exec_driver_sql("set local enable_seqscan = off")
        plan = connection.exec_driver_sql(f"explain {search}").scalars().all()
    assert any("shown_sets_ids" in line for line in plan), plan


def test_sets_are_found_for_auditors_only(world: World) -> None:
    """The function that searches as the owner is no way round row-level security."""
    world.hear(page())
    world.sequencer.run()
    ask = "select count(*) from sets_showing(:subject)"
    assert world.rows(ask, subject=PAGE[3])[0][0] >= 1
    assert world.as_role("", ask, subject=PAGE[3]) == world.as_role("adviser", ask, subject=PAGE[3]) == [(0,)]


DEEDS = [
    ("the set is gone", "delete from shown_sets"),
    ("another was shown", "update shown_sets set ids[1] = gen_random_uuid()"),
    ("fewer were shown", "update shown_sets set ids = ids[2:], records = records - 1 where records > 0"),
    ("the entry is found by another set", "update log_entries set shown = gen_random_uuid() where shown is not null"),
]


@pytest.mark.parametrize(("done", "statement"), DEEDS, ids=[deed[0] for deed in DEEDS])
def test_a_set_that_is_not_the_entrys_is_told_where_it_is_shown(
    reviewers: Reviewers, story: Story, done: str, statement: str
) -> None:
    """By API and on the page; and nothing is shown that the entry does not name."""
    world = reviewers.world
    world.hear(listed(story.referral, [story.consent]))
    world.sequencer.run()
    index = broken_log.size(world) - 1
    client, headers = reviewers.app.test_client(), reviewers.bearer(UUID(int=1900), "ester")
    assert client.get(f"/api/audit/v1/entries/{index}", headers=headers).json["differs"] == []
    as_owner(world, statement)
    entry = client.get(f"/api/audit/v1/entries/{index}", headers=headers).json
    assert entry["differs"] == ["shown"], done
    if "log_entries" not in statement:
        assert entry["subjects"] == []
    shown = reviewers.ester.get("/audit/entries").text
    assert f"post {index}: det som listan visade" in shown


def test_the_export_holds_every_set(reviewers: Reviewers, story: Story) -> None:
    """Whoever verifies it outside sees that what lists showed is what their entries name."""
    reviewers.world.hear(page())
    reviewers.world.sequencer.run()
    answer = reviewers.app.test_client().get(
        "/api/audit/v1/log/export", headers=reviewers.bearer(UUID(int=1900), "ester")
    )
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    answer.close()
    lines = [json.loads(line) for line in archive.read("shown.jsonl").splitlines()]
    assert len(lines) == reviewers.world.rows("select count(*) from shown_sets")[0][0]
    assert {"shown": sorted(map(str, PAGE)), "consents": sorted(map(str, RELIED_ON))} in lines


def test_what_was_read_by_itself_names_it_itself(world: World) -> None:
    """One look at one referral shares its set with nobody."""
    world.hear(looked(PAGE[0], RELIED_ON[:2]))
    world.sequencer.run()
    assert leaves(world)[-1]["subjects"] == [str(PAGE[0])]
    assert "shown" not in leaves(world)[-1]
