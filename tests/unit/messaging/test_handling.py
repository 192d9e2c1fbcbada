"""A delivery is acknowledged only when its effect, or its copy elsewhere, is safe."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

import pytest
import sqlalchemy.exc

from shared.contracts.directory import SignInRefused
from shared.contracts.envelope import Envelope
from shared.kernel.refusals import Conflict
from shared.messaging.receive import handler as handling
from shared.messaging.receive.delivery import Delivery
from shared.messaging.receive.handler import carry_out
from shared.messaging.subscription import Subscription
from shared.messaging.trouble import BrokerTrouble
from tests.support.builders.envelopes import an_envelope


@dataclass
class Told:
    """Everything that happened, in order; and the world in which it happens."""

    steps: list[str] = field(default_factory=list)
    seen: bool = False
    live: bool = True
    broker_fails: int = 0

    def delivery(self, *, attempts: int = 0, body: bytes | None = None, exchange: str = "lotsa.directory") -> Delivery:
        """A delivery in this world."""
        return Delivery(
            subscription=Subscription.to("keeper", "hear", [SignInRefused]),
            body=envelope().to_bytes() if body is None else body,
            message_id="m",
            exchange=exchange,
            attempts=attempts,
            settling=self,  # type: ignore[arg-type]
            is_live=lambda: self.live,
            acknowledge=lambda: self.steps.append("ack"),
            acknowledge_all=lambda: self.steps.append("ack all"),
            wait=lambda seconds: self.steps.append("wait"),
        )

    def try_again(self, delivery: Delivery, seconds: int, reason: str) -> None:
        """Stand in for Settling."""
        self._broker()
        self.steps.append(f"again in {seconds}: {reason}")

    def park(self, delivery: Delivery, reason: str) -> None:
        """Stand in for Settling."""
        self._broker()
        self.steps.append(f"park: {reason}")

    def _broker(self) -> None:
        if self.broker_fails:
            self.broker_fails -= 1
            raise BrokerTrouble

    # a service and its unit of work
    name = "keeper"

    def unit_of_work(self, envelope: Envelope | None) -> Self:
        """Stand in for the service."""
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    connection = None

    def commit(self) -> None:
        """Stand in for the unit of work."""
        self.steps.append("commit")


def envelope(publisher: str = "directory", sequence: int | None = 1) -> Envelope:
    """An event."""
    now = datetime.now(UTC)
    refused = SignInRefused(reason="token", occurred_at=now)
    return an_envelope(refused, publisher=publisher, time=now, sequence=sequence)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    """A world in which nothing has happened, and an inbox that asks it."""
    world = Told()
    monkeypatch.setattr(handling, "first_time", lambda *_: not world.seen)
    return world


def react(*errors: Exception | None) -> Any:
    """A reaction that raises these, one at each call."""
    coming = list(errors)

    def reaction(service: Told, event: object, uow: Told) -> None:
        service.steps.append("react")
        error = coming.pop(0) if coming else None
        if error is not None:
            raise error

    return reaction


def gone() -> Exception:
    """The database is away."""
    return sqlalchemy.exc.OperationalError("", {}, Exception())


def test_commit_comes_before_acknowledgement(told: Told) -> None:
    """A crash between the two repeats, and the inbox knows it."""
    carry_out(told, react(), told.delivery())
    assert told.steps == ["react", "commit", "ack"]


def test_a_repeated_event_is_acknowledged_only(told: Told) -> None:
    """The inbox has it already."""
    told.seen = True
    carry_out(told, react(), told.delivery())
    assert told.steps == ["ack"]


def test_a_broken_world_is_waited_out(told: Told) -> None:
    """No attempt is counted, however long it takes."""
    carry_out(told, react(gone(), gone(), gone()), told.delivery())
    assert told.steps == ["react", "wait", "react", "wait", "react", "wait", "react", "commit", "ack"]


def test_a_lost_connection_ends_the_wait(told: Told) -> None:
    """The broker has given the message to another: nothing is acknowledged."""

    def reaction(service: Told, event: object, uow: object) -> None:
        service.live = False
        raise gone()

    carry_out(told, reaction, told.delivery())
    assert told.steps == ["wait"]


@pytest.mark.parametrize(("attempts", "seconds"), [(0, 1), (1, 10), (2, 60), (3, 600)])
def test_an_unknown_error_is_tried_again_later_and_later(told: Told, attempts: int, seconds: int) -> None:
    """After 1, 10, 60 and 600 seconds."""
    carry_out(told, react(KeyError("Gun")), told.delivery(attempts=attempts))
    assert told.steps == ["react", f"again in {seconds}: KeyError", "ack"]


def test_the_fifth_failure_parks(told: Told) -> None:
    """Somebody has to look at it."""
    carry_out(told, react(KeyError("Gun")), told.delivery(attempts=4))
    assert told.steps == ["react", "park: KeyError", "ack"]


def test_a_refusal_parks_at_once(told: Told) -> None:
    """The product has said no, and will say it again."""
    carry_out(told, react(Conflict("Gun")), told.delivery())
    assert told.steps == ["react", "park: refused: conflict", "ack"]


def test_the_copy_is_safe_before_the_original_is_acknowledged(told: Told) -> None:
    """While the broker does not confirm the copy, the original is held."""
    told.broker_fails = 2
    carry_out(told, react(Conflict()), told.delivery())
    assert told.steps == ["react", "wait", "wait", "park: refused: conflict", "ack"]


@pytest.mark.parametrize("body", [b"", b"Gun Svensson", b"\xff", b'{"specversion":"1.0"}'])
def test_what_nobody_can_read_is_parked_unseen(told: Told, body: bytes) -> None:
    """The reaction is not called."""
    carry_out(told, react(), told.delivery(body=body))
    assert told.steps == ["park: UndecodableEnvelope", "ack"]


def test_an_event_on_anothers_exchange_is_parked(told: Told) -> None:
    """Who may publish is kept by the broker; that the source says the same is kept here."""
    carry_out(told, react(), told.delivery(exchange="lotsa.referral"))
    assert told.steps == ["park: UndecodableEnvelope", "ack"]


def test_what_comes_to_several_is_read_once_and_looked_at_each_time(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its bytes are the same for every service of the process; by which way it came is not."""
    read: list[bytes] = []
    from_bytes = Envelope.from_bytes
    monkeypatch.setattr(Envelope, "from_bytes", lambda body: (read.append(body), from_bytes(body))[1])
    body = envelope().to_bytes()
    for exchange in ("lotsa.directory", "lotsa.directory", "lotsa.referral"):
        carry_out(told, react(), told.delivery(body=bytes(bytearray(body)), exchange=exchange))
    assert told.steps == [*["react", "commit", "ack"] * 2, "park: UndecodableEnvelope", "ack"]
    assert read == [body]


