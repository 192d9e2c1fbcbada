"""However many entries a page tells of, the database is asked as many questions: each is asked for all of them."""

from __future__ import annotations

from collections import Counter
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from services.audit.domain.mandate import Mandate
from services.audit.views import entries, trail
from services.audit.web.trail import words
from services.audit.web.trail.entry_json import represented
from services.audit.web.trail.schemas import EntryOut
from services.audit.web.trail.sentences import Wording
from tests.integration.audit.questions import asked_meanwhile
from tests.integration.audit.reviewers import Reviewers, Story
from tests.integration.audit.support import listed, looked

PAGES = ("/audit/consents/{consent}", "/audit/referrals/{referral}", "/audit/", "/audit/referrals", "/audit/entries")
DOORS = (
    "/api/audit/v1/consents/{consent}/trail",
    "/api/audit/v1/referrals/{referral}/trail",
    "/api/audit/v1/entries",
    "/api/audit/v1/referrals",
    "/api/audit/v1/consents",
)


def headers(reviewers: Reviewers) -> dict[str, str]:
    """Ester's, at the systems' door."""
    return reviewers.bearer(UUID(int=1900), "ester")


@pytest.mark.parametrize("path", [*PAGES, *DOORS])
def test_a_page_of_many_asks_what_a_page_of_few_does(reviewers: Reviewers, story: Story, path: str) -> None:
    """Sixty more readings, by three people, in a dozen lists: not one question more."""
    world, address = reviewers.world, path.format(consent=story.consent, referral=story.referral)

    def questions() -> Counter[str]:
        for _ in range(2):
            # the second time nobody's key has to be made
            with asked_meanwhile() as asked:
                if path in PAGES:
                    answer = reviewers.ester.get(address)
                else:
                    answer = reviewers.app.test_client().get(address, headers=headers(reviewers))
            assert answer.status_code == 200
            world.sequencer.run()
        return Counter(each.statement for each in asked)

    def look(times: int) -> None:
        for number in range(times):
            others = [uuid4() for _ in range(number % 12)]
            who = ("bo", "bosse", "cilla")[number % 3]
            world.hear(
                looked(story.referral, [story.consent], subject=who),
                listed(story.referral, [story.consent, *others], subject=who),
            )
        world.sequencer.run()

    look(3)
    few = questions()
    look(30)
    # fewer where those that need a question of their own are on the next page by then
    assert not questions() - few
    assert few.total() > 5


def test_the_newest_lists_are_the_same_whichever_way_they_are_looked_for(reviewers: Reviewers, story: Story) -> None:
    """At the log's end first, far enough or not, or set by set; from the end and from the middle."""
    world = reviewers.world
    for number in range(40):
        world.hear(listed(story.referral, [story.consent, *(uuid4() for _ in range(number % 9))]))
    world.sequencer.run()
    [(size,)] = world.rows("select max(index) + 1 from log_entries")
    expected = [
        row[0]
        for row in world.rows(
            "select index from log_entries join shown_sets on key = shown "
            "where :consent = any(ids) order by index desc",
            consent=story.consent,
        )
    ]
    assert len(expected) >= 40
    ways = {"set by set": (10**9, 1), "all of the end": (1, 10**6), "too little of the end": (1, 1)}
    for way, (many, each) in ways.items():
        for before in (None, size - 7, expected[20], 0):
            with world.parts.as_auditor() as uow:
                asked = {"subject": story.consent, "before": before, "limit": 15}
                question = trail.newest_of(trail.listed(many, each))
                found = [row[0] for row in uow.connection.execute(text(question.text), asked)]
            allowed = [index for index in expected if before is None or index < before]
            assert found == allowed[:15], (way, before)


def test_an_entry_is_written_out_as_its_schema_says(reviewers: Reviewers, story: Story) -> None:
    """Member by member, in the same order; and a page says of each entry what is said of it alone."""
    world = reviewers.world
    world.hear(listed(story.referral, [story.consent]), looked(story.referral, [], "refused", "cilla"))
    world.sequencer.run()
    reviewers.ester.get(f"/audit/consents/{story.consent}")
    world.sequencer.run()
    with world.parts.as_auditor() as uow:
        steps = entries.newest(uow.connection, "all", Mandate(None, "0180"), world.parts.opening, limit=200)
    with reviewers.app.test_request_context():
        said = Wording()
        assert {step.type for step in steps} >= {"consent.given.v1", "referral.sent.v1", "access.recorded.v1"}
        for step in steps:
            assert list(represented(step, said).items()) == list(EntryOut().dump(step).items())
            assert said.who(step) == words.who(step)
