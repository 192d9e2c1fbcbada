"""Every rule that other services record has a sentence, so that "why" is never a code."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from services.audit.commands import integrate_pending, reconcile_sequences, record_reading
from services.audit.domain.refusals import TrailIsUnknown
from services.audit.service import EVERYTHING
from services.audit.views.steps import Step
from services.audit.web import words
from services.directory.domain import permissions as directory
from services.referral.domain.consent import Scope
from services.referral.domain.permissions import Relation
from services.referral.views import listed
from shared.contracts.common import AccessRecorded
from shared.kernel.actor import Actor, Role, UserRef
from shared.kernel.identity import AssignmentId, OrganizationId, UnitId
from shared.kernel.refusals import Refusal
from shared.web.who import RoleNotAllowed

ROOT = Path(__file__).resolve().parents[3]
# refuse(action, subjects, "rule", …) of the referral service
REFUSING = re.compile(r'refuse\(\s*(?:Action\.\w+|action),\s*\([^()]*\),\s*"([a-z-]+)"')


# record_access(actor, "action", "rule", …) and record_attempt(actor, refusal, …) of the directory
RECORDING = re.compile(r"\.record_(?:access|attempt)\(([^()]*(?:\([^()]*\)[^()]*)*)\)")


def refusals_of_the_directory() -> set[str]:
    """What its table answers, whoever asks for whatever, wherever it stands."""
    refused = set()
    unit, organization = UnitId(UUID(int=1)), OrganizationId(UUID(int=2))
    for role in Role:
        editor = directory.Editor(Actor(UserRef("i", "s"), AssignmentId(UUID(int=3)), unit, role), organization, "0180")
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
    assert {relation.value for relation in Relation} - {Relation.NONE.value} <= set(words.WHY)


def test_the_rule_by_which_lists_are_shown_has_a_sentence() -> None:
    """A work list and the list of what was sent."""
    assert listed.RULE in words.WHY


def test_every_rule_that_refuses_has_a_sentence() -> None:
    """In the referral service's commands, and audit's own."""
    found = rules_of_refusals()
    assert {"no-relation-to-referral", "not-the-author"} <= found, "the pattern no longer finds the rules"
    own = {record_reading.RULE, RoleNotAllowed.slug, TrailIsUnknown.slug}
    assert found | own <= set(words.WHY)


def test_every_rule_that_the_directory_records_has_a_sentence() -> None:
    """Relations that allow, and what its table and its doors refuse by."""
    refused = refusals_of_the_directory()
    assert refused == {"role-may-not-edit", "listing-not-yours"}
    assert refused | {relation.value for relation in directory.Relation} | {RoleNotAllowed.slug} <= set(words.WHY)


def test_the_directory_writes_no_rule_out_by_hand() -> None:
    """Each comes from the one place that knows the relation, so that no page says another reason than the next."""
    calls = [
        (file.name, arguments)
        for file in (ROOT / "services/directory").rglob("*.py")
        for arguments in RECORDING.findall(file.read_text())
    ]
    assert len(calls) >= 8, "the pattern no longer finds where accesses are recorded"
    for name, arguments in calls:
        second = [each.strip() for each in arguments.split(",", 3)]
        rule = second[2] if second[1].startswith('"') else second[1]
        assert not rule.startswith('"'), (name, rule)


def test_every_event_has_a_heading() -> None:
    """An access is told by its action instead."""
    assert {contract.event_type for contract in EVERYTHING} - {AccessRecorded.event_type} <= set(words.HEADINGS)


def test_every_scope_and_alarm_has_words() -> None:
    """Of consents, and of the reconciliation."""
    assert {scope.value for scope in Scope} <= set(words.SCOPES)
    alarms = {
        reconcile_sequences.MISSING, reconcile_sequences.SILENT, integrate_pending.DOUBLED_EVENT,
        integrate_pending.DOUBLED_SEQUENCE,
    }  # fmt: skip
    assert alarms <= set(words.ALARMS)


def test_a_form_that_showed_nothing_is_not_told_as_a_sealed_content() -> None:
    """Bo opens the form for closing: no consent was relied on, and the trail does not say that none held."""
    shown = a_reading(consents=(UUID(int=7),))
    assert words.heading(shown) == "The content was read"
    assert words.why(shown) == words.WHY["receiving-unit"]
    form = a_reading(consents=())
    assert words.heading(form) == "The referral was opened, but not its content"
    assert words.why(form) == words.WITHOUT_CONTENT


def a_reading(*, consents: tuple[UUID, ...]) -> Step:
    """Somebody in the receiving unit opened a page of a referral."""
    at = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    told: dict[str, Any] = dict.fromkeys(("concerns", "record_kind"))
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
        rule="receiving-unit",
        purpose="support-to-carer",
        subjects=(UUID(int=4),),
        consents=consents,
        data={},
        **told,
    )
