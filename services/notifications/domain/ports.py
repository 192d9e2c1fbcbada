"""What the use cases need from the world: a store of notices, and a channel."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Protocol, Self
from uuid import UUID

from services.notifications.domain.notice import Cause, Notice, Parcel, Reason, Status
from shared.kernel.clock import Clock
from shared.kernel.identity import NoticeId, ReferralId, UnitId
from shared.kernel.refusals import Failure


class ChannelIsAway(Failure):
    """The next hop cannot be reached or stopped answering: nothing can be handed over just now."""


@dataclass(frozen=True, slots=True)
class NewNotice:
    """A notice about to be written."""

    id: NoticeId
    notice: Notice
    unit_id: UnitId
    channel: str
    cause: Cause
    status: Status
    reason: Reason | None
    created_at: datetime


class Notices(Protocol):
    """The notices of one open transaction."""

    def add(self, new: NewNotice) -> bool:
        """Write a notice; False when the unit already has one for the same reason."""
        ...

    def may_tell_referrer(self, referral_id: ReferralId, at: datetime) -> bool | None:
        """Whether the carer's yes to telling the referrer holds at a moment; None when no answer has been heard yet."""
        ...

    def remember_telling(
        self, referral_id: ReferralId, allowed: bool, *, until: datetime | None = None, last_word: bool = False
    ) -> None:
        """Keep what the carer answered, unless something is known; `last_word` goes above that. A yes ends `until`."""
        ...

    def held_though_answered(self, limit: int) -> list[ReferralId]:
        """Referrals that have held notices although the carer's answer is known."""
        ...

    def release(self, referral_id: ReferralId, status: Status, reason: Reason | None, at: datetime) -> list[NewNotice]:
        """Move a referral's held notices on, and return them."""
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


class Transaction(Protocol):
    """One open transaction with the notices in it."""

    notices: Notices
    clock: Clock
    correlation_id: UUID

    @property
    def history(self) -> bool:
        """Whether what is heard is long past, so that nobody is to be notified."""
        ...

    @property
    def cause_event_id(self) -> UUID:
        """The event being reacted to."""
        ...

    def publish(self, *contracts: Any) -> None:
        """Have these told to the others, if and when this commits."""
        ...

    def commit(self) -> None:
        """Make everything true at once."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Handover(Protocol):
    """An open line to a channel's next hop."""

    def send(self, parcel: Parcel, address: str) -> None:
        """Hand one notice over. Raises Failure (permanent or not), or ChannelIsAway when the line is broken."""
        ...


class Channel(Protocol):
    """One way to reach a unit."""

    name: str

    def open(self) -> AbstractContextManager[Handover]:
        """Open a line. Raises ChannelIsAway."""
        ...
