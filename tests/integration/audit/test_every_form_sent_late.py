"""Every form of audit, sent after the reviewer's idle half hour: signed in anew they send what they had asked for."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from services.audit.service import Audit
from shared.kernel.clock import FixedClock
from shared.web.forms.waiting_form import ADDRESSES
from tests.integration.audit.reviewers import Reviewers, Story
from tests.integration.audit.support import World, do_as, sent
from tests.support.cast import LOG_CONTROL
from tests.support.page_forms import form_of, forms_of
from tests.support.sent_late import idle, said_afterwards, sent_late, typed_in

# the address as the app knows it: the page that holds the form, what is typed, and the answer's status
WALK: dict[str, tuple[str, dict[str, Any], int]] = {
    "/audit/search": ("/audit/", {"asked": "<the consent>"}, 303),
    "/audit/log/verify": ("/audit/log", {}, 303),
    "/audit/log/export": ("/audit/log", {"names": "yes"}, 200),
    "/audit/log/alarms/<uuid:alarm_id>/seen": ("/audit/log/alarms/<uuid:alarm_id>", {"reason": "put-right"}, 303),
}
NOTHING_TYPED = {
    f"/audit/{each}/<uuid:form_id>": "two buttons; the form that waits goes on waiting" for each in ADDRESSES
}
# nothing is changed: what was asked for is the answer
SHOWS_WHAT_WAS_ASKED = ("/audit/search", "/audit/log/export")
# those that came too late, and not what is held to be shown
# where one has led that was carried out is no form
COUNT = "select count(*) from held_forms where reason = 'expired-session' and expires_at - held_at > interval '1 hour'"


@pytest.mark.holds("late-form-is-sent-after-signing-in")
@pytest.mark.parametrize("rule", WALK)
def test_a_form_that_came_too_late_is_sent_with_all_that_was_typed(
    reviewers: Reviewers, story: Story, rule: str
) -> None:
    """Its own view is given every field, and answers as it always does."""
    page, typed, status = WALK[rule]
    _raise_an_alarm(reviewers.world)
    try:
        browser = reviewers.ester
        page = _alarms_own(browser.get("/audit/log").text) if "alarms" in page else page
        address = _address(browser.get(page).text, rule)
        given = {name: str(story.consent) if value == "<the consent>" else value for name, value in typed.items()}
        filled_in = form_of(browser.get(page).text, address).typed(**given)
        late = sent_late(reviewers.app, browser, address, filled_in, lambda: reviewers.ester)
        assert late.got == typed_in(filled_in)
        assert late.answer.status_code == status, late.answer.text
        assert late.answer.data or late.answer.headers["Location"]
        if rule not in SHOWS_WHAT_WAS_ASKED:
            assert len(said_afterwards(late.back, late.answer)) == 1, "the page after says that it is done"
        if "seen" in rule:
            assert reviewers.world.as_role("", "select count(*) from alarms where closed_at is null") == [(0,)]
    finally:
        do_as(reviewers.world.settings.service("audit").owner_database_url, "delete from alarms")
    assert _kept(reviewers.world) == 0


def test_what_was_searched_for_waits_for_its_sender_alone(reviewers: Reviewers, story: Story) -> None:
    """A reviewer elsewhere finds nothing there, and that she tried is an entry of the log; unsent it is swept away."""
    browser = reviewers.ester
    asked = form_of(browser.get("/audit/").text, "/audit/search").typed(asked=str(story.referral))
    idle(browser)
    place = browser.post("/audit/search", data=asked).headers["Location"]
    assert str(story.referral) not in reviewers.ester.get(place).text
    assert reviewers.eva.get(place).status_code == 404
    leaf = reviewers.recorded()
    assert (leaf["action"], leaf["record_kind"], leaf["rule"]) == ("attempt.read", "lapsed-form", "not-the-sender")
    assert leaf["subjects"] == [place.rsplit("/", 1)[1]]
    assert leaf["unit"] != str(LOG_CONTROL)
    assert _kept(reviewers.world) == 1
    later = replace(reviewers.world.parts, clock=FixedClock(datetime.now(UTC) + timedelta(hours=12, minutes=1)))
    Audit(later).sweep()
    assert _kept(reviewers.world) == 0
    assert reviewers.ester.get(place).status_code == 404


def _raise_an_alarm(world: World) -> None:
    """One that stays until a person has looked: an event that came twice."""
    [envelope] = world.hear(event := sent(uuid4(), []))
    world.sequencer.run()
    world.hear_envelope(envelope, event)
    world.sequencer.run()


def _alarms_own(page: str) -> str:
    """The address of the alarm's own page."""
    return re.findall(r'href="(/audit/log/alarms/[^"]+)"', page)[0]


def _address(page: str, rule: str) -> str:
    """Where the page's form for a rule is sent to."""
    begin, _, end = rule.partition("<uuid:alarm_id>")
    [found] = {each.action for each in forms_of(page) if each.action.startswith(begin) and each.action.endswith(end)}
    return found


def _kept(world: World) -> int:
    """How many forms are kept, seen with the service's own eyes."""
    with world.parts.engine.begin() as connection:
        connection.execute(text("select set_config('lotsa.actor', 'system', true)"))
        return int(connection.execute(text(COUNT)).scalar_one())
