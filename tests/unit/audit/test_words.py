"""Every rule that other services record has a sentence, so that "why" is never a code."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from babel.messages.pofile import read_po

from operations import operator_act as coming_back
from operations.parked_messages import REASONS, rule_for
from services.audit.domain import alarms, own_access
from services.audit.domain.refusals import TrailIsUnknown
from services.audit.log import check as checking
from services.audit.service import EVERYTHING
from services.audit.views.steps import Step
from services.audit.web.log_status import alarm_words
from services.audit.web.trail import accesses, reasons, words
from services.directory.domain import permissions as directory
from services.referral.domain.access import Shown
from services.referral.domain.consent.scopes import Scope
from services.referral.domain.lifecycle import Action
from services.referral.domain.permissions import Relation
from services.referral.views import lines
from shared.contracts.common import AccessRecorded
from shared.kernel.actor import Actor, Role, UserRef
from shared.kernel.identity import AssignmentId, OrganizationId, UnitId
from shared.kernel.refusals import Refusal
from shared.web.who import RoleNotAllowed

ROOT = Path(__file__).resolve().parents[3]
# attempt(action, subjects, "rule", …) of the referral service
REFUSING = re.compile(r'attempt\(\s*(?:Action\.\w+|action),\s*\([^()]*\),\s*"([a-z-]+)"')


# look("action", rule, …) of the directory
RECORDING = re.compile(r"\blook\(([^()]*(?:\([^()]*\)[^()]*)*)\)")


def refusals_of_the_directory() -> set[str]:
    """What its table answers, whoever asks for whatever, wherever it stands."""
    refused = set()
    unit, organization = UnitId(UUID(int=1)), OrganizationId(UUID(int=2))
    for role in Role:
        editor = directory.Editor.of(
            Actor(UserRef("i", "s"), AssignmentId(UUID(int=3)), unit, role), organization, "0180"
        )
        for act in directory.Act:
            for relation in directory.Relation:
                try:
                    directory.check(editor, act, relation)
                except Refusal as refusal:
                    refused.add(refusal.slug)
    return refused


def rules_of_refusals() -> set[str]:
    """The rules by which the referral service refuses, read from its source."""
    sources = [file.read_text() for file in (ROOT / "services/referral/commands").glob("*.py")]
    return {rule for source in sources for rule in REFUSING.findall(source)}


def test_every_relation_that_lets_somebody_read_has_a_sentence() -> None:
    """The referral service records the reader's relation as the rule."""
    assert {relation.value for relation in Relation} - {Relation.NONE.value} <= set(reasons.WHY)


def test_what_is_allowed_is_said_in_one_way() -> None:
    """Beside one another in a trail, "Tilläts" and "Tillåtet" read as two things."""
    catalogue = read_po(io.BytesIO((ROOT / "services/audit/web/translations/sv/LC_MESSAGES/messages.po").read_bytes()))
    told = [str(each.string) for each in catalogue if str(each.id).startswith("Allowed")]
    assert len(told) > 5
    assert {each.split()[0].rstrip(",") for each in told} == {"Tilläts"}


def test_the_rule_by_which_lists_are_shown_has_a_sentence() -> None:
    """A work list and the list of what was sent."""
    assert lines.RULE in reasons.WHY


def test_every_rule_that_refuses_has_a_sentence() -> None:
    """In the referral service's commands, and audit's own."""
    found = rules_of_refusals()
    assert {"no-relation-to-referral", "not-the-author"} <= found, "the pattern no longer finds the rules"
    own = {own_access.WITHIN_MANDATE, RoleNotAllowed.slug, TrailIsUnknown.slug}
    assert found | own <= set(reasons.WHY)


def test_every_rule_that_the_directory_records_has_a_sentence() -> None:
    """Relations that allow, and what its table and its doors refuse by."""
    refused = refusals_of_the_directory()
    assert refused == {
        "role-may-not-edit",
        "listing-not-yours",
        "unit-not-yours",
        "assignment-not-yours",
        "rules-not-yours",
    }
    assert refused | {relation.value for relation in directory.Relation} | {RoleNotAllowed.slug} <= set(reasons.WHY)


def test_the_directory_writes_no_rule_out_by_hand() -> None:
    """Each comes from the one place that knows the relation, so that no page says another reason than the next."""
    calls = [
        (file.name, arguments)
        for file in (ROOT / "services/directory").rglob("*.py")
        for arguments in RECORDING.findall(file.read_text())
    ]
    assert len(calls) >= 8, "the pattern no longer finds where accesses are recorded"
    for name, arguments in calls:
        rule = arguments.split(",", 3)[1].strip()
        assert not rule.startswith('"'), (name, rule)


