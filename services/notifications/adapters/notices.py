"""The notices of one open transaction, in PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection

from services.notifications.domain.notice import TO_THE_LOG, Link, LogLink, Notice, Parcel, Reason, Status, Template
from services.notifications.domain.ports import Answer, NewNotice
from services.notifications.domain.retry import LONGEST_PUT_OFF
from shared.kernel.identity import NoticeId, ReferralId, UnitId
from shared.storage.driver import ask, run

URGENCY = {
    Template.NEW_REFERRAL_WAITS: 0,
    Template.SOMETHING_HAPPENED: 1,
    Template.LOG_ALARM: 0,
    Template.NOTHING_IS_HEARD: 0,
}

# due later than anything is ever put off: so said a clock that was ahead, and now is the time;
# skip locked: another process is taking those; due_at moves forward by the lease, so a crash only delays
_CLAIM = """
    WITH due AS (
        SELECT notice_id FROM notices WHERE status = 'queued' AND (due_at <= %(now)s OR due_at > %(beyond)s)
        ORDER BY urgency, due_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
    ), claimed AS (
        UPDATE notices SET claim = %(token)s, due_at = %(lease_ends)s, attempts = attempts + 1
        FROM due WHERE notices.notice_id = due.notice_id
        RETURNING notices.*
    )
    SELECT claimed.*, u.unit_id IS NOT NULL AS unit_known, u.function_address
    FROM claimed LEFT JOIN known_units u ON u.unit_id = claimed.unit_id
    ORDER BY claimed.urgency, claimed.created_at, claimed.notice_id
"""
# asked for every referral, so written out: building a statement costs more than having it carried out
_ADD = """
    INSERT INTO notices (notice_id, template, referral_id, unit_id, channel, status, reason, urgency, created_at,
        due_at, settled_at)
    SELECT notice_id, template, referral_id, unit_id, channel, status, reason, urgency, created_at,
        created_at, CASE status WHEN 'suppressed' THEN created_at END
    FROM jsonb_to_recordset($1::jsonb) AS new (notice_id uuid, template text, referral_id uuid, unit_id uuid,
        channel text, status text, reason text, urgency smallint, created_at timestamptz)
    ORDER BY notice_id
    ON CONFLICT DO NOTHING RETURNING notice_id
"""
# a step that reads the answer and an answer that looks for what is held would else miss each other: neither sees what
# the other has not committed. In one order, so that no two batches wait for each other
_IN_TURN = """
    SELECT pg_advisory_xact_lock(hashtext('notifications.telling'), key)
    FROM (SELECT DISTINCT hashtext(id) AS key FROM unnest($1::text[]) AS id ORDER BY key) AS keys
"""
_MAY_TELL = "SELECT tells_referrer AND (tells_until IS NULL OR tells_until > $1) FROM telling WHERE referral_id = $2"
_REMEMBER = """
    INSERT INTO telling (referral_id, tells_referrer, tells_until)
    SELECT DISTINCT ON (referral_id) referral_id, allowed, until
    FROM jsonb_to_recordset($1::jsonb) AS answer (place int, referral_id uuid, allowed boolean, until timestamptz)
    ORDER BY referral_id, place
"""
_REMEMBER_UNLESS_ANSWERED = f"{_REMEMBER} ON CONFLICT (referral_id) DO NOTHING"
_REMEMBER_THE_LAST_WORD = (
    f"{_REMEMBER} ON CONFLICT (referral_id) DO UPDATE SET tells_referrer = excluded.tells_referrer"
)
_RELEASE = """
    WITH answered AS (
        SELECT notice_id, tells_referrer AND (tells_until IS NULL OR tells_until > $1) AS tells
        FROM notices JOIN telling USING (referral_id)
        WHERE status = 'held' AND ($2 OR referral_id = ANY ($3::uuid[]))
        LIMIT 500
    )
    UPDATE notices SET
        status = CASE WHEN tells THEN 'queued' ELSE 'suppressed' END,
        reason = CASE WHEN NOT tells THEN $4 END,
        due_at = $1,
        settled_at = CASE WHEN NOT tells THEN $1::timestamptz END
    FROM answered WHERE notices.notice_id = answered.notice_id AND status = 'held'
"""
_SETTLE = """
    UPDATE notices SET status = %s, reason = %s, settled_at = %s, claim = NULL
    WHERE notice_id = ANY (%s::uuid[]) AND claim = %s AND status = 'queued' RETURNING notice_id
