"""What an event becomes in the log: for every contract there is."""

from __future__ import annotations

import dataclasses
import typing
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.audit.domain.beside import Columns, about_of, differing
from services.audit.domain.happenings import Happening
from services.audit.domain.make_leaf import completed
from services.audit.domain.numbers import key_of_number
from services.audit.domain.tell_again import retold
from services.audit.log.entry import FORMAT_1, leaf_bytes, moment, read_leaf
from services.audit.log.shown_set import Shown, folded, unfolded
from services.audit.reactions.when_anything_happens_remember_it import as_happening, remember
from services.audit.service import EVERYTHING
from shared.contracts.common import AccessRecorded
from shared.contracts.contract import Contract, all_contracts
from shared.contracts.directory import AssignmentEnded
from shared.contracts.envelope import Envelope
from shared.contracts.referral import ReferralCancelled, ReferralOpened, ReferralSent
from shared.messaging.tally import Tally

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
MARK = "unmistakable"
UNIT, ASSIGNMENT = UUID(int=7), UUID(int=8)


class NobodyKnown:
    """No assignment has been heard of."""

    def find(self, assignment_id: UUID) -> None:
        return None


class Known:
    """One assignment has."""

    def find(self, assignment_id: UUID) -> tuple[Any, str] | None:
        return (UNIT, "adviser") if assignment_id == ASSIGNMENT else None


def example_of(contract: type[Contract], **given: object) -> Contract:
    """An event with a value in every field."""
    hints = typing.get_type_hints(contract)
    values: dict[str, object] = {}
    for field in dataclasses.fields(contract):
        hint = hints[field.name]
        arms = typing.get_args(hint)
        kind = next((arm for arm in arms if arm is not type(None)), hint) if type(None) in arms else hint
        if typing.get_origin(kind) is tuple:
            inner = typing.get_args(kind)[0]
            values[field.name] = (uuid4(),) if inner is UUID else ("code",)
        else:
            simple = {UUID: uuid4(), str: field.name, int: 3, bool: True, datetime: NOW}
            values[field.name] = simple[kind]
    return contract(**{**values, **given})


def envelope_of(event: Contract, **given: Any) -> Envelope:
    values: dict[str, Any] = {
        "id": uuid4(), "type": event.event_type, "publisher": "referral", "installation": "test", "epoch": uuid4(),
        "time": NOW, "correlation_id": uuid4(), "data": event.to_data(), "sequence": 5,
    }  # fmt: skip
    return Envelope(**{**values, **given})


def happening_of(event: Contract, assignments: Any = None, **given: Any) -> Happening:
    return as_happening(envelope_of(event, **given), event, assignments or NobodyKnown())


@pytest.mark.parametrize("contract", EVERYTHING, ids=lambda each: each.event_type)
def test_every_event_becomes_a_leaf_without_the_user(contract: type[Contract]) -> None:
    """Issuer and subject are never in the leaf; they are committed to, and stand outside."""
    names = {field.name for field in dataclasses.fields(contract)}
    marked = {name: MARK for name in ("issuer", "subject", "rules") if name in names}
    found = happening_of(example_of(contract, **marked))
    leaf = leaf_bytes(completed(found.members, found.units), NOW)
    assert MARK.encode() not in leaf
    assert set(found.erasable) == {"user"} & ({"user"} if "subject" in names else set()) | ({"rules"} & names)
    assert found.members["action"]
    assert found.members["outcome"]


def leaf_of(found: Happening) -> tuple[dict[str, Any], Shown | None]:
    """The leaf that the sequencer makes of it, and the set that it names."""
    members, shown = folded(completed(found.members, found.units))
    return read_leaf(leaf_bytes(members, NOW)), shown


