"""The notices of one open transaction, in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, select, text, update

from services.notifications.adapters.tables import notices, telling
from services.notifications.domain.notice import Cause, Link, Notice, Parcel, Reason, Status, Template
from services.notifications.domain.ports import NewNotice
from shared.kernel.identity import NoticeId, ReferralId, UnitId
from shared.storage import staff

URGENCY = {Template.NEW_REFERRAL_WAITS: 0, Template.SOMETHING_HAPPENED: 1}

# skip locked: another process is taking those; due_at moves forward by the lease, so a crash only delays
CLAIM = text("""
    WITH due AS (
        SELECT notice_id FROM notices WHERE status = 'queued' AND due_at <= :now
        ORDER BY urgency, due_at LIMIT :limit FOR UPDATE SKIP LOCKED
    ), claimed AS (
        UPDATE notices SET claim = :token, due_at = :lease_ends, attempts = attempts + 1
        FROM due WHERE notices.notice_id = due.notice_id
        RETURNING notices.*
    )
    SELECT claimed.*, u.unit_id IS NOT NULL AS unit_known, u.function_address
    FROM claimed LEFT JOIN known_units u ON u.unit_id = claimed.unit_id
    ORDER BY claimed.urgency, claimed.created_at, claimed.notice_id
""")


# asked for every referral, so written out: building a statement costs more than having it carried out
_ADD = """
    INSERT INTO notices (notice_id, template, referral_id, unit_id, channel, cause_event_id, correlation_id, status,
        reason, urgency, created_at, due_at, settled_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
"""
_MAY_TELL = """
    SELECT tells_referrer AND (tells_until IS NULL OR tells_until > %s) FROM telling WHERE referral_id = %s
"""
_REMEMBER_UNLESS_ANSWERED = """
    INSERT INTO telling (referral_id, tells_referrer, tells_until) VALUES (%s, %s, %s)
    ON CONFLICT (referral_id) DO NOTHING
"""
_REMEMBER_THE_LAST_WORD = """
    INSERT INTO telling (referral_id, tells_referrer, tells_until) VALUES (%s, %s, %s)
    ON CONFLICT (referral_id) DO UPDATE SET tells_referrer = excluded.tells_referrer
"""


class SqlNotices:
    """Implements the `Notices` port."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, new: NewNotice) -> bool:
        """Write a notice; False when the unit already has one for the same event or the same request."""
        row = (
            new.id,
            new.notice.template.value,
            new.notice.link.referral_id,
            new.unit_id,
            new.channel,
            new.cause.event_id,
            new.cause.correlation_id,
            new.status.value,
            new.reason.value if new.reason else None,
            URGENCY[new.notice.template],
            new.created_at,
            new.created_at,
            new.created_at if new.status is Status.SUPPRESSED else None,
        )
        return self._connection.exec_driver_sql(_ADD, row).rowcount == 1

    def may_tell_referrer(self, referral_id: ReferralId, at: datetime) -> bool | None:
        """What the carer answered, as far as it holds at that moment, or None."""
        answer: bool | None = self._connection.exec_driver_sql(_MAY_TELL, (at, referral_id)).scalar()
        return answer

    def remember_telling(
        self, referral_id: ReferralId, allowed: bool, *, until: datetime | None = None, last_word: bool = False
    ) -> None:
        """Keep what the carer answered. A withdrawal has the last word, even when it is heard before the consent."""
        remember = _REMEMBER_THE_LAST_WORD if last_word else _REMEMBER_UNLESS_ANSWERED
        self._connection.exec_driver_sql(remember, (referral_id, allowed, until))

    def held_though_answered(self, limit: int) -> list[ReferralId]:
        """Notices written in the very moment when the answer was taken in: neither transaction saw the other."""
        held = select(notices.c.referral_id).where(notices.c.status == Status.HELD.value)
        query = select(telling.c.referral_id).where(telling.c.referral_id.in_(held)).limit(limit)
        return [ReferralId(found) for found in self._connection.execute(query).scalars()]

    def release(self, referral_id: ReferralId, status: Status, reason: Reason | None, at: datetime) -> list[NewNotice]:
        """Move a referral's held notices on."""
        changes = {
            "status": status.value,
            "reason": reason.value if reason else None,
            "due_at": at,
            "settled_at": at if status is Status.SUPPRESSED else None,
        }
        statement = (
            update(notices)
            .where(notices.c.referral_id == referral_id, notices.c.status == Status.HELD.value)
            .values(changes)
            .returning(notices)
        )
        rows = self._connection.execute(statement).mappings().all()
        return [
            NewNotice(
                id=NoticeId(row["notice_id"]),
                notice=_notice(row["template"], row["referral_id"]),
                unit_id=UnitId(row["unit_id"]),
                channel=row["channel"],
                cause=Cause(row["cause_event_id"], row["correlation_id"]),
                status=status,
                reason=reason,
                created_at=row["created_at"],
            )
            for row in rows
        ]

    def claim(self, token: UUID, *, limit: int, now: datetime, lease: timedelta) -> list[Parcel]:
        """Take due notices for one process."""
        values = {"token": token, "limit": limit, "now": now, "lease_ends": now + lease}
        rows = self._connection.execute(CLAIM, values).mappings().all()
        return [
            Parcel(
                id=NoticeId(row["notice_id"]),
                notice=_notice(row["template"], row["referral_id"]),
                unit_id=UnitId(row["unit_id"]),
                unit_known=row["unit_known"],
                address=row["function_address"],
                queued_at=row["created_at"],
                attempts=row["attempts"],
            )
            for row in rows
        ]

    def settle(
        self, token: UUID, ids: Sequence[NoticeId], status: Status, reason: Reason | None, at: datetime
    ) -> set[NoticeId]:
        """Mark as done what this claim still holds; another process may have taken over a late one."""
        statement = (
            update(notices)
            .where(notices.c.notice_id.in_(ids), notices.c.claim == token, notices.c.status == Status.QUEUED.value)
            .values(status=status.value, reason=reason.value if reason else None, settled_at=at, claim=None)
            .returning(notices.c.notice_id)
        )
        return {NoticeId(found) for found in self._connection.execute(statement).scalars()}

    def postpone(self, token: UUID, notice_id: NoticeId, until: datetime, *, counts: bool = True) -> None:
        """Give one back for later; `counts` is False when the try says nothing about this notice."""
        statement = update(notices).where(notices.c.notice_id == notice_id, notices.c.claim == token)
        tries = notices.c.attempts if counts else notices.c.attempts - 1
        self._connection.execute(statement.values(due_at=until, claim=None, attempts=tries))

    def acting_unit(self, assignment_id: UUID) -> UnitId | None:
        """The unit of an assignment that the directory has told of."""
        query = select(staff.assignments.c.unit_id).where(staff.assignments.c.assignment_id == assignment_id)
        found = self._connection.execute(query).scalar()
        return UnitId(found) if found else None


def _notice(template: str, referral_id: UUID) -> Notice:
    return Notice(Template(template), Link(ReferralId(referral_id)))
