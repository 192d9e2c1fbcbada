"""Each step of a referral is counted for the units concerned, by month. No referral is named, only how many."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TypeAlias
from uuid import UUID

from shared.contracts.referral import (
    FirstContactMade,
    ReferralAccepted,
    ReferralCancelled,
    ReferralCompleted,
    ReferralRejected,
    ReferralSent,
)
from shared.storage.driver import run
from shared.storage.unit_of_work import UnitOfWork

Step: TypeAlias = (
    ReferralSent | ReferralAccepted | FirstContactMade | ReferralRejected | ReferralCompleted | ReferralCancelled
)

RECEIVED = "received"
_STEPS: dict[type, str] = {
    ReferralSent: "sent",
    ReferralAccepted: "accepted",
    FirstContactMade: "first-contact",
    ReferralRejected: "rejected",
    ReferralCompleted: "completed",
    ReferralCancelled: "cancelled",
}

# always in the same order, so that two processes that count for the same units wait for each other only one way
_COUNT = """
    insert into referral_counts as known (unit_id, month, step, count)
    select unit_id, date_trunc('month', at at time zone 'Europe/Stockholm'), step, count(*)
    from jsonb_to_recordset($1::jsonb) as taken (unit_id uuid, at timestamptz, step text)
    group by 1, 2, 3 order by 1, 2, 3
    on conflict (unit_id, month, step) do update set count = known.count + excluded.count
"""


def when_a_referral_takes_a_step_count_it(heard: Iterable[Step], uow: UnitOfWork) -> None:
    """Count a sent referral for its sender and as received by its receiver; the later steps for the receiver."""
    taken = [
        {"unit_id": str(unit_id), "at": event.occurred_at.isoformat(), "step": step}
        for event in heard
        for unit_id, step in _counted(event)
    ]
    if taken:
        run(uow.connection, (_COUNT, (json.dumps(taken),)))


def _counted(event: Step) -> Iterator[tuple[UUID, str]]:
    if isinstance(event, ReferralSent):
        yield event.referring_unit_id, _STEPS[ReferralSent]
        yield event.receiving_unit_id, RECEIVED
    else:
        yield event.receiving_unit_id, _STEPS[type(event)]
