"""What becomes of a message whose reaction fails, and of one that nobody can read."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import amqp
import pytest

from shared.messaging import names
from shared.messaging.connection import connect
from shared.messaging.publish.publisher import ConfirmedPublisher, Outgoing
from shared.messaging.receive.parked_messages import Parked, Parking
from tests.integration.messaging.conftest import BusProcess, House, an_order, eventually
from tests.support.builders.envelopes import an_envelope
from tests.support.cast import IDENTITY_NUMBER

SECRETS = ("Gun", "Svensson", IDENTITY_NUMBER)


def parked(house: House, queue: str = "audit.obey") -> list[Parked]:
    """Everything parked from one of the listener's queues."""
    with Parking(house.installation.settings().admin_broker_url) as parking:
        return parking.look(queue)


def parked_id(house: House, subject: UUID) -> UUID | None:
    """The parked event about a subject, if there is one."""
    event_id = house.ask("SELECT id FROM outbox WHERE data->>'referral_id' = :s", of="publisher", s=str(subject))
    return next((each.event_id for each in parked(house) if each.event_id == event_id), None)


@pytest.mark.parametrize(
    ("priority", "reason"), [("refused", "refused: conflict"), ("permanent", "Failure")], ids=["refused", "permanent"]
)
def test_what_cannot_succeed_is_parked_at_once(house: House, at_work: BusProcess, priority: str, reason: str) -> None:
    """A refusal and a permanent failure park at the first try, with a reason that quotes nothing."""
    (subject,) = house.send(priority)
    event_id = eventually(lambda: parked_id(house, subject), saying="the event was parked")
    log = at_work.log
    found = next(each for each in parked(house) if each.event_id == event_id)
    assert (found.reason, found.attempts) == (reason, 0)
    assert not [secret for secret in SECRETS if secret in log]


def test_an_unknown_error_is_tried_again_a_second_later(house: House, at_work: BusProcess) -> None:
    """What failed once for an unknown reason succeeds at the second try, without stopping the others."""
    first, other = house.send("unknown-once", "normal")
    eventually(lambda: house.effects(other), saying="the other event was carried out")
    eventually(lambda: house.effects(first), saying="the event was carried out at the second try")
    log = at_work.log
    between = house.ask("SELECT extract(epoch FROM max(at) - min(at)) FROM tries WHERE subject = :s", s=first)
    assert 0.9 <= float(between) < 10
    assert not [secret for secret in SECRETS if secret in log]


def test_the_last_attempt_parks(house: House, at_work: BusProcess) -> None:
    """After four delayed retries an event that still fails is parked, with its attempts told."""
    from tests.integration.messaging.conftest import an_order

    event = an_order("unknown")
    body = envelope_of(event.to_data())
    publish(house, body, headers={names.ATTEMPTS: len(names.RETRY_SECONDS)})
    found = eventually(
        lambda: [each for each in parked(house) if each.attempts == len(names.RETRY_SECONDS)],
        saying="the event was parked after its last attempt",
    )
    assert found[0].reason == "ValueError"


@pytest.mark.parametrize(
    "body",
    [b"Gun Svensson 191212121212", b"\xff\xfe\x00", b"{}", b"[" * 5000, b""],
    ids=["text", "bytes", "no-envelope", "deep", "empty"],
)
def test_what_nobody_can_read_is_parked_unseen(house: House, at_work: BusProcess, body: bytes) -> None:
    """An undecodable body is parked as it came, and shows in no log."""
    message_id = str(uuid4())
    publish(house, body, message_id=message_id)
    found = eventually(
        lambda: [each for each in parked(house) if each.message_id == message_id], saying="the body was parked"
    )
    log = at_work.log
    assert found[0].reason == "UndecodableEnvelope"
    assert not [secret for secret in SECRETS if secret in log]


