"""A trail is whole however often it was looked at: every step on the first page, the readings page by page."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from services.audit.adapters.beside_entries import ABOUT
from services.audit.web.trail import pages
from shared.storage import staff_events
from tests.integration.audit.reviewers import Reviewers, Story
from tests.integration.audit.support import NOW, cancelled, given, listed, looked, opened, sent
from tests.support.builders.events import assignment_granted
from tests.support.cast import ALVA

STEPS = ["consent.given.v1", "referral.sent.v1", "consent.withdrawn.v1"]


def headers(reviewers: Reviewers) -> dict[str, str]:
    """Ester's, at the systems' door."""
    return reviewers.bearer(UUID(int=1900), "ester")


def looks(reviewers: Reviewers, story: Story, *, lists: int, days: int = 1) -> None:
    """The referral is shown in lists on some days, read once more, and tried once more by a stranger."""
    world = reviewers.world
    for _ in range(days):
        world.hear_together(*[listed(story.referral, [story.consent]) for _ in range(lists)])
        world.clock.advance(timedelta(days=1))
    world.hear(looked(story.referral, [story.consent]), looked(story.referral, [], "refused", "cilla"))
    world.sequencer.run()


def about(reviewers: Reviewers, story: Story) -> set[int]:
    """The entries that the consent's trail is to tell of, by the log itself."""
    rows = reviewers.world.rows(
        f"select distinct index from {ABOUT} join log_entries on index = entry_index where subject_id = :consent or "
        'subject_id = :referral and position(\'"outcome":"refused"\'::bytea in leaf) > 0 '
        "union select index from log_entries join shown_sets on key = shown where :consent = any(ids)",
        consent=story.consent,
        referral=story.referral,
    )
    return {row[0] for row in rows}


def entries_of(page: str) -> list[int]:
    """The entries that a page names, those that stand folded included."""
    return [int(number) for number in re.findall(r"post (\d+)", page[page.index("lotsa-track") :])]


def follow(client: FlaskClient, path: str) -> list[str]:
    """A page and all those that its link to older readings leads to."""
    found = [client.get(path).text]
    while older := re.search(r'href="([^"]+)" rel="next">Äldre läsningar', found[-1]):
        answer = client.get(older[1].replace("&amp;", "&"))
        assert answer.status_code == 200
        found.append(answer.text)
    return found


@pytest.mark.parametrize("kind", ["consent", "referral"])
def test_what_was_listed_a_thousand_times_is_still_followed(reviewers: Reviewers, story: Story, kind: str) -> None:
    """Every step is there, the page says that readings are older, and Ester's reading is not logged as refused."""
    looks(reviewers, story, lists=1_001)
    subject = getattr(story, kind)
    answer = reviewers.ester.get(f"/audit/{kind}s/{subject}")
    assert answer.status_code == 200
    for step in ("Samtycke gavs", "Lotsningen skickades", "Samtycket återkallades"):
        assert step in answer.text
    assert "Alla steg visas, och de 100 nyaste läsningarna." in answer.text
    leaf = reviewers.recorded()
    assert (leaf["action"], leaf["outcome"]) == ("read", "allowed")
    client, path = reviewers.app.test_client(), f"/api/audit/v1/{kind}s/{subject}/trail"
    trail = client.get(path, headers=headers(reviewers)).json
    types = [step["type"] for step in trail["steps"]]
    assert [each for each in types if each in STEPS] == STEPS
    assert types.count("access.recorded.v1") == 200
    assert trail["cut_short"] is True
    assert trail["withdrawn_at"] is not None