@pytest.mark.parametrize("contract", EVERYTHING, ids=lambda each: each.event_type)
@pytest.mark.parametrize("assignments", [NobodyKnown(), Known()], ids=["nobody known", "known"])
def test_what_stands_beside_a_leaf_can_be_made_from_it(contract: type[Contract], assignments: Any) -> None:
    """Index, units and times of every kind of event, whether or not the assignment was known: nothing else decides."""
    acting = {"assignment_id": ASSIGNMENT} if hasattr(example_of(contract), "assignment_id") else {}
    found = happening_of(example_of(contract, **acting), assignments)
    leaf, shown = leaf_of(found)
    beside = {*about_of(leaf), *(shown.records + shown.consents if shown else ())}
    assert beside == set(found.about)
    stored = Columns(found.event_id, found.members["type"], NOW, NOW, found.units, shown.key if shown else None)
    assert differing(leaf, stored, set()) == []
    if found.units:
        assert differing(leaf, replace(stored, units=()), {UNIT}) == ["units"]


@pytest.mark.parametrize("kind", ["session.signed-in.v1", "assignment.ended.v1"])
def test_the_first_format_did_not_name_the_units_that_were_looked_up(kind: str) -> None:
    """There any of those that may have been looked up is right; here the leaf says which."""
    members = {"id": str(UUID(int=1)), "type": kind, "occurred_at": moment(NOW), "data": {}}
    first = read_leaf(leaf_bytes(members, NOW, FORMAT_1))
    second = read_leaf(leaf_bytes(completed(members, [UNIT]), NOW))
    beside = Columns(UUID(int=1), kind, NOW, NOW, (UNIT,))
    assert differing(first, beside, {UNIT, ASSIGNMENT}) == differing(second, beside, None) == []
    other = replace(beside, units=(ASSIGNMENT,))
    assert (differing(first, other, {UNIT, ASSIGNMENT}), differing(second, other, {UNIT, ASSIGNMENT})) == (
        [],
        ["units"],
    )


@pytest.mark.parametrize("contract", EVERYTHING, ids=lambda each: each.event_type)
@pytest.mark.parametrize("assignments", [NobodyKnown(), Known()], ids=["nobody known", "known"])
def test_what_a_service_told_can_be_had_back_from_the_leaf(contract: type[Contract], assignments: Any) -> None:
    """To the letter, whatever the event: its tally is the same here and there. What is erased cannot be compared."""
    acting = {"assignment_id": ASSIGNMENT} if hasattr(example_of(contract), "assignment_id") else {}
    event = example_of(contract, **acting)
    found = happening_of(event, assignments)
    committed = {"commitments": dict.fromkeys(found.erasable, "")} if found.erasable else {}
    leaf, shown = leaf_of(replace(found, members={**found.members, **committed}))
    leaf = unfolded(leaf, shown)
    again = retold(leaf, found.erasable)
    assert again is not None
    here, there = Tally(), Tally()
    here.add(found.event_id, contract.event_type, again)
    there.add(found.event_id, contract.event_type, event.to_data())
    assert here.digest == there.digest
    if found.erasable:
        assert retold(leaf, {}) is None


def test_everything_there_is_to_hear_is_remembered() -> None:
    """All contracts but announcements, which have no number."""
    assert set(EVERYTHING) == {contract for contract in all_contracts() if contract.numbered}


def test_an_access_is_told_in_the_leafs_own_words() -> None:
    """Action, outcome, unit, role, subjects, rule, purpose and consents are the leaf's members."""
    referral, consent = uuid4(), uuid4()
    event = example_of(
        AccessRecorded, action="read", outcome="allowed", rule="receiving-unit", purpose="care", unit_id=UNIT,
        assignment_id=ASSIGNMENT, role="adviser", record_kind="referral", subjects=(referral,), consents=(consent,),
    )  # fmt: skip
    found = happening_of(event)
    expected = {
        "action": "read", "outcome": "allowed", "rule": "receiving-unit", "purpose": "care", "unit": str(UNIT),
        "assignment": str(ASSIGNMENT), "role": "adviser", "record_kind": "referral", "subjects": [str(referral)],
        "consents": [str(consent)],
    }  # fmt: skip
    assert {name: found.members[name] for name in expected} == expected
    assert set(found.about) == {referral, consent}
    assert found.units == (UNIT,)


