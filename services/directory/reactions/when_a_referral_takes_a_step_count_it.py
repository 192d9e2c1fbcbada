"""Each step of a referral is counted for the units concerned, by month. No referral is named, only how many."""

from __future__ import annotations

from typing import TypeAlias

from sqlalchemy import Connection, text

from shared.contracts.referral import (
    ReferralAccepted,
    ReferralCancelled,
    ReferralCompleted,
    ReferralRejected,
    ReferralSent,
)
from shared.storage.unit_of_work import UnitOfWork

Step: TypeAlias = ReferralSent | ReferralAccepted | ReferralRejected | ReferralCompleted | ReferralCancelled

RECEIVED = "received"
_STEPS: dict[type, str] = {
    ReferralSent: "sent",
    ReferralAccepted: "accepted",
    ReferralRejected: "rejected",
    ReferralCompleted: "completed",
    ReferralCancelled: "cancelled",
}

_COUNT = text(
    "insert into referral_counts (unit_id, month, step, count) "
    "values (:unit_id, date_trunc('month', cast(:at as timestamptz) at time zone 'Europe/Stockholm'), :step, 1) "
    "on conflict (unit_id, month, step) do update set count = referral_counts.count + 1"
)


def when_a_referral_takes_a_step_count_it(event: Step, uow: UnitOfWork) -> None:
    """Count a sent referral for its sender and as received by its receiver; the later steps for the receiver."""
    if isinstance(event, ReferralSent):
        _count(uow.connection, event, event.referring_unit_id, _STEPS[ReferralSent])
        _count(uow.connection, event, event.receiving_unit_id, RECEIVED)
        return
    _count(uow.connection, event, event.receiving_unit_id, _STEPS[type(event)])


def _count(connection: Connection, event: Step, unit_id: object, step: str) -> None:
    connection.execute(_COUNT, {"unit_id": unit_id, "at": event.occurred_at, "step": step})
