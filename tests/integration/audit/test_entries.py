"""What is heard becomes entries of the log, on a real database: what each of them tells, and what none does."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from services.audit.adapters.beside_entries import UNITS
from services.audit.domain.refusals import EntryCannotBe
from services.audit.log.entry import moment
from services.audit.log.merkle import leaf_hash, root_of
from services.audit.log.open_checkpoint import open_checkpoint
from services.audit.log.pack import unpack
from shared.storage import staff_events
from tests.integration.audit.support import NOW, World, given, leaves, looked, opened, sent, signer, size
from tests.support.builders.events import assignment_granted, routing_rules_changed, unit_changed
from tests.support.cast import BO, HEALTH_CENTRE, SODERMALM


def test_what_is_heard_becomes_entries_under_one_checkpoint(world: World) -> None:
    """Three events, one batch: three leaves in the order they were heard, one signed checkpoint that covers them."""
    before = size(world)
    referral, consent = uuid4(), uuid4()
    heard = world.hear(given(consent, referral), sent(referral, [consent]), looked(referral, [consent]))
    world.clock.advance(timedelta(seconds=3))
    assert world.sequencer.run() == 3
    added = leaves(world)[before:]
    assert [leaf["id"] for leaf in added] == [str(envelope.id) for envelope in heard]
    assert {leaf["occurred_at"] for leaf in added} == {moment(NOW)}
    assert {leaf["recorded_at"] for leaf in added} == {moment(NOW + timedelta(seconds=3))}
    note = world.rows("select note from log_checkpoints order by size desc limit 1")[0][0]
    checkpoint = open_checkpoint(note, signer(world).verifier)
    assert checkpoint.size == before + 3
    hashes = [leaf_hash(unpack(row[0])) for row in world.rows("select leaf from log_entries order by index")]
    assert checkpoint.root == root_of(hashes)


def test_a_leaf_shows_what_the_regulation_asks_for(world: World) -> None:
    """HSLF-FS 2016:40 4:9: action, unit, time, user and subject; then the rule and the consents relied on."""
    referral, consent = uuid4(), uuid4()
    world.hear(looked(referral, [consent]))
    world.sequencer.run()
    leaf = leaves(world)[-1]
    assert {name: leaf[name] for name in leaf if name in {"action", "outcome", "unit", "role", "subjects"}} == {
        "action": "read", "outcome": "allowed", "unit": str(SODERMALM), "role": "adviser", "subjects": [str(referral)],
    }  # fmt: skip
    assert (leaf["rule"], leaf["purpose"], leaf["consents"]) == ("receiving-unit", "care", [str(consent)])
    assert set(leaf["commitments"]) == {"user"}


def test_who_it_was_stands_outside_the_leaf_and_can_be_opened(world: World) -> None:
    """The user's name at the identity provider is in no leaf; its commitment opens with salt and value kept sealed."""
    world.hear(sent(uuid4(), [], subject="unmistakable-subject"))
    world.sequencer.run()
    assert "unmistakable-subject" not in str(leaves(world))
    raw = world.rows(
        "select log_entries::text || subject_keys::text from log_entries join subject_keys on number = user_key "
        "order by index desc limit 1"
    )[0][0]
    assert "unmistakable-subject" not in raw
    assert b"unmistakable-subject".hex() not in raw


def test_nothing_personal_waits_in_the_clear(world: World) -> None:
    """The queue holds commitments and sealed values, never the user."""
    world.hear(sent(uuid4(), [], subject="unmistakable-subject"))
    waiting = world.as_role("", "select members || openings from pending_entries")
    assert len(waiting) == 1
    assert "unmistakable-subject" not in waiting[0][0]
    world.sequencer.run()


def test_the_unit_is_that_of_the_assignment(world: World) -> None:
    """Whoever acted did so for a unit in a role, as the directory told; what is not known is not in the leaf.

    The entry concerns the referral's two units, and the acting one once it is known.
    """
    referral = uuid4()
    world.hear(opened(referral))
    granted = assignment_granted(BO, unit_id=UUID(int=77), valid_from=NOW)
    with world.parts.as_service() as uow:
        staff_events.remember(uow.connection, granted)
        uow.commit()
    world.hear(opened(referral))
    world.sequencer.run()
    early, known = leaves(world)[-2:]
    assert (early.get("unit"), early.get("role"), early["assignment"]) == (None, None, str(UUID(int=12)))
    assert (known["unit"], known["role"]) == (str(UUID(int=77)), "adviser")
    concerned = [set(row[0]) for row in world.rows(f"select {UNITS} from log_entries order by index")[-2:]]
    assert concerned == [{HEALTH_CENTRE, SODERMALM}, {HEALTH_CENTRE, SODERMALM, UUID(int=77)}]


def test_long_rules_stand_outside_the_leaf(world: World) -> None:
    """A municipality's routing rules may be longer than a leaf: the leaf commits to them."""
    said = "[" + '"rule",' * 20_000 + '"end"]'
    rules = routing_rules_changed(rules=said, occurred_at=NOW)
    world.hear(rules)
    world.sequencer.run()
    leaf = leaves(world)[-1]
    assert set(leaf["commitments"]) == {"rules"}
    assert "rules" not in leaf["data"]


def test_what_cannot_be_an_entry_is_refused_before_the_queue(world: World) -> None:
    """An event too long for a leaf is parked by its consumer, so that the sequencer never stumbles."""
    long = unit_changed(uuid4(), name="x" * 70_000, occurred_at=NOW)
    with pytest.raises(EntryCannotBe, match="TooLarge") as refused:
        world.hear(long)
    assert refused.value.permanent
    assert world.as_role("", "select count(*) from pending_entries") == [(0,)]
