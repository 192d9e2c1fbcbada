"""Every page of the log that names something, asked for by those who may not review it: as if it were not there."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from tests.integration.audit.reviewers import Reviewers, Story
from tests.support.wrong_relations import asked, but_for_ids, doors_that_name_something, unknown

# alarms are about the whole log, and every reviewer may look at them
OF_THE_WHOLE_LOG = {"alarm_id"}


def test_what_is_not_theirs_to_review_is_not_there(reviewers: Reviewers, story: Story) -> None:
    """Eva, of another municipality, and Bo, who is no reviewer: each page, each form, as for an id that nobody has."""
    theirs = {"consent_id": story.consent, "referral_id": story.referral, "form_id": uuid4(), "alarm_id": uuid4()}
    for client, but_for in ((reviewers.eva, OF_THE_WHOLE_LOG), (reviewers.bo, set[str]())):
        walked = set()
        for door in doors_that_name_something(reviewers.app):  # type: ignore[arg-type]
            if door.arguments & but_for:
                continue
            named: dict[str, Any] = {each: theirs[each] for each in door.arguments}
            hidden, nobodys = (
                asked(reviewers.app, client, door, these, f"/audit/no-page/{uuid4()}")  # type: ignore[arg-type]
                for these in (named, unknown(named))
            )
            assert but_for_ids(hidden) == but_for_ids(nobodys), door
            assert hidden.status_code in (403, 404), (door, hidden.status_code)
            walked |= door.arguments
        assert walked == theirs.keys() - but_for
    shown = reviewers.ester.get(f"/audit/consents/{story.consent}")
    assert shown.status_code == 200, "it is there for whoever may"
