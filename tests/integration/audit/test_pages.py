"""What Ester sees of consents, referrals and entries, and that she saw it."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from services.referral.domain.send import new_number
from shared.contracts.notifications import NoticeQueued
from tests.integration.audit.reviewers import Reviewers, Story, search
from tests.integration.audit.support import NOW, looked, sent
from tests.support.builders.events import assignment_granted
from tests.support.cast import LOG_CONTROL, SODERMALM
from tests.support.forms import asks_for_corrections, unchecked


@pytest.mark.holds("a-reviewer-sees-who-has-read", "a-reviewer-can-see-it")
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
        "Samtycket återkallades",
    ]
    track = page.text[page.text.index("lotsa-track") :]
    assert [each for each in said if each not in track] == []
    places = [track.index(each) for each in said]
    assert places == sorted(places)
    assert "Samtycket har återkallats, helt eller delvis" in page.text


@pytest.mark.holds("a-reviewers-reading-is-logged")
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
    index = reviewers.world.rows("select max(index) from log_entries")[0][0]
    client, headers = reviewers.app.test_client(), reviewers.bearer(UUID(int=1900), "ester")
    shown = client.get(f"/api/audit/v1/entries/{index}", headers=headers).json["subjects"]
    assert str(story.consent) in shown
    assert len(shown) == leaf["shown"]["count"]


def test_a_list_of_lists_is_one_record_of_entries(reviewers: Reviewers, story: Story) -> None:
    """Entries shown are named by their own ids: a list that shows lists would not fit into a leaf otherwise."""
    long = replace(looked(story.referral, []), action="list", subjects=tuple(uuid4() for _ in range(900)))
    reviewers.world.hear(*[looked(story.referral, [])] * 25, *[long] * 3)
    reviewers.world.sequencer.run()
    assert reviewers.ester.get("/audit/entries").status_code == 200
    leaf = reviewers.recorded()
    assert (leaf["action"], leaf["record_kind"]) == ("list", "entry")
    assert leaf["shown"]["count"] == 25


def test_the_list_says_which_consents_are_withdrawn(reviewers: Reviewers, story: Story) -> None:
    """In the row itself."""
    page = reviewers.ester.get("/audit/")
    row = page.text[page.text.index(f"/audit/consents/{story.consent}") :].split("</tr>")[0]
    assert "Återkallat, helt eller delvis" in row


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
    reviewers.world.sequencer.run()
    page = reviewers.ester.get(f"/audit/referrals/{story.referral}").text
    assert "Lotsningen visades i en lista" in page
    assert f"/audit/consents/{story.consent}" in page
    assert str(other) not in page


def test_an_opening_that_no_consent_covered_is_told_as_such(reviewers: Reviewers, story: Story) -> None:
    """After a withdrawal the receiving unit may open the referral, and sees no content."""
    reviewers.world.hear(looked(story.referral, []))
    reviewers.world.sequencer.run()
    assert "innehållet var dolt" in reviewers.ester.get(f"/audit/referrals/{story.referral}").text


@pytest.mark.parametrize("how", ["whole", "beginning", "without hyphens"])
def test_a_search_leads_to_the_trail(reviewers: Reviewers, story: Story, how: str) -> None:
    """By an id, its first eight figures, or written without hyphens; what was asked is in no address."""
    asked = {"whole": str(story.consent), "beginning": str(story.consent)[:8], "without hyphens": story.consent.hex}[
        how
    ]
    answer = search(reviewers.ester, asked)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/audit/consents/{story.consent}")
    assert reviewers.recorded()["action"] == "search"
    answer = search(reviewers.ester, str(story.referral))
    assert answer.headers["Location"] == f"/audit/referrals/{story.referral}"


def test_a_number_leads_to_the_trail_however_it_is_typed(reviewers: Reviewers) -> None:
    """Lower case, a space, a long dash or none, O for 0: read as meant."""
    referral, number = uuid4(), new_number()
    while "0" not in number:
        number = new_number()
    reviewers.world.hear(replace(sent(referral, [uuid4()]), number=number))
    reviewers.world.sequencer.run()
    for typed in (
        number,
        number.lower().replace("-", " "),
        number.replace("-", "–").replace("0", "O"),
        number.replace("-", ""),
    ):
        assert search(reviewers.ester, typed).headers["Location"] == f"/audit/referrals/{referral}"


@pytest.mark.parametrize(
    ("typed", "said"),
    [("7K3QX-R09MT", "Numret är felskrivet"), ("K73QX-R09MP", "Numret är felskrivet"), ("Gun", "tio tecken")],
)
def test_a_mistyped_number_is_told_as_such(reviewers: Reviewers, story: Story, typed: str, said: str) -> None:
    """It is not that nothing fits: no referral has that number. What was typed is still in the field."""
    answer = search(reviewers.ester, typed)
    assert answer.status_code == 200
    assert said in answer.text
    assert f'value="{typed}"' in answer.text


def test_what_a_search_found_is_there_again_for_its_reviewer_alone(reviewers: Reviewers, story: Story) -> None:
    """Loading it again, or coming back to it, sends nothing; each look is a search in the log, and nobody else's."""
    ester = reviewers.ester
    there = search(ester, "ffffffff-0000").request.full_path
    for _ in range(2):
        assert 'value="ffffffff-0000"' in ester.get(there).text
        assert reviewers.recorded()["action"] == "search"
    assert "ffffffff" not in ester.get("/audit/search").text
    for elsewhere in (reviewers.eva, reviewers.ester):
        assert "ffffffff" not in elsewhere.get(there).text


def test_a_search_for_what_is_no_number_asks_for_a_correction(reviewers: Reviewers, story: Story) -> None:
    """The same summary as on every form, with focus and a word in the title; nothing typed is sent to be spelt."""
    page = search(reviewers.ester, "?")
    assert page.status_code == 200
    assert asks_for_corrections(page.text, "/audit/search")
    assert unchecked(page.text) == set()


def test_a_search_that_finds_nothing_says_so(reviewers: Reviewers, story: Story) -> None:
    """And an empty one is sent back with the field marked."""
    assert "Ingen träff inom ditt uppdrag" in search(reviewers.ester, "ffffffff-0000").text
    empty = search(reviewers.ester, "  ")
    assert empty.status_code == 200
    assert "Skriv ett nummer" in empty.text


def test_whom_an_event_concerns_is_not_told_as_who_did_it(reviewers: Reviewers) -> None:
    """A notice's unit receives it, and whoever is given an assignment did not give it."""
    reviewers.world.hear(
        NoticeQueued(notice_id=uuid4(), template="new-referral-waits", unit_id=SODERMALM, channel="email",
                     occurred_at=NOW),
        assignment_granted(assignment_id=uuid4(), subject="bosse", valid_from=NOW),
    )  # fmt: skip
    reviewers.world.sequencer.run()
    page = reviewers.ester.get("/audit/entries").text
    assert "Gäller enheten Anhörigstödet Södermalm." in page
    assert "Gäller användaren bosse, Anhörigstödet Södermalm." in page
    assert "Av användaren bosse" not in page


def test_pages_are_not_kept_by_browsers(reviewers: Reviewers, story: Story) -> None:
    """Personal pages are no-store and never 304."""
    answer = reviewers.ester.get(f"/audit/consents/{story.consent}")
    assert "no-store" in answer.headers["Cache-Control"]
    assert "ETag" not in answer.headers
