"""How many referrals wait for a unit: for systems and pages that ask again and again. It shows nobody, so nothing is
recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from services.referral.adapters.unit_of_work import ReferralUnitOfWork
from shared.kernel.actor import Actor, Role

# each of the two by an index of what is open: what was closed in earlier years is not looked at
_RECEIVED = text("""
    SELECT count(*) AS still_open, count(*) FILTER (WHERE state = 'requested') AS waiting,
        count(*) FILTER (WHERE sent_at > :since) AS new
    FROM (
        SELECT state, sent_at FROM referrals WHERE receiving_unit_id = :unit AND closed_at IS NULL
        UNION ALL
        SELECT state, sent_at FROM referrals
        WHERE stand_in_unit_id = :unit AND receiving_unit_id <> :unit AND closed_at IS NULL
    ) AS ours
""")
# whether it has been accepted is not for every carer's referrer to know, so it is not counted either
_SENT = text("""
    SELECT count(*) AS still_open, NULL AS waiting, count(*) FILTER (WHERE sent_at > :since) AS new
    FROM referrals WHERE referring_unit_id = :unit AND closed_at IS NULL
""")


@dataclass(frozen=True)
class Counts:
    """Of the open referrals that concern a unit: all, those that nobody has accepted, those sent after a moment.

    ``waiting`` is None for those who send; ``new`` is None when no moment was asked for.
    """

    open: int
    waiting: int | None
    new: int | None


def counts(since: datetime | None, actor: Actor, uow: ReferralUnitOfWork) -> Counts:
    """What an adviser's unit has received or stands in for, or what a referrer's unit has sent."""
    asked = {"unit": actor.unit_id, "since": since}
    row = uow.connection.execute(_RECEIVED if actor.role is Role.ADVISER else _SENT, asked).one()
    return Counts(row.still_open, row.waiting, None if since is None else row.new)
