"""What the service hears from the directory, in whatever order and however often, and what it forgets by the clock."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from shared.contracts.directory import (
    AssignmentEnded,
    AssignmentToldAgain,
    RoutingRulesToldAgain,
    UnitChanged,
    UnitToldAgain,
)
from shared.kernel.actor import Role, UserRef
from shared.kernel.identity import uuid7
from shared.kernel.refusals import Failure
from tests.integration.referral.conftest import Cast, Room
from tests.support.builders.bodies import a_referral
from tests.support.builders.events import assignment_granted, routing_rules_changed, session_ended, unit_changed
from tests.support.cast import BO, KUNGSHOLMEN, NOON, SODERMALM

TOLD_AGAIN = UUID("6c1f7a52-3f60-4b1c-8c5e-0d4a7f2b9e31")


def test_an_event_heard_twice_has_one_effect(room: Room) -> None:
    """The second delivery finds its row in the inbox."""
    event = session_ended(expires_at=NOON + timedelta(hours=1))
    event_id = uuid7()
    room.hear(event, event_id=event_id)
    room.hear(event, event_id=event_id)
    assert room.ask("SELECT count(*) FROM inbox WHERE event_id = :id", id=event_id)[0][0] == 1
    assert room.parts.staff.session_ended(event.session_id)


def test_an_end_heard_before_its_beginning_is_kept(room: Room) -> None:
    """Nobody gets in because two events overtook one another."""
    assignment_id = uuid4()
    room.hear(AssignmentEnded(assignment_id=assignment_id, ended_at=NOON))
    room.hear(
        assignment_granted(
            BO, assignment_id=assignment_id, issuer="i", subject="late", valid_from=NOON - timedelta(days=1)
        )
    )
    assert room.parts.staff.assignments_of(UserRef("i", "late"), NOON) == []


def test_a_closed_unit_is_proposed_to_nobody(room: Room, alva: Cast) -> None:
    """The district's own unit closes: the rule that names it is passed over."""
    rule = {"rule_id": "r", "area": "0180-kungsholmen", "unit_id": str(KUNGSHOLMEN), "reason_sv": "Bor där."}
    room.rules(rule, version=2)
    asked = "/routing-proposal?area=0180-kungsholmen"
    assert alva.ask("GET", asked).json["unit"]["id"] == str(KUNGSHOLMEN)
    room.hear(unit_changed(KUNGSHOLMEN, version=2, name="Stängd", area="0180-kungsholmen", active=False))
    proposed = alva.ask("GET", asked).json
    assert (proposed["unit"]["id"], proposed["is_default"]) == (str(SODERMALM), True)
    refused = alva.send(a_referral(receiving_unit_id=str(KUNGSHOLMEN)))
    assert refused.json["type"] == "urn:lotsa:problem:unit-cannot-receive"


@pytest.mark.parametrize(
    "rules", ["{", "{}", '[{"rule_id": "r"}]', '[{"rule_id": "r", "area": "0180", "unit_id": 1}]', "[1]"]
)
def test_rules_that_cannot_be_read_are_parked(room: Room, alva: Cast, rules: str) -> None:
    """A permanent failure, so that they are not tried for ever, and the rules kept so far stay."""
    event = routing_rules_changed(KUNGSHOLMEN, version=9, rules=rules)
    with pytest.raises(Failure) as failed:
        room.hear(event)
    assert failed.value.permanent
    assert alva.ask("GET", "/routing-proposal?area=0180").json["unit"]["id"] == str(SODERMALM)


def test_what_nobody_needs_is_swept(room: Room, alva: Cast) -> None:
    """Answers, sessions and drafts go when their time is over, with a month for clocks that err; referrals stay."""
    alva.send(Idempotency_Key="abc")
    alva.ask("POST", "/drafts", {"answers": {}})
    room.hear(session_ended())
    room.clock.advance(timedelta(days=29))
    room.service.sweep()
    assert room.ask("SELECT count(*) FROM ended_sessions")[0][0] == 1
    room.clock.advance(timedelta(days=2))
    room.service.sweep()
    counts = {
        table: room.ask(f"SELECT count(*) FROM {table}")[0][0]
        for table in ("idempotency", "ended_sessions", "drafts", "referrals", "contents")
    }
    assert counts == {"idempotency": 0, "ended_sessions": 0, "drafts": 0, "referrals": 1, "contents": 1}


def the_districts_unit(version: int, name: str, *, again: bool) -> UnitChanged | UnitToldAgain:
    """How the district's unit is told, as a change or again."""
    kind = UnitToldAgain if again else UnitChanged
    return kind(
        unit_id=TOLD_AGAIN,
        version=version,
        organization_id=TOLD_AGAIN,
        name=name,
        kind="receiving",
        area="0180-kungsholmen",
        occurred_at=NOON,
    )


def test_a_unit_told_again_is_taken_in_its_own_version_and_never_over_a_newer(room: Room) -> None:
    """A change of the same version was heard already; how it stands mends a copy that is not as it was told."""
    known = "SELECT version, name FROM known_units WHERE unit_id = :id"
    for event, kept in (
        (the_districts_unit(2, "Andra", again=False), (2, "Andra")),
        (the_districts_unit(2, "Ändrad för hand", again=False), (2, "Andra")),
        (the_districts_unit(2, "Som den är", again=True), (2, "Som den är")),
        (the_districts_unit(1, "Som den var", again=True), (2, "Som den är")),
        (the_districts_unit(3, "Tredje", again=True), (3, "Tredje")),
    ):
        room.hear(event)
        assert [tuple(row) for row in room.ask(known, id=TOLD_AGAIN)] == [kept]


def test_an_end_is_not_taken_back_by_what_is_told_again(room: Room) -> None:
    """What was told a moment before the end says nothing of it; what was told after it brings it to an empty copy."""
    since = NOON - timedelta(days=1)
    for ended_first, told_end in ((True, None), (False, NOON)):
        assignment_id = uuid4()
        stands = AssignmentToldAgain(
            assignment_id=assignment_id,
            issuer="i",
            subject=str(assignment_id),
            unit_id=SODERMALM,
            role=Role.ADVISER.value,
            valid_from=since,
            ended_at=told_end,
        )
        if ended_first:
            room.hear(AssignmentEnded(assignment_id=assignment_id, ended_at=NOON))
        room.hear(stands)
        assert room.ask("SELECT ended_at FROM known_assignments WHERE assignment_id = :id", id=assignment_id) == [
            (NOON,)
        ]
        assert room.parts.staff.assignments_of(UserRef("i", str(assignment_id)), NOON) == []


def test_rules_told_again_are_taken_in_their_own_version(room: Room, alva: Cast) -> None:
    """And never over newer ones."""
    version = room.ask("SELECT version FROM routing_sets WHERE municipality_code = '0180'")[0][0]
    rule = {"rule_id": "again", "area": "0180-kungsholmen", "unit_id": str(KUNGSHOLMEN), "reason_sv": "Bor där."}
    for told, kept in ((version - 1, False), (version, True)):
        room.hear(
            RoutingRulesToldAgain(
                municipality_code="0180",
                version=told,
                default_unit_id=SODERMALM,
                rules=json.dumps([rule]),
                occurred_at=NOON,
            )
        )
        rows = room.ask("SELECT version, rules FROM routing_sets WHERE municipality_code = '0180'")
        assert (rows[0][0], rows[0][1] == [rule]) == (version, kept)
