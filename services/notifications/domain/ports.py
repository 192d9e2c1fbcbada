"""What the use cases need from the world: a store of notices, and a channel."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar
from uuid import UUID

from services.notifications.domain.alarms import Standing
from services.notifications.domain.events import NoticeEvent
from services.notifications.domain.notice import Notice, Parcel, Reason, Status
from services.notifications.domain.silence import Signs
from shared.kernel.clock import Clock
from shared.kernel.identity import NoticeId, ReferralId, UnitId
from shared.kernel.refusals import Failure

Event = TypeVar("Event")


class ChannelIsAway(Failure):
    """The next hop cannot be reached or stopped answering: nothing can be handed over just now."""


class CannotBeWritten(Failure):
    """No letter can be made for this address: a final no, though nobody was asked. Says nothing about other letters."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message, permanent=True)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a carer answered to whether the referrer may know what happens; a yes ends ``until``."""

    referral_id: ReferralId
    allowed: bool
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewNotice:
    """A notice about to be written. ``id``: as `id_of` makes it."""

    id: NoticeId
    notice: Notice
    unit_id: UnitId
    channel: str
    status: Status
    reason: Reason | None
    created_at: datetime


class Notices(Protocol):
    """The notices of one open transaction."""

    def add(self, new: Sequence[NewNotice]) -> set[NoticeId]:
        """Write notices; returns those that are new: what has the same id is there already."""
        ...

    def may_tell_referrer(self, referral_id: ReferralId, at: datetime) -> bool | None:
        """Whether the carer's yes to telling the referrer holds at a moment; None when no answer has been heard yet."""
        ...

    def remember_telling(self, answers: Sequence[Answer], *, last_word: bool = False) -> None:
        """Keep what carers answered, for each referral unless something is known; `last_word` goes above that."""
        ...

    def release(self, at: datetime, referral_ids: Sequence[ReferralId] | None = None) -> None:
        """Queue or suppress held notices of these referrals, or of all, as far as the answer is known."""
        ...

    def claim(self, token: UUID, *, limit: int, now: datetime, lease: timedelta) -> list[Parcel]:
        """Take notices that are due, the most urgent first, so that no other process takes them during ``lease``."""
        ...

    def settle(
        self, token: UUID, ids: Sequence[NoticeId], status: Status, reason: Reason | None, at: datetime
    ) -> set[NoticeId]:
        """Mark claimed notices as done; only those that this claim still holds, which are returned."""
        ...

    def postpone(self, token: UUID, notice_id: NoticeId, until: datetime, *, counts: bool = True) -> None:
        """Give a claimed notice back, for a later try; `counts` is False when this one says nothing about it."""
        ...

    def acting_unit(self, assignment_id: UUID) -> UnitId | None:
        """The unit of an assignment, or None when this service has not heard of it."""
        ...


class Alarms(Protocol):
    """The audit log's open alarms, as far as they have been heard of."""

    def opened(self, alarm_id: UUID, noticed_at: datetime) -> None:
        """Note one; one that has closed already stays closed."""
        ...

    def closed(self, alarm_id: UUID, closed_at: datetime) -> None:
        """Note that it is no longer open, also when its opening comes later."""
        ...

    def standing(self) -> Standing | None:
        """Those that are open, taken for this transaction; None when there are none, or another is at it."""
        ...

    def reviewing_units(self, at: datetime) -> list[UnitId]:
        """The units in which somebody reviews the log at a moment."""
        ...

    def told(self, at: datetime) -> None:
        """Note that a letter about them went out."""
        ...


class LifeSigns(Protocol):
    """Whether anything comes over the bus, and goes."""

    def now(self) -> Signs:
        """What can be seen at this moment."""
        ...

    def take(self) -> bool:
        """Whether this transaction is the one that tells, of all processes'; it stays so until it ends."""
        ...

    def told_at(self) -> datetime | None:
        """When those who run the system were last written of a silence; None when they never were."""
        ...


class Transaction(Protocol):
    """One open transaction with the notices in it."""

    notices: Notices
    alarms: Alarms
    life_signs: LifeSigns
    clock: Clock
    correlation_id: UUID

    @property
    def history(self) -> bool:
        """Whether what is heard is long past, so that nobody is to be notified."""
        ...

    def each(self, heard: Iterable[tuple[Any, Event]]) -> Iterator[Event]:
        """Follow one envelope after the other; what is published meanwhile names that one as its cause."""
        ...

    def record(self, *events: NoticeEvent) -> None:
        """Have domain events told, as far as ``published.py`` lets them out, if and when this commits."""
        ...


class Handover(Protocol):
    """An open line to a channel's next hop."""

    def send(self, parcel: Parcel, address: str) -> None:
        """Hand one notice over. Raises Failure (permanent or not), or ChannelIsAway when the line is broken.

        Whatever else it raises is this notice's own trouble: the next may be sent over the same line.
        """
        ...

    def finish(self) -> None:
        """Make sure that the next hop has all that was sent: only then it counts. Raises ChannelIsAway."""
        ...


class Channel(Protocol):
    """One way to reach a unit."""

    name: str

    def open(self) -> AbstractContextManager[Handover]:
        """Open a line. Raises ChannelIsAway."""
        ...