def test_every_event_has_a_heading() -> None:
    """An access is told by its action instead."""
    assert {contract.event_type for contract in EVERYTHING} - {AccessRecorded.event_type} <= set(words.HEADINGS)


def test_every_scope_and_alarm_has_words() -> None:
    """Of consents; of whatever can be wrong with the log; and of why a reviewer closes an alarm."""
    assert {scope.value for scope in Scope} <= set(words.SCOPES)
    assert {*alarms.KINDS, *checking.KINDS} == set(alarm_words.ALARMS)
    assert set(alarms.REASONS) == set(alarm_words.REASONS)
    assert {f"reviewers-close-{reason}" for reason in alarms.REASONS} <= set(reasons.WHY)


def test_a_form_that_showed_nothing_is_not_told_as_a_sealed_content() -> None:
    """Bo opens the form for closing: no consent was relied on, and the trail does not say that none held."""
    shown = a_reading(consents=(UUID(int=7),))
    assert words.heading(shown) == "The content was read"
    assert reasons.why(shown) == reasons.WHY["receiving-unit"]
    form = a_reading(consents=())
    assert words.heading(form) == "The referral was opened, but not its content"
    assert reasons.why(form) == reasons.WITHOUT_CONTENT
    sender = a_reading(consents=(), rule="referring-unit")
    assert words.heading(sender) == "The referral was opened, but not its content"


@pytest.mark.parametrize("shown", Shown)
@pytest.mark.parametrize("rule", [Relation.RECEIVING_UNIT, Relation.STAND_IN])
def test_no_consent_is_said_to_have_covered_what_relied_on_none(shown: Shown, rule: Relation) -> None:
    """Bo opens the form for closing after the consent was withdrawn: that he may is not for anybody's consent."""
    bare = reasons.why(a_reading(consents=(), record_kind=shown.value, rule=rule.value))
    assert bare not in {str(each) for each in reasons.WHY.values()}
    assert "a consent covered" not in bare
    assert "which the consent covers" not in bare
    relied = reasons.why(a_reading(consents=(UUID(int=7),), record_kind=shown.value, rule=rule.value))
    assert relied == reasons.WHY[rule.value]


@pytest.mark.parametrize("scope", Scope)
def test_a_withdrawal_is_said_to_hide_only_what_it_hides(scope: Scope) -> None:
    """Each scope by its name; that staff may not call any more hides nothing. Events until 0.1 do not say which."""
    step = replace(a_reading(consents=(UUID(int=7),)), type="consent.withdrawn.v1", rule=None)
    hides = "What was withdrawn is hidden from the next reading on."
    said = reasons.why(replace(step, data={"scopes": [scope.value]}))
    assert str(words.SCOPES[scope.value]) in said
    assert (hides in said) is (scope in (Scope.SHARE_WITH_RECEIVING_UNIT, Scope.TELL_ABOUT_PERSON_CARED_FOR))
    assert reasons.why(replace(step, data={})) == hides


@pytest.mark.parametrize("shown", Shown)
def test_each_thing_that_can_be_shown_of_a_referral_is_told_apart(shown: Shown) -> None:
    """A receipt is no content and no print-out; a form is not the page."""
    told = {each: words.heading(a_reading(consents=(UUID(int=7),), record_kind=each.value)) for each in Shown}
    assert len(set(told.values())) == len(Shown)
    assert words.SOMETHING not in told.values()
    assert (told[shown] == "The content was read") is (shown is Shown.CONTENT)


def accesses_recorded() -> set[tuple[str, str]]:
    """Each kind of record with each action that is recorded of it, read from the sources."""
    found = {(shown.value, "read") for shown in Shown}
    for file in [path for room in ("services", "operations", "demo") for path in (ROOT / room).rglob("*.py")]:
        source = file.read_text()
        for call in re.findall(r"\bLook\(([^()]*(?:\([^()]*\)[^()]*)*)\)", source):
            action, kind = (re.search(rf'{name}="([a-z-]+)"', call) for name in ("action", "record_kind"))
            if action and kind:
                found.add((kind[1], action[1]))
        for arguments in RECORDING.findall(source) if "directory" in file.parts else ():
            parts = re.findall(r'"([a-z-]+)"', arguments)
            if len(parts) == 2:
                found.add((parts[1], parts[0]))
    return found