def test_a_step_is_found_by_its_referral_and_its_consents() -> None:
    """By its number too; and covered by the mandates of all the units it names."""
    event = example_of(ReferralSent, consents=(UUID(int=1), UUID(int=2)))
    found = happening_of(event)
    number = key_of_number(event.number)  # type: ignore[attr-defined]
    assert set(found.about) == {event.referral_id, number, UUID(int=1), UUID(int=2)}  # type: ignore[attr-defined]
    assert {event.referring_unit_id, event.receiving_unit_id} == set(found.units)  # type: ignore[attr-defined]
    assert found.members["action"] == "referral.sent"


STEPS = [contract for contract in EVERYTHING if contract is not AccessRecorded]
# the units that these name are what they are about; nobody is said to have acted
ABOUT_UNITS = ("unit.", "assignment.", "notice.")


@pytest.mark.parametrize("contract", STEPS, ids=lambda each: each.event_type)
def test_the_acting_unit_is_the_assignments_or_the_one_that_the_event_says(contract: type[Contract]) -> None:
    """Known: unit and role from the directory. Not known: nobody is named as a fact that only may be one."""
    about_a_unit = contract.event_type.startswith(ABOUT_UNITS)
    names = {field.name for field in dataclasses.fields(contract)}
    event = example_of(contract, **{"assignment_id": ASSIGNMENT} if "assignment_id" in names else {})
    known, unknown = happening_of(event, Known()).members, happening_of(event).members
    if "assignment_id" in names and not about_a_unit:
        assert (known["unit"], known["role"]) == (str(UNIT), "adviser")
        assert unknown["assignment"] == str(ASSIGNMENT)
    else:
        assert not {"unit", "role", "assignment"} & set(known)
    said = {"referral.sent.v1": "referring_unit_id", "consent.given.v1": "unit_id", "consent.withdrawn.v1": "unit_id"}
    expected = str(getattr(event, said[contract.event_type])) if contract.event_type in said else None
    assert unknown.get("unit") == expected
    assert "role" not in unknown


def test_a_cancellation_by_the_sender_is_not_put_down_to_the_receiver() -> None:
    """While the sender's assignment has not been heard of: the leaf names neither, and both mandates cover it."""
    event = example_of(ReferralCancelled)
    found = happening_of(event)
    assert "unit" not in found.members
    assert {event.referring_unit_id, event.receiving_unit_id} == set(found.units)  # type: ignore[attr-defined]


def test_an_assignments_end_is_covered_by_the_mandate_of_its_unit() -> None:
    """It names no unit itself; audit knows which it was for."""
    assert happening_of(example_of(AssignmentEnded, assignment_id=ASSIGNMENT), Known()).units == (UNIT,)


def test_what_surrounds_the_event_is_kept() -> None:
    """Id, source, sequence, cause, journey, time; and that it tells of something long past."""
    cause = uuid4()
    event = example_of(ReferralOpened)
    envelope = envelope_of(event, causation_id=cause, history=True)
    members = as_happening(envelope, event, NobodyKnown()).members
    assert (members["id"], members["source"], members["sequence"]) == (str(envelope.id), envelope.source, 5)
    assert (members["causation_id"], members["history"]) == (str(cause), True)
    assert members["correlation_id"] == str(envelope.correlation_id)
    assert members["occurred_at"] == "2026-11-21T12:00:00.000000Z"
    plain = happening_of(event).members
    assert "history" not in plain
    assert "causation_id" not in plain


def test_what_is_heard_together_is_queued_together() -> None:
    """Several events make one call to the queue, in the order they were heard."""

    class Uow:
        assignments = NobodyKnown()

        def __init__(self) -> None:
            self.added: list[tuple[object, ...]] = []

        @property
        def pending(self) -> Uow:
            return self

        def add(self, *happenings: object) -> None:
            self.added.append(happenings)

    events = [example_of(ReferralOpened), example_of(ReferralSent)]
    heard = [(envelope_of(event), event) for event in events]
    uow = Uow()
    remember(heard, uow)  # type: ignore[arg-type]
    assert [[each.event_id for each in once] for once in uow.added] == [[envelope.id for envelope, _ in heard]]  # type: ignore[attr-defined]


def test_a_number_is_found_however_it_is_written() -> None:
    """Case, spaces and hyphens do not matter."""
    assert key_of_number("7K3QX-R09MT") == key_of_number(" 7k3qx r09mt") != key_of_number("7K3QX-R09MU")
