"""What pages and API show and do alike with the log as a whole: how it is, its alarms, its verification, an export."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import Connection

from services.audit.commands.close_alarm import CloseAlarm, close_alarm
from services.audit.domain.alarms import REASONS
from services.audit.domain.own_access import attempt, look
from services.audit.domain.refusals import TrailIsUnknown
from services.audit.views import export, log_status
from services.audit.web.page import changing, parts, reading
from shared.access.record import record_access, refuse
from shared.kernel.refusals import Invalid
from shared.kernel.translation import says
from shared.web.who import current_actor


def status() -> log_status.LogStatus:
    """The log at a glance, with what its verification has found. It shows nobody, and is not recorded."""
    with reading() as uow:
        return log_status.status(uow.connection, parts().clock.now(), parts().log_key, parts().verifying)


def ask_for_a_round() -> None:
    """Have the whole log verified, in the background. Asking again while that goes on changes nothing much."""
    with changing() as uow:
        log_status.ask_for_a_round(uow.connection, parts().clock.now())


def open_alarm(alarm_id: UUID) -> log_status.OpenAlarm:
    """One alarm that stands open. Raises TrailIsUnknown, with the attempt recorded, for any other."""
    with reading() as uow:
        found = log_status.open_alarm(uow.connection, alarm_id)
        if found is None:
            refuse(attempt("read", "alarm", [alarm_id]), current_actor(), uow)
    return found


def close(alarm_id: UUID, reason: str) -> None:
    """Close an alarm for a reason, which the log keeps with who said so.

    Raises Invalid for no such reason; TrailIsUnknown for an alarm that no person can close, or none.
    """
    if reason not in REASONS:
        raise Invalid(fields={"/reason": says("Choose why the alarm is closed.")})
    actor = current_actor()
    with changing() as uow:
        close_alarm(CloseAlarm(alarm_id=alarm_id, reason=reason), actor, uow)


def exported(*, with_names: bool) -> Iterator[bytes]:
    """The log as a ZIP file, in pieces, made while it is sent. Raises TrailIsUnknown while there is nothing in it.

    That it was asked for is recorded before the first piece.
    """
    actor = current_actor()
    mandate = parts().mandate_of(actor) if with_names else None
    try:
        _, pieces = export.export_pieces(_transactions(), mandate, parts().opening)
    except export.NothingToExport:
        raise TrailIsUnknown from None
    with reading() as uow:
        record_access(look("export", "log-with-names" if with_names else "log"), actor, uow)
    return pieces


def _transactions() -> export.Reading:
    # pieces are made while they are sent, when there is no request any more
    found = parts()

    @contextmanager
    def of_one() -> Iterator[Connection]:
        with found.as_auditor() as uow:
            yield uow.connection

    return of_one
