"""How the log is: its size, its newest checkpoint, what is missing, and what its verification has found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, text

from services.audit.adapters.verification_memory import opened
from services.audit.domain.alarms import LOG_STANDS_STILL, NOT_BY_HAND, STANDSTILL, THE_LOG
from services.audit.log.keys import VerifierKey
from services.audit.processes.verification import State
from services.audit.processes.verify_in_background import LATE
from shared.storage.encryption import DataKey

NOT_LOOKED = timedelta(minutes=2)
"""What verifies looks every few seconds: when it has not for this long, it does not run."""

_HEAD = text("select size, root, note, signed_at from log_checkpoints order by size desc limit 1")
_PENDING = text("select count(*) from pending_entries")
# entries are recorded in their order, so the first of the last day is found as a word is in a dictionary: twenty looks
# for a million. Where an entry is missing it ends, and says as much as it knows
_FIRST_SINCE = text("""
    with recursive search (low, high, middle) as (
        select cast(0 as bigint), cast(:size as bigint), cast(:size as bigint) / 2
        union all
        select narrower.*, (narrower.low + narrower.high) / 2
        from search join log_entries on index = middle, lateral (
            select case when recorded_at > :since then search.low else middle + 1 end as low,
                case when recorded_at > :since then middle else search.high end as high
        ) as narrower
        where search.low < search.high
    )
    select max(low) from search
""")
_ALARMS = text("""
    select kind, source, first, last, event_id, noticed_at, explained, alarm_id, place from alarms
    where closed_at is null order by noticed_at desc limit 100
""")
_ALARM = text("""
    select kind, source, first, last, event_id, noticed_at, explained, alarm_id, place from alarms
    where closed_at is null and alarm_id = :alarm_id
""")
# the alarm of one that does not run at all: then nobody reconciles either. By the clock that wrote the time
_WAITING_SINCE = text("""
    select received_at from pending_entries where received_at < clock_timestamp() - cast(:standstill as interval)
    order by position limit 1
""")
_HEARD = text("select source, highest, heard_at from announcements order by heard_at desc")
_VERIFICATION = text("select sealed, asked_at from verification")
_ASK = text("update verification set asked_at = :now")


@dataclass(frozen=True)
class OpenAlarm:
    """Something that a person should look at. ``publisher`` is the service's name."""

    kind: str
    publisher: str
    source: str
    first: int
    last: int
    event_id: UUID | None
    noticed_at: datetime
    explained: bool
    alarm_id: UUID
    where: str = ""

    @property
    def by_hand(self) -> bool:
        """Whether a reviewer can close it, with a reason."""
        return self.kind not in NOT_BY_HAND


@dataclass(frozen=True)
class Publisher:
    """How far a publisher said it had come, and when."""

    name: str
    source: str
    highest: int
    heard_at: datetime


@dataclass(frozen=True)
class LogStatus:
    """The log at a glance. ``note`` is the newest checkpoint as it was signed; ``keys``: those we verify with."""

    size: int
    root: bytes | None
    note: str | None
    signed_at: datetime | None
    pending: int
    last_day: int
    keys: list[str]
    alarms: list[OpenAlarm]
    publishers: list[Publisher]
    verification: Verification


@dataclass(frozen=True)
class Verification:
    """The verification that goes on by itself, as far as it has come.

    ``holds``: None until everything was looked at once; ``wrong``: the first entry that does not hold. ``finished_at``,
    ``size``: the last round over the whole log. ``looked_at``: when it last looked at what is new, ``upto`` which entry
    it has come there. ``done`` of ``of``: how far a round has come that a reviewer is waiting for; None without one.
    ``asked``: that round has not begun yet. ``late``: it has not looked for a while, so that what it says is old.
    """

    holds: bool | None
    wrong: int | None
    finished_at: datetime | None
    size: int
    looked_at: datetime | None
    upto: int
    done: int | None
    of: int | None
    asked: bool
    late: bool


def status(connection: Connection, now: datetime, key: VerifierKey | None, sealed_with: DataKey) -> LogStatus:
    """The log at a glance. ``key``: the log's public one, from outside the database; ``sealed_with``: what the
    verification's own memory is sealed under."""
    head = connection.execute(_HEAD).first()
    size = head.size if head else 0
    first = connection.execute(_FIRST_SINCE, {"size": size, "since": now - timedelta(days=1)}).scalar_one()
    return LogStatus(
        size=size,
        root=bytes(head.root) if head else None,
        note=head.note if head else None,
        signed_at=head.signed_at if head else None,
        pending=connection.execute(_PENDING).scalar_one(),
        last_day=size - first,
        keys=[] if key is None else key.lines(),
        alarms=_alarms(connection),
        publishers=[Publisher(publisher_of(row.source), *row) for row in connection.execute(_HEARD).all()],
        verification=verification(connection, now, sealed_with),
    )


def verification(connection: Connection, now: datetime, sealed_with: DataKey) -> Verification:
    """What the verification has found and how far it has come."""
    row = connection.execute(_VERIFICATION).one()
    kept = opened(sealed_with, row.sealed)
    if kept is None:
        return Verification(None, None, None, 0, None, 0, None, None, row.asked_at is not None, late=False)
    state = State.from_json(kept)
    going = state.round
    # a round that nobody waits for is not worth a word
    told = going is not None and going.hurried
    unanswered = row.asked_at is not None and (state.last is None or row.asked_at > state.last.begun_at)
    return Verification(
        holds=state.holds,
        wrong=state.wrong,
        finished_at=state.last.finished_at if state.last else None,
        size=state.last.size if state.last else 0,
        looked_at=state.looked_at,
        upto=state.tip.at if state.tip else 0,
        done=going.walk.at if going is not None and told else None,
        of=going.size if going is not None and told else None,
        asked=unanswered and not told,
        late=_is_late(state, now),
    )


def _is_late(state: State, now: datetime) -> bool:
    whole = state.last.finished_at if state.last else state.begun_at
    return now - whole > LATE or state.looked_at is None or now - state.looked_at > NOT_LOOKED


def open_alarm(connection: Connection, alarm_id: UUID) -> OpenAlarm | None:
    """One that stands open, or None."""
    row = connection.execute(_ALARM, {"alarm_id": alarm_id}).first()
    return None if row is None else OpenAlarm(row.kind, publisher_of(row.source), *row[1:])


def ask_for_a_round(connection: Connection, now: datetime) -> None:
    """Have the whole log verified from its first entry on, by what verifies it in the background."""
    connection.execute(_ASK, {"now": now})


def _alarms(connection: Connection) -> list[OpenAlarm]:
    found = [OpenAlarm(row.kind, publisher_of(row.source), *row[1:]) for row in connection.execute(_ALARMS).all()]
    since = connection.scalar(_WAITING_SINCE, {"standstill": STANDSTILL})
    if since is not None and all(each.kind != LOG_STANDS_STILL for each in found):
        found.insert(0, OpenAlarm(LOG_STANDS_STILL, THE_LOG, THE_LOG, 0, 0, None, since, False, UUID(int=0)))
    return found


def publisher_of(source: str) -> str:
    """The service's name in a source such as ``/lotsa/<installation>/<service>/<epoch>``."""
    parts = source.split("/")
    return parts[3] if len(parts) > 3 else source
