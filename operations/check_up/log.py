"""Looks at what nobody sees from outside: alarms, heights, the log's verification, and what waits to be told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from services.audit import bootstrap
from services.audit.adapters.sequences import Sequences
from services.audit.domain.gaps import missing
from services.audit.views.log_status import NOT_LOOKED, LogStatus, OpenAlarm, publisher_of, status
from shared.settings import SERVICES, Settings
from shared.storage.engine import make_engine

WAITS_LONG = timedelta(seconds=60)
PAGE = "docs/operating.md"
_OLDEST_UNSENT = """
    select count(*), coalesce(clock_timestamp() - min(written_at), interval '0') from outbox where sent_at is null
"""


def about_the_log(settings: Settings, now: datetime | None = None) -> Iterator[str]:
    """Each open alarm and whatever else is wrong with log and outboxes, with what to do. Raises SQLAlchemyError."""
    now = now or datetime.now(UTC)
    for service in SERVICES:
        yield from _untold(settings, service)
    parts = bootstrap.for_web(settings)
    try:
        with parts.as_auditor() as uow:
            seen = status(uow.connection, now, parts.log_key, parts.verifying)
            waited = uow.sequences.oldest_waiting()
            behind = list(_behind(uow.sequences, now))
            uow.rollback()
    finally:
        parts.engine.dispose()
    yield from (_alarm(each) for each in seen.alarms)
    if waited is not None and waited > WAITS_LONG:
        yield (
            f"{seen.pending} events wait to enter the log, the oldest for {_said(waited)}: the sequencer has stopped, "
            f"or refuses to sign. {PAGE}#log-stands-still tells what to do."
        )
    yield from behind
    yield from _verification(seen, now)


def _untold(settings: Settings, service: str) -> Iterator[str]:
    engine = make_engine(settings.service(service).database_url, pool_size=1)
    try:
        with engine.connect() as connection:
            count, age = connection.exec_driver_sql(_OLDEST_UNSENT).one()
    finally:
        engine.dispose()
    if age > WAITS_LONG:
        yield (
            f"{count} events of {service} wait to be told, the oldest for {_said(age)}: does its relay run, and the "
            f"broker? {PAGE}#outbox-waits tells what to do."
        )


def _alarm(each: OpenAlarm) -> str:
    numbers = str(each.first) if each.first == each.last else f"{each.first} to {each.last}"
    where = f" in {each.where}" if each.where else ""
    explained = " (they lie parked)" if each.explained else ""
    return (
        f"Alarm since {each.noticed_at:%Y-%m-%d %H:%M} UTC: {each.kind}, {each.publisher} {numbers}{where}{explained}. "
        f"{PAGE}#{each.kind} tells what to do."
    )


def _behind(sequences: Sequences, now: datetime) -> Iterator[str]:
    for said in sequences.announcements(now):
        lacking = sum(last - first + 1 for first, last in missing(said.due, said.heard))
        if lacking:
            yield (
                f"{publisher_of(said.source)} has told of {said.highest} events, and {lacking} of them have not come "
                f"to the log. {PAGE}#events-missing tells what to do."
            )


def _verification(seen: LogStatus, now: datetime) -> Iterator[str]:
    found = seen.verification
    to_do = f"{PAGE}#verification-late tells what to do."
    if found.looked_at is None:
        if seen.signed_at is not None and now - seen.signed_at > NOT_LOOKED:
            yield f"The log has never been verified: does audit's bus run? {to_do}"
        return
    if found.late:
        whole = f"as a whole {_said(now - found.finished_at)} ago" if found.finished_at else "as a whole never yet"
        yield f"The log was last verified {_said(now - found.looked_at)} ago, {whole}. {to_do}"
    if found.holds is False:
        yield (
            f"The log does not hold: entry {found.wrong}, or one right after it, is not as it was signed. "
            f"{PAGE}#entry-changed tells what to do."
        )


def _said(age: timedelta) -> str:
    seconds = int(age.total_seconds())
    if seconds < 120:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 7200 else f"{seconds // 3600} h"
