"""One transaction: what changed, the events that tell of it, and the record of who looked, in one COMMIT.

The same shape at both doors (HTTP and bus): ``with changing(…) as uow:`` commits on leaving and undoes on raising,
``with reading(…) as uow:`` keeps the record of the look. Without either, leaving without a commit rolls back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from types import TracebackType
from typing import Protocol, Self, TypeVar
from uuid import UUID

from sqlalchemy import Connection, Engine

from shared.contracts.common import AccessRecorded
from shared.contracts.contract import Contract
from shared.contracts.envelope import Envelope
from shared.kernel.clock import Clock, SystemClock
from shared.kernel.identity import uuid7
from shared.observability import trace
from shared.storage.driver import ask

Heard = TypeVar("Heard")
Work = TypeVar("Work", bound="UnitOfWork")


@dataclass(frozen=True, slots=True)
class Told:
    """An event to be told: what, in which journey, and the event that caused it (None: a person did, or the clock)."""

    contract: Contract
    correlation_id: UUID
    causation_id: UUID | None = None
    traceparent: str | None = None
    history: bool = False


class OutboxWriter(Protocol):
    """Writes public events into the service's outbox (``shared.messaging.publish.outbox.append``)."""

    def __call__(self, connection: Connection, told: Sequence[Told], *, occurred_at: datetime) -> None: ...


class UnitOfWork:
    """A transaction on one service's database. Services add their repositories in a subclass.

    ``row_security``: ``lotsa.…`` settings that the database's row-level policies read; set for this transaction only.
    ``cause``: the envelope being reacted to, whose correlation goes on.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        write_outbox: OutboxWriter,
        clock: Clock | None = None,
        row_security: Mapping[str, str] | None = None,
        cause: Envelope | None = None,
        correlation_id: UUID | None = None,
        history: bool = False,
    ) -> None:
        self.clock: Clock = clock or SystemClock()
        self.cause = cause
        self.correlation_id = cause.correlation_id if cause else (correlation_id or uuid7())
        self._engine = engine
        self._write_outbox = write_outbox
        self._row_security = dict(row_security or {})
        self._history = history
        self._told: list[Told] = []
        self._connection: Connection | None = None

    @property
    def connection(self) -> Connection:
        """The open connection. Raises RuntimeError outside a ``with`` block."""
        if self._connection is None:
            raise RuntimeError("the unit of work is not open")
        return self._connection

    @property
    def history(self) -> bool:
        """Whether this tells of something long past, so that nobody is to be notified."""
        return self.cause.history if self.cause else self._history

    def each(self, heard: Iterable[tuple[Envelope, Heard]]) -> Iterator[Heard]:
        """Follow one envelope after the other; what is published meanwhile names that one as its cause."""
        for envelope, event in heard:
            self.cause, self.correlation_id = envelope, envelope.correlation_id
            yield event

    def publish(self, *contracts: Contract | None) -> None:
        """Have these told to the others, if and when this unit of work commits; None is nobody's to hear."""
        cause = self.cause
        # what several events caused in one transaction still follows each one's own trace
        traceparent = trace.child(cause.traceparent) if cause else trace.current()
        self._told += [
            Told(contract, self.correlation_id, cause.id if cause else None, traceparent, self.history)
            for contract in contracts
            if contract is not None
        ]

    @property
    def told(self) -> Sequence[Contract]:
        """What is to be told if this commits."""
        return [each.contract for each in self._told]

    @property
    def has_looked(self) -> bool:
        """Whether there is a record of a look to be kept."""
        return bool(self._told)

    def commit(self) -> None:
        """Write the outbox rows and commit everything at once; a new transaction may then begin."""
        self.before_commit()
        self._write_outbox(self.connection, self._told, occurred_at=self.clock.now())
        self.connection.commit()
        self._told = []

    def before_commit(self) -> None:
        """For subclasses: write what is pending (repositories, access records) before the outbox."""

    def rollback(self) -> None:
        """Undo everything since the last commit and forget the events."""
        self._told = []
        self.connection.rollback()
        self._secure_rows()

    def _secure_rows(self) -> None:
        if self._row_security:
            names, values = zip(*self._row_security.items(), strict=True)
            ask(self.connection, _settings(names), values)

    def __enter__(self) -> Self:
        self._connection = self._engine.connect()
        try:
            self._secure_rows()
        except BaseException:
            self._connection.close()
            self._connection = None
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        connection, self._connection = self._connection, None
        self._told = []
        if connection is not None:
            # close() gives the connection back to the pool, which rolls back what was not committed
            connection.close()


@contextmanager
def changing(work: Work) -> Iterator[Work]:
    """A transaction that changes something: kept, told and recorded on leaving; undone, all of it, on raising.

    A refusal that is to leave a record has committed that by itself before it is raised.
    """
    with work:
        yield work
        work.commit()


def transactions(open_work: Callable[[], Work]) -> Callable[[], AbstractContextManager[Work]]:
    """How a process opens its transactions, one after the other: each is kept on leaving and undone on raising."""
    return lambda: changing(open_work())


@contextmanager
def reading(work: Work) -> Iterator[Work]:
    """A transaction that shows something: on leaving, the record of who was shown what is kept; on raising, nothing is.

    Nothing else is to be written in it: without a look it would be undone, with one it would be kept. Raises
    ChangedWhileReading when it was to tell of more than looks.
    """
    with work:
        yield work
        if any(not isinstance(each, AccessRecorded) for each in work.told):
            raise ChangedWhileReading
        if work.has_looked:
            work.commit()


class ChangedWhileReading(RuntimeError):
    """A look told of a change: that is ``changing``, and the door has opened the wrong one."""


@cache
def _settings(names: tuple[str, ...]) -> str:
    # names are our own constants; only the values come from outside
    return "SELECT " + ", ".join(f"set_config('{name}', ${place}, true)" for place, name in enumerate(names, 1))
