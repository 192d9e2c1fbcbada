"""What a leaf says beyond its event: who acted, by kind; the units it was put down to; and that every event has one."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from services.audit.domain.make_leaf import agent_of, completed
from services.audit.domain.tell_again import retold
from services.audit.log.entry import AGENTS, LeafIsIncomplete, leaf_bytes, moment, read_leaf
from services.audit.log.shown_set import MEMBER, Shown, folded, unfolded
from services.audit.service import EVERYTHING

NOW = datetime(2026, 11, 21, 23, 6, 21, 5, tzinfo=UTC)
MEMBERS = {"id": "0198", "type": "referral.sent.v1", "occurred_at": moment(NOW), "data": {"version": 1}}
LISTED = {**MEMBERS, "type": "access.recorded.v1", "action": "list", "outcome": "allowed",
          "subjects": [str(UUID(int=2)), str(UUID(int=1))], "consents": [str(UUID(int=3))]}  # fmt: skip
STAFF, OPERATOR = "https://id.example.se", "operating-system"


@pytest.mark.parametrize(("event", "issuer", "kind"), [
    ("referral.sent.v1", STAFF, "staff"),
    ("access.recorded.v1", STAFF, "staff"),
    ("access.recorded.v1", OPERATOR, "operator"),
    ("access.recorded.v1", "urn:lotsa:operator", "operator"),
    ("service.restored.v1", OPERATOR, "operator"),
    ("session.signed-in.v1", STAFF, "staff"),
    ("session.refused.v1", None, "unknown"),
    ("unit.changed.v1", None, "unknown"),
    ("notice.sent.v1", None, "clock"),
    ("alarm.opened.v1", None, "clock"),
    ("assignment.granted.v1", STAFF, "unknown"),
])  # fmt: skip
def test_who_acted_by_kind(event: str, issuer: str | None, kind: str) -> None:
    """Staff by their session or token, operators at the machine, the product itself; else the event does not say."""
    assert agent_of(event, issuer) == {"kind": kind}


def test_every_event_there_is_has_a_kind_that_the_format_knows() -> None:
    """Whoever adds an event finds its kind here; none is invented that nobody acts as yet."""
    kinds = {agent_of(event.event_type, issuer)["kind"] for event in EVERYTHING for issuer in (None, STAFF, OPERATOR)}
    assert kinds == {"staff", "operator", "clock", "unknown"} < set(AGENTS)


@pytest.mark.parametrize("kind", AGENTS)
def test_a_leaf_may_say_each_kind(kind: str) -> None:
    """Those too that nothing uses yet: a carer's receipt, a partner's link."""
    leaf = leaf_bytes({**MEMBERS, "agent": {"kind": kind}}, NOW)
    assert read_leaf(leaf)["agent"] == {"kind": kind}


@pytest.mark.parametrize("others", [{}, {"agent": {"kind": "god"}}, {"agent": "staff"}, {"agent": {}}])
def test_a_leaf_says_who_acted(others: dict[str, object]) -> None:
    """One of the kinds, always."""
    with pytest.raises(LeafIsIncomplete, match="agent"):
        leaf_bytes({**MEMBERS, **others}, NOW)


def test_what_an_earlier_version_queued_gets_its_kind_when_it_becomes_a_leaf() -> None:
    """By the event and by whether it names anybody."""
    assert completed({**MEMBERS, "commitments": {"user": "x"}}, [])["agent"] == {"kind": "staff"}
    assert completed({**MEMBERS, "type": "notice.sent.v1"}, [])["agent"] == {"kind": "clock"}
    assert completed({**MEMBERS, "agent": {"kind": "operator"}}, [])["agent"] == {"kind": "operator"}


@pytest.mark.parametrize("event", ["session.signed-in.v1", "assignment.ended.v1"])
def test_the_units_that_were_looked_up_are_in_the_leaf(event: str) -> None:
    """Also when there were none; what names its own units says nothing more."""
    units = [UUID(int=2), UUID(int=1)]
    assert completed({**MEMBERS, "type": event}, units)["units"] == [str(UUID(int=1)), str(UUID(int=2))]
    assert completed({**MEMBERS, "type": event}, [])["units"] == []
    assert "units" not in completed(MEMBERS, units)


def test_a_list_is_folded_and_unfolded_again() -> None:
    """The leaf names the set; with it the entry says what its event said, but for the order."""
    made, shown = folded(LISTED)
    assert shown == Shown((UUID(int=1), UUID(int=2)), (UUID(int=3),))
    assert made[MEMBER] == {"count": 2, "consents": 1, "digest": shown.digest.hex()}
    assert made.keys().isdisjoint(("subjects", "consents"))
    assert unfolded(made, shown) == {**LISTED, "subjects": sorted(LISTED["subjects"])}
    assert unfolded(made, None).keys() == LISTED.keys() - {"subjects", "consents"}


@pytest.mark.parametrize("others", [{"action": "read"}, {"outcome": "refused"}, {"type": "referral.sent.v1"}])
def test_what_is_no_list_names_what_it_is_about_itself(others: dict[str, object]) -> None:
    """One look at one referral, and what was refused."""
    assert folded({**LISTED, **others}) == ({**LISTED, **others}, None)


def test_what_the_format_adds_is_no_part_of_what_a_service_told() -> None:
    """The data again are the event's own."""
    data = {"access_id": "1", "looked_at": "2", "other": 3}
    leaf = {**completed({**LISTED, "data": data, "unit": "u"}, []), "units": [], "commitments": {}}
    said = retold(leaf, {})
    assert said is not None
    assert said.keys() == {"access_id", "occurred_at", "action", "outcome", "subjects", "consents", "unit_id"}
