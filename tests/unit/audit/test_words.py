"""Every rule that other services record has a sentence, so that "why" is never a code."""

from __future__ import annotations

import re
from pathlib import Path

from services.audit.commands import integrate_pending, reconcile_sequences, record_reading
from services.audit.domain.refusals import TrailIsUnknown
from services.audit.service import EVERYTHING
from services.audit.web import words
from services.referral.domain.consent import Scope
from services.referral.domain.permissions import Relation
from services.referral.views import listed
from shared.contracts.common import AccessRecorded
from shared.web.who import RoleNotAllowed

ROOT = Path(__file__).resolve().parents[3]
# refuse(action, subjects, "rule", …) of the referral service
REFUSING = re.compile(r'refuse\(\s*(?:Action\.\w+|action),\s*\([^()]*\),\s*"([a-z-]+)"')


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
