"""Several deliveries carried out in one transaction; when that fails, each by itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self
from uuid import UUID, uuid4

import pytest

from shared.contracts.contract import Contract
from shared.contracts.envelope import Envelope
from shared.contracts.referral import ReferralOpened
from shared.kernel.refusals import Conflict
from shared.messaging.receive import handler as handling
from shared.messaging.receive.delivery import Delivery
from shared.messaging.subscription import Subscription
from shared.messaging.trouble import BrokerTrouble
from tests.support.builders.envelopes import an_envelope
from tests.support.builders.events import referral_step
from tests.support.cast import ISSUER

HEARD = Subscription.to("audit", "remember", [ReferralOpened], batch=8)


@dataclass
class Memory:
    """A database's stand-in: what was committed, in which transactions, and which events are known."""

    transactions: list[list[UUID]] = field(default_factory=list)
    known: set[UUID] = field(default_factory=set)


class Work:
    """A unit of work on that memory."""

    def __init__(self, memory: Memory, cause: Envelope | None) -> None:
        self.memory, self.cause = memory, cause
        self.noted: set[UUID] = set()
        self.done: list[UUID] = []

    @property
    def connection(self) -> Work:
        return self

    def note(self, ids: list[UUID]) -> set[UUID]:
        new = set(ids) - self.memory.known
        self.noted |= new
        return new

    def commit(self) -> None:
        self.memory.known |= self.noted
        self.memory.transactions.append(self.done)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        return None


@dataclass
class Audit:
    """A service that refuses events of one issuer."""

    memory: Memory
    name: str = "audit"

    def unit_of_work(self, envelope: Envelope | None) -> Any:
        return Work(self.memory, envelope)


def remember(_service: Audit, heard: list[tuple[Envelope, Contract]], uow: Work) -> None:
    """Take them all, or raise on the poisonous one."""
    for envelope, event in heard:
        if event.issuer == "poison":  # type: ignore[attr-defined]
            raise Conflict
        uow.done.append(envelope.id)


class Settling:
    """Keeps what was parked."""

    def __init__(self) -> None:
        self.parked: list[str] = []
        self.away = False

    def park(self, delivery: Delivery, reason: str) -> None:
        if self.away:
            raise BrokerTrouble
        self.parked.append(reason)


@dataclass
class Broker:
    """Makes deliveries and counts what was acknowledged."""

    settling: Settling = field(default_factory=Settling)
    waiting: list[int] = field(default_factory=list)
    made: int = 0
    stopping: bool = False

    def stop(self, _seconds: float) -> None:
        """Whoever waits is overtaken by the process's end."""
        self.stopping = True

    @property
    def acknowledged(self) -> int:
        return self.made - len(self.waiting)

    def up_to(self, tag: int) -> None:
        self.waiting = [each for each in self.waiting if each > tag]

    def delivery(self, body: bytes) -> Delivery:
        self.made += 1
        tag = self.made
        self.waiting.append(tag)
        return Delivery(
            subscription=HEARD, body=body, message_id="m", exchange="lotsa.referral", attempts=0,
            settling=self.settling, is_live=lambda: not self.stopping, acknowledge=lambda: self.waiting.remove(tag),
            acknowledge_all=lambda: self.up_to(tag), wait=self.stop,
        )  # type: ignore[arg-type]  # fmt: skip


def envelope_from(issuer: str = ISSUER) -> Envelope:
    now = datetime.now(UTC)
    opened = referral_step(ReferralOpened, uuid4(), issuer=issuer, occurred_at=now)
    return an_envelope(opened, time=now)


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Broker:
    """A broker, and an inbox that asks the memory instead of PostgreSQL."""
    monkeypatch.setattr(handling, "first_times", lambda work, _queue, ids: work.note(ids))
    monkeypatch.setattr(handling, "first_time", lambda work, _queue, event_id: bool(work.note([event_id])))
    return Broker()


def test_what_came_together_is_committed_together(broker: Broker) -> None:
    """One transaction, in the order of arrival, and every delivery acknowledged after it."""
    memory, envelopes = Memory(), [envelope_from() for _ in range(5)]
    deliveries = [broker.delivery(each.to_bytes()) for each in envelopes]
    handling.carry_out_batch(Audit(memory), remember, deliveries)
    assert memory.transactions == [[each.id for each in envelopes]]
    assert broker.acknowledged == 5


def test_an_event_that_comes_twice_happens_once(broker: Broker) -> None:
    """Within one batch and across batches."""
    memory, envelope = Memory(), envelope_from()
    for _ in range(2):
        handling.carry_out_batch(Audit(memory), remember, [broker.delivery(envelope.to_bytes()) for _ in "ab"])
    assert memory.transactions == [[envelope.id]]
    assert broker.acknowledged == 4


def test_a_poisonous_event_harms_no_other(broker: Broker) -> None:
    """The batch is undone; each is carried out by itself, and only the poisonous one is parked."""
    memory = Memory()
    good = [envelope_from() for _ in range(3)]
    envelopes = [good[0], envelope_from("poison"), *good[1:]]
    handling.carry_out_batch(Audit(memory), remember, [broker.delivery(each.to_bytes()) for each in envelopes])
    assert memory.transactions == [[each.id] for each in good]
    assert broker.settling.parked == ["refused: conflict"]
    assert broker.acknowledged == 4


def test_what_nobody_can_read_is_parked_and_the_rest_goes_on(broker: Broker) -> None:
    """An undecodable body is laid aside before the transaction begins."""
    memory, envelope = Memory(), envelope_from()
    handling.carry_out_batch(
        Audit(memory), remember, [broker.delivery(b"\xff not ours"), broker.delivery(envelope.to_bytes())]
    )
    assert memory.transactions == [[envelope.id]]
    assert broker.settling.parked == ["UndecodableEnvelope"]
    assert broker.acknowledged == 2


def test_what_could_not_be_laid_aside_is_not_acknowledged_with_its_neighbours(broker: Broker) -> None:
    """The broker cannot take it and the process is stopping: it stays the broker's, and comes to another."""
    memory, envelope = Memory(), envelope_from()
    broker.settling.away = True
    handling.carry_out_batch(
        Audit(memory), remember, [broker.delivery(b"\xff not ours"), broker.delivery(envelope.to_bytes())]
    )
    assert memory.transactions == [[envelope.id]]
    assert broker.waiting == [1]