@pytest.mark.parametrize(
    "odd",
    [
        {"traceparent": 1},
        {"sequence": float("inf")},
        {"traceparent": ["00"]},
        {"time": float("inf")},
        {"data": {"issuer": "refused"}},
    ],
    ids=["number for a trace", "endless sequence", "list for a trace", "endless time", "refused"],
)
def test_one_odd_event_takes_none_of_its_neighbours_along(
    house: House, at_work: BusProcess, odd: dict[str, Any]
) -> None:
    """Between others that come with it and before others that come later: it alone is laid aside."""
    subjects = [uuid4() for _ in range(12)]
    bodies = [closing(subject) for subject in subjects]
    message_id = str(uuid4())
    publish(
        house, *bodies[:5], closing(uuid4(), **odd), *bodies[5:8], event="referral.completed.v1", odd=(5, message_id)
    )
    publish(house, *bodies[8:], event="referral.completed.v1")
    eventually(
        lambda: [each for each in parked(house, "audit.note_closings") if each.message_id == message_id],
        saying="the odd one was laid aside",
    )
    eventually(lambda: all(house.effects(each) == 1 for each in subjects), saying="all others were carried out once")


def test_an_event_in_another_services_name_is_parked(house: House, at_work: BusProcess) -> None:
    """Directory's own exchange cannot carry what claims to be from the referral service."""
    from tests.integration.messaging.conftest import an_order

    event = an_order()
    message_id = str(uuid4())
    connection = connect(house.installation.settings().admin_broker_url, "test")
    channel = connection.channel()
    channel.queue_bind("audit.obey", names.exchange("directory"), "forged")
    message = amqp.Message(envelope_of(event.to_data()), message_id=message_id, delivery_mode=2)
    channel.basic_publish(message, names.exchange("directory"), "forged")
    eventually(
        lambda: [each for each in parked(house) if each.message_id == message_id], saying="the forgery was parked"
    )
    channel.queue_unbind("audit.obey", names.exchange("directory"), "forged")
    connection.close()
    assert house.effects(event.referral_id) == 0


def test_a_parked_event_can_be_replayed(house: House, at_work: BusProcess) -> None:
    """Replaying sends an event back to its queue with a fresh count; the others stay."""
    (subject, stays) = house.send("refused", "refused")
    event_id = eventually(lambda: parked_id(house, subject), saying="the event was parked")
    eventually(lambda: parked_id(house, stays), saying="the other event was parked")
    with Parking(house.installation.settings().admin_broker_url) as parking:
        replayed = parking.replay("audit.obey", [event_id], by="operator-7")
    assert [each.event_id for each in replayed] == [event_id]
    again = eventually(
        lambda: [each for each in parked(house) if each.event_id == event_id], saying="it was refused again"
    )
    assert again[0].replayed_by == "operator-7"
    eventually(lambda: parked_id(house, stays), saying="the other one stayed")


def envelope_of(data: dict[str, object]) -> bytes:
    """An envelope from the referral service around any data."""
    return an_envelope(an_order(), time=datetime.now(UTC), data=data).to_bytes()


def closing(referral_id: UUID, *, data: dict[str, object] | None = None, **odd: object) -> bytes:
    """A closed referral's envelope, with attributes as a faulty or hostile publisher might write them."""
    event = {
        "referral_id": str(referral_id), "version": 3, "referring_unit_id": str(uuid4()),
        "receiving_unit_id": str(uuid4()), "issuer": "test", "subject": "bo", "assignment_id": str(uuid4()),
        "occurred_at": "2026-11-20T12:00:00Z",
    }  # fmt: skip
    whole = json.loads(envelope_of({**event, **(data or {})}))
    return json.dumps({**whole, "type": "referral.completed.v1", **odd}).encode()


def publish(
    house: House,
    *bodies: bytes,
    message_id: str = "",
    headers: dict[str, object] | None = None,
    event: str = "referral.sent.v1",
    odd: tuple[int, str] | None = None,
) -> None:
    """Put bodies on the referral service's exchange, as that service's broker user may; ``odd``: one's message id."""
    sent = [
        Outgoing(
            names.exchange("referral"),
            event,
            odd[1] if odd and odd[0] == place else message_id or str(uuid4()),
            body,
            headers or {},
        )
        for place, body in enumerate(bodies)
    ]
    publisher = ConfirmedPublisher(house.installation.settings().service("referral").broker_url, "test")
    # a connection that is closed at once may take along what the broker has not confirmed
    assert len(publisher.publish(sent).confirmed) == len(bodies)
    publisher.close()