def test_older_readings_follow_page_by_page(
    reviewers: Reviewers, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By links alone: nothing is left out and nothing comes twice, though reading makes new entries meanwhile."""
    monkeypatch.setattr(pages, "READINGS_ON_A_PAGE", 4)
    looks(reviewers, story, lists=5, days=2)
    expected = about(reviewers, story)
    first, *others = follow(reviewers.ester, f"/audit/consents/{story.consent}")
    assert len(others) == 3
    shown = [number for page in (first, *others) for number in entries_of(page)]
    assert sorted(shown) == sorted(expected)
    assert "Alla steg visas, och de 4 nyaste läsningarna." in first
    for page in others:
        assert "Äldre läsningar, i ordning" in page
        assert "Samtycke gavs" not in page
        assert f'href="/audit/consents/{story.consent}">Till stegen och de nyaste läsningarna' in page
        assert "Samtycket har återkallats, helt eller delvis" in page


def test_lists_are_folded_by_who_and_day(reviewers: Reviewers, story: Story) -> None:
    """Bo's forty showings on one day are told once, with each one's entry; another user's stand by themselves."""
    looks(reviewers, story, lists=40)
    reviewers.world.hear(listed(story.referral, [story.consent], subject="bosse"))
    reviewers.world.sequencer.run()
    page = reviewers.ester.get(f"/audit/consents/{story.consent}").text
    assert page.count("Lotsningen visades i en lista") == 2
    assert "40 gånger" in page
    assert "Varje gång, och dess post" in page
    assert set(entries_of(page)) == about(reviewers, story)
    for user in ("bo", "bosse"):
        assert f"Av användaren {user}, anhörigkonsulent, Anhörigstödet Södermalm." in page


def test_systems_read_older_readings_too(reviewers: Reviewers, story: Story) -> None:
    """The steps come with the first page only, so that pages laid together tell everything once."""
    looks(reviewers, story, lists=5)
    expected = about(reviewers, story)
    client, path = reviewers.app.test_client(), f"/api/audit/v1/consents/{story.consent}/trail"
    answers = [client.get(f"{path}?limit=3", headers=headers(reviewers)).json]
    while cursor := answers[-1]["next_cursor"]:
        assert answers[-1]["cut_short"]
        answers.append(client.get(f"{path}?limit=3&cursor={cursor}", headers=headers(reviewers)).json)
    assert not answers[-1]["cut_short"]
    shown = [step["index"] for answer in answers for step in answer["steps"]]
    assert sorted(shown) == sorted(expected)
    assert [len(answer["steps"]) for answer in answers] == [6, 3, 3]
    assert len({answer["withdrawn_at"] for answer in answers}) == 1


def test_a_cursor_leads_through_its_own_trail_only(reviewers: Reviewers, story: Story) -> None:
    """Another consent's is refused as no page marker, on the page and at the systems' door."""
    looks(reviewers, story, lists=2)
    client, path = reviewers.app.test_client(), "/api/audit/v1/{}s/{}/trail"
    first = client.get(path.format("consent", story.consent) + "?limit=1", headers=headers(reviewers)).json
    asked = f"?cursor={first['next_cursor']}"
    wrong = client.get(path.format("referral", story.referral) + asked, headers=headers(reviewers))
    assert wrong.status_code == 422
    assert wrong.json["type"] == "urn:lotsa:problem:malformed-cursor"
    page = reviewers.ester.get(f"/audit/referrals/{story.referral}{asked}")
    assert page.status_code == 422
    assert f'href="/audit/referrals/{story.referral}"' in page.text, "a link to the first page"


def test_another_mandate_does_not_get_in_by_a_cursor(reviewers: Reviewers, story: Story) -> None:
    """Older readings are as hidden as the newest, and the attempt is recorded."""
    looks(reviewers, story, lists=2)
    client, path = reviewers.app.test_client(), f"/api/audit/v1/consents/{story.consent}/trail"
    cursor = client.get(f"{path}?limit=1", headers=headers(reviewers)).json["next_cursor"]
    eva = reviewers.bearer(UUID(int=1901), "eva")
    assert client.get(f"{path}?limit=1&cursor={cursor}", headers=eva).status_code == 404
    assert reviewers.recorded()["rule"] == "trail-unknown"


def test_a_step_whose_assignment_is_not_known_names_no_unit(reviewers: Reviewers) -> None:
    """Alva's unit cancels before her assignment is heard of: not put down to Bo's unit; told rightly once heard."""
    referral, consent, assignment = uuid4(), uuid4(), uuid4()
    world = reviewers.world
    early = replace(cancelled(referral), assignment_id=assignment)
    world.hear(given(consent, referral), sent(referral, [consent]), opened(referral), early)
    world.sequencer.run()
    path = f"/audit/referrals/{referral}"

    def told() -> str:
        page = reviewers.ester.get(path).text
        return page[page.index("Lotsningen drogs in") :].split("</li>")[0]

    assert "Av användaren alva, enhet ej känd." in told()
    granted = assignment_granted(ALVA, assignment_id=assignment, valid_from=NOW)
    with world.parts.as_service() as uow:
        staff_events.remember(uow.connection, granted)
        uow.commit()
    assert "Av användaren alva, avsändare, Vårdcentralen Sickla." in told()
