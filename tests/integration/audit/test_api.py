"""What systems read of the log."""

from __future__ import annotations

from uuid import UUID

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.integration.audit.reviewers import Reviewers, Story


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
    for _ in range(8):
        # enough of them, whichever tests have gone before
        client.get("/api/audit/v1/entries?limit=1", headers=headers)
    reviewers.world.sequencer.run()
    seen, cursor = [], ""
    for _ in range(4):
        answer = client.get(f"/api/audit/v1/entries?limit=2{cursor}", headers=headers).json
        seen += [each["index"] for each in answer["items"]]
        cursor = f"&cursor={answer['next_cursor']}"
        reviewers.world.sequencer.run()
    # readings by other mandates' units lie between
    assert seen == sorted(set(seen), reverse=True)
    assert len(seen) == 8


@pytest.mark.parametrize(("path", "status"), [
    ("/entries?limit=0", 422), ("/entries?limit=201", 422), ("/entries?cursor=made-up", 422), ("/entries?x=1", 422),
    ("/entries/99999999", 404), ("/entries/99999999999999999999999", 404),
    ("/consents/00000000-0000-0000-0000-000000000000/trail", 404), ("/consents/nonsense/trail", 404),
])  # fmt: skip
def test_a_question_that_cannot_be_answered_is_a_problem(reviewers: Reviewers, path: str, status: int) -> None:
    """As problem+json."""
    answer = reviewers.app.test_client().get(f"/api/audit/v1{path}", headers=reviewers.bearer(UUID(int=1900), "ester"))
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")


def test_the_description_is_valid_openapi(reviewers: Reviewers) -> None:
    """3.1, as a validator reads it."""
    document = reviewers.app.test_client().get("/api/audit/openapi.json").json
    OpenAPIV31SpecValidator(document).validate()
    assert "/consents/{consent_id}/trail" in document["paths"]