"""
_POSTPONE = "UPDATE notices SET due_at = %s, claim = NULL, attempts = attempts - %s WHERE notice_id = %s AND claim = %s"
_ACTING_UNIT = "SELECT unit_id FROM known_assignments WHERE assignment_id = %s"


NOT_TO_BE_TOLD = Reason.NOT_TO_BE_TOLD.value


class SqlNotices:
    """Implements the `Notices` port."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, new: Sequence[NewNotice]) -> set[NoticeId]:
        """Write notices; returns those that are new: a unit has one of a kind for the same request."""
        rows = [
            {
                "notice_id": str(each.id),
                "template": each.notice.template.value,
                # what the link is made of: of an alarm about the log, the alarm's id
                "referral_id": str(_made_of(each.notice.link)),
                "unit_id": str(each.unit_id),
                "channel": each.channel,
                "status": each.status.value,
                "reason": each.reason.value if each.reason else None,
                "urgency": URGENCY[each.notice.template],
                "created_at": each.created_at.isoformat(),
            }
            for each in new
        ]
        return {row[0] for row in ask(self._connection, _ADD, (json.dumps(rows),))} if rows else set()

    def may_tell_referrer(self, referral_id: ReferralId, at: datetime) -> bool | None:
        """What the carer answered, as far as it holds at that moment, or None; no other answer comes before COMMIT."""
        self._in_turn([referral_id])
        answers = ask(self._connection, _MAY_TELL, (at, referral_id))
        return answers[0][0] if answers else None

    def remember_telling(self, answers: Sequence[Answer], *, last_word: bool = False) -> None:
        """Keep what carers answered. A withdrawal has the last word, even when it is heard before the consent."""
        rows = [
            {
                "place": place,
                "referral_id": str(each.referral_id),
                "allowed": each.allowed,
                "until": each.until.isoformat() if each.until else None,
            }
            for place, each in enumerate(answers)
        ]
        if rows:
            self._in_turn([each.referral_id for each in answers])
            remember = _REMEMBER_THE_LAST_WORD if last_word else _REMEMBER_UNLESS_ANSWERED
            run(self._connection, (remember, (json.dumps(rows),)))

    def _in_turn(self, referral_ids: Sequence[ReferralId]) -> None:
        """One transaction at a time, until COMMIT, asks about these referrals' answers or gives them."""
        run(self._connection, (_IN_TURN, ([str(each) for each in referral_ids],)))

    def release(self, at: datetime, referral_ids: Sequence[ReferralId] | None = None) -> None:
        """Queue or suppress held notices of these referrals, or of at most 500 of all."""
        asked = (at, referral_ids is None, "{" + ",".join(map(str, referral_ids or ())) + "}", NOT_TO_BE_TOLD)
        run(self._connection, (_RELEASE, asked))

    def claim(self, token: UUID, *, limit: int, now: datetime, lease: timedelta) -> list[Parcel]:
        """Take due notices for one process."""
        beyond = now + LONGEST_PUT_OFF
        values = {"token": token, "limit": limit, "now": now, "lease_ends": now + lease, "beyond": beyond}
        rows = self._connection.exec_driver_sql(_CLAIM, values).mappings().all()
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
        given = "{" + ",".join(map(str, ids)) + "}"
        done = (status.value, reason.value if reason else None, at, given, token)
        return set(self._connection.exec_driver_sql(_SETTLE, done).scalars())

    def postpone(self, token: UUID, notice_id: NoticeId, until: datetime, *, counts: bool = True) -> None:
        """Give one back for later; `counts` is False when the try says nothing about this notice."""
        self._connection.exec_driver_sql(_POSTPONE, (until, 0 if counts else 1, notice_id, token))

    def acting_unit(self, assignment_id: UUID) -> UnitId | None:
        """The unit of an assignment that the directory has told of."""
        found = self._connection.exec_driver_sql(_ACTING_UNIT, (assignment_id,)).scalar()
        return UnitId(found) if found else None


def _notice(template: str, made_of: UUID) -> Notice:
    return Notice(Template(template), link_of(template, made_of))


def link_of(template: str, made_of: UUID) -> Link | LogLink:
    """The link again, from what it was made of."""
    return LogLink(made_of) if template in TO_THE_LOG else Link(ReferralId(made_of))


def _made_of(link: Link | LogLink) -> UUID:
    return link.alarm_id if isinstance(link, LogLink) else link.referral_id
