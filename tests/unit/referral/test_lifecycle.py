"""The table of a referral's life, row by row: each step that is offered has all that people and systems meet of it."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from flask import Flask

from services.audit.views import states as audit_standing
from services.audit.web.trail import accesses as audit_attempts
from services.audit.web.trail import reasons as audit_reasons
from services.audit.web.trail import words as audit_words
from services.directory.reactions import when_a_referral_takes_a_step_count_it as counting
from services.directory.service import Directory
from services.notifications.service import Notifications
from services.referral import published
from services.referral.domain.lifecycle import (
    CLOSED,
    FORMER_NAMES,
    LIFE,
    REFERRERS,
    SENT,
    STEPS,
    Action,
    Promise,
    Stage,
    State,
    Way,
)
from services.referral.domain.reading import offered_to
from services.referral.domain.referral import Referral
from services.referral.domain.refusals import FirstContactIsMade
from services.referral.views import timeline
from services.referral.web import held_forms, state_words, step, words
from services.referral.web.referral.pages import REASONS, offered
from services.referral.web.step.api import api
from services.referral.web.step.forms import form_for
from services.referral.web.step.pages import pages
from services.referral.web.step.schemas import BODIES
from services.referral.web.steps import OFFERS, Offer, view_of
from shared.messaging.receive.subscribe import subscriptions_of
from tests.support.builders.referrals import a_referral
from tests.support.cast import ALVA, BO, NOON

CATALOGUE = Path(words.__file__).parent / "translations/sv/LC_MESSAGES/messages.po"
ROWS = list(STEPS.items())
each_step = pytest.mark.parametrize(("action", "way"), ROWS, ids=[action.value for action, _ in ROWS])


def swedish() -> dict[str, str]:
    """The service's catalogue."""
    with CATALOGUE.open("rb") as source:
        return {str(message.id): str(message.string) for message in read_po(source, locale="sv")}


def test_every_action_and_every_state_stands_in_the_table() -> None:
    """Nothing that can be asked for, and nowhere that a referral can be, is left out."""
    assert {way.action for way in LIFE} == set(Action)
    assert {way.after for way in LIFE if way.after} == set(State) - {State.DRAFT}
    assert len(ROWS) == len({action for action, _ in ROWS}) >= 5


def test_nothing_is_done_with_what_is_closed() -> None:
    """But to read it, to write down a withdrawal, and one day to mark it as entered in error."""
    ways = {way.action for way in LIFE if CLOSED & set(way.before)}
    assert ways == {Action.OPEN, Action.LIST, Action.WITHDRAW_CONSENT, Action.MARK_AS_ENTERED_IN_ERROR}


def test_every_promise_is_kept_by_a_step() -> None:
    """And by one alone, so that the track knows which lies ahead."""
    kept = [promise for way in STEPS.values() for promise in way.keeps]
    assert sorted(kept) == sorted(Promise)
    assert set(timeline.KEPT_BY) == set(Promise)


@each_step
def test_a_step_has_a_command_a_door_for_people_and_one_for_systems(action: Action, way: Way) -> None:
    """A button alone, or a form with a page of its own; the same reasons at both doors."""
    offer, view = OFFERS[action], view_of(action)
    assert {"referral_id", "expected_version"} <= {field.name for field in fields(offer.command)}
    app = Flask("steps")
    app.register_blueprint(pages)
    methods = {
        method for rule in app.url_map.iter_rules() if rule.endpoint == f"step.{view}" for method in rule.methods or ()
    }
    assert methods - {"HEAD", "OPTIONS"} == ({"GET", "POST"} if way.reasons else {"POST"})
    assert app.view_functions[f"step.{view}"].lotsa_tries.action == action  # type: ignore[attr-defined]
    [operation] = [each for each in api.operations if each.path == f"/referrals/<uuid:referral_id>/{action}"]
    assert (operation.view.__name__, operation.keyed, operation.versioned) == (view, True, True)
    assert operation.admits is not None
    assert operation.body is BODIES.get(action)
    assert (action in BODIES) is bool(way.reasons) is (form_for(action) is not None)
    asked = {field.name for field in fields(offer.command)} - {"referral_id", "expected_version"}
    assert asked == (set(BODIES[action]().fields) if way.reasons else set())
    template = Path(step.__file__).parent / "templates" / f"{action}.html"
    assert template.exists() is bool(way.reasons)