def test_an_event_of_any_length_is_not_remembered(told: Told) -> None:
    """A thousand of those, from whoever may publish, would be a process's whole memory."""
    body = envelope().to_bytes()
    handling._envelope.cache_clear()
    for padding in (0, handling.REMEMBERED_TO):
        carry_out(told, react(), told.delivery(body=body + b" " * padding))
    assert told.steps == ["react", "commit", "ack"] * 2
    assert handling._envelope.cache_info().currsize == 1


def test_an_event_may_come_back_over_the_own_way_back(told: Told) -> None:
    """After a delay, or replayed."""
    carry_out(told, react(), told.delivery(exchange="lotsa.keeper.again", attempts=1))
    assert told.steps == ["react", "commit", "ack"]


def test_an_event_of_a_service_that_may_not_publish_it_is_parked(told: Told) -> None:
    """Each contract names its only publisher."""
    carry_out(told, react(), told.delivery(body=envelope("referral").to_bytes(), exchange="lotsa.referral"))
    assert told.steps == ["park: ContractViolation", "ack"]


def test_an_event_without_a_number_is_parked_and_the_reason_told(told: Told) -> None:
    """Nobody would miss it, so nobody acts on it; only announcements have none."""
    carry_out(told, react(), told.delivery(body=envelope(sequence=None).to_bytes()))
    assert told.steps == ["park: SequenceIsMissing", "ack"]