def test_every_access_that_is_recorded_has_a_heading_of_its_own() -> None:
    """Whatever the referral service, the directory and operators record is told as what it was."""
    found = accesses_recorded()
    assert {("referral", "list"), ("unit", "change"), ("assignment", "list"), ("assignment", "read")} <= found
    assert found - set(accesses.SHOWN) == set()
    assert {("draft", "read"), ("draft", "list"), ("parked-message", "replay")} <= set(accesses.SHOWN)


def test_every_reason_to_throw_a_message_away_has_a_sentence() -> None:
    """The operator's code is a rule, and the reviewer reads why."""
    assert len({str(reasons.WHY[rule_for(reason)]) for reason in REASONS}) == len(REASONS)
    thrown = replace(a_reading(consents=(), record_kind="parked-message"), action="discard")
    assert words.heading(thrown) == "A parked message was thrown away"


def test_every_reason_to_come_back_has_a_sentence() -> None:
    """A database or the broker was lost: the reviewer reads why events came again, and that they did."""
    told = {str(reasons.WHY[coming_back.rule_for(reason)]) for reason in coming_back.REASONS}
    assert len(told) == len(coming_back.REASONS)
    for action, kind in (("republish", "sent-events"), ("announce", "directory")):
        again = replace(a_reading(consents=(), record_kind=kind), action=action)
        assert words.heading(again) == str(accesses.SHOWN[(kind, action)])


def test_every_access_of_a_reviewers_has_a_heading() -> None:
    """Read from the one place that records them."""
    files = [*(ROOT / "services/audit/web").glob("*/looks.py"), *(ROOT / "services/audit/commands").glob("*.py")]
    calls = re.findall(r'\blook\("([a-z.]+)", ("[a-z-]+"(?! if)|[^,)]+)', "".join(map(Path.read_text, files)))
    assert len(calls) >= 5, "the pattern no longer finds where accesses are recorded"
    kinds = {"kind": ("consent", "referral"), "record_kind": ("consent", "referral", "entry")}
    for action, named in calls:
        for kind in kinds.get(named, (named.strip('"'),)):
            if not kind.startswith('log-with-names" if'):
                assert (kind, action) in accesses.REVIEWED, (kind, action)
    assert {("log", "export"), ("log-with-names", "export")} <= set(accesses.REVIEWED)


ACTS = sorted({*(each.value for each in Action), *(each.value for each in directory.Act), "read", "change"})


@pytest.mark.parametrize("act", ACTS)
def test_every_attempt_says_what_was_tried(act: str) -> None:
    """Whatever the table of permissions knows, and whatever is read or changed at a door."""
    for kind in accesses.KINDS:
        tried = replace(a_reading(consents=(), record_kind=kind), action=f"attempt.{act}", outcome="refused")
        assert words.heading(tried).startswith("An attempt was refused: to "), (act, kind)


def test_every_kind_that_attempts_are_recorded_of_has_a_name() -> None:
    """What a refusal was about, read from the sources of those who record it."""
    kinds: set[str] = set()
    for service in ("referral", "directory"):
        for file in (ROOT / "services" / service).rglob("*.py"):
            source = file.read_text()
            kinds |= set(re.findall(r'record_kind(?:: str)? ?= ?"([a-z-]+)"', source))
            kinds |= set(re.findall(r'\babout="([a-z-]+)"', source))
    kinds |= set(re.findall(r'_(?:id|code)": "([a-z-]+)"', (ROOT / "services/directory/web/door.py").read_text()))
    for file in (ROOT / "services").rglob("*.py"):
        kinds |= set(re.findall(r'Tried\("[a-z-]+", "([a-z-]+)"\)', file.read_text()))
    assert {"draft", "unit", "assignment", "support-service", "lapsed-form"} <= kinds
    assert kinds <= set(accesses.KINDS)


def a_reading(*, consents: tuple[UUID, ...], record_kind: str = "referral", rule: str = "receiving-unit") -> Step:
    """Somebody in the receiving unit opened a page of a referral."""
    at = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    return Step(
        index=1,
        id=UUID(int=1),
        type="access.recorded.v1",
        occurred_at=at,
        recorded_at=at,
        action="read",
        outcome="allowed",
        unit_id=UUID(int=2),
        unit_name="Anhörigstöd",
        assignment=UUID(int=3),
        role="adviser",
        user="bo",
        rule=rule,
        purpose="support-to-carer",
        subjects=(UUID(int=4),),
        consents=consents,
        data={},
        concerns=None,
        record_kind=record_kind,
    )