@each_step
def test_a_step_has_words_wherever_it_is_met(action: Action, way: Way) -> None:
    """On its button, when it is done, on the track, where its form waits, and in what auditors read."""
    known, offer = swedish(), OFFERS[action]
    for said in (offer.button, offer.done, offer.passed, *([offer.hint] if offer.hint else [])):
        assert known[said._args[0]]
    assert known[offer.late]
    assert held_forms.KINDS[f"step.{view_of(action)}"] == offer.late
    assert offer.described.endswith((".", ".\n    "))
    assert way.stage is not None
    assert state_words.STAGES[way.stage] is offer.passed
    assert REASONS[way.stage][: len(way.reasons)] == way.reasons
    assert action in audit_attempts.TRIED


@each_step
def test_whatever_happens_by_a_step_is_told_counted_and_read(action: Action, way: Way) -> None:
    """The units concerned are told of it, it is in the directory's counts, and the log's readers have words for it."""
    assert way.event is not None
    contract = published.STEPS[way.event]
    assert contract in counting._STEPS
    event_type = contract.event_type  # type: ignore[attr-defined]
    assert event_type in audit_words.HEADINGS
    assert event_type in audit_reasons.STEPS_WHY
    assert audit_standing.TELLS_OF[event_type] in audit_words.REFERRAL_STATES
    for service in (Notifications, Directory):
        assert event_type in {name for each in subscriptions_of(service) for _, name in each.bindings}


def test_only_what_is_offered_has_words_and_doors() -> None:
    """Nothing stands ready for a step that nobody may take."""
    assert set(OFFERS) == set(STEPS)
    assert all(isinstance(offer, Offer) for offer in OFFERS.values())
    assert {stage.value for stage in Stage} == set(state_words.STAGES)
    assert {action.value for action in Action} - {"open"} <= set(audit_attempts.TRIED)


def test_what_the_referrers_side_does_is_a_link_to_a_form() -> None:
    """Their list of links has no room for a button that acts at once."""
    assert all(way.reasons for way in STEPS.values() if way.who == REFERRERS)


def test_the_first_that_is_offered_is_the_one_to_take() -> None:
    """In the order of the table's actions, each side its own."""
    referral = a_referral()
    shown = [each["view"] for each in offered(offered_to(referral, BO), STEPS[Action.ACCEPT].who)]
    assert shown == ["step.accept", "step.reject"]
    assert [each["view"] for each in offered(offered_to(referral, ALVA), REFERRERS)] == ["step.cancel"]


def _of_before() -> Referral:
    """A referral as 0.1 kept it: accepted still, though the first contact was noted."""
    referral = a_referral()
    referral.accept(BO, NOON)
    referral.first_contact_at = NOON
    return referral


def test_a_step_of_an_earlier_name_is_known() -> None:
    """What was recorded as first contact is the start; both names are told to systems, for one version."""
    assert Action("first-contact") is Action.START
    with pytest.raises(ValueError, match="no-such-step"):
        Action("no-such-step")
    assert set(FORMER_NAMES.values()) <= set(STEPS)
    assert f"step.{view_of('first-contact')}" in held_forms.KINDS


def test_what_was_contacted_before_goes_on_from_where_it_stands() -> None:
    """It stays accepted: it cannot be started again, and can be closed or taken back as before."""
    referral = _of_before()
    assert Action.START not in offered_to(referral, BO)
    with pytest.raises(FirstContactIsMade):
        referral.start(BO, NOON)
    assert referral.deadline is not None
    assert referral.deadline.promise is Promise.ANSWER
    assert Action.COMPLETE in offered_to(referral, BO)
    assert Action.CANCEL in offered_to(referral, ALVA)
    referral.complete("support-started", "", (), BO, NOON)
    assert referral.state is State.COMPLETED


def test_a_sent_referral_is_somebodys_to_open_in_every_state() -> None:
    """Whatever has become of it."""
    assert set(SENT) == set(State) - {State.DRAFT}
    assert replace(STEPS[Action.ACCEPT], who=()).offered is False
