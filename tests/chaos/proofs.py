"""What watches over the log, looked at when all has arrived: alarms, the verification, and the tallies of this hour."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import text

from services.audit import bootstrap as audit
from services.audit.domain.tallies import LOOKS, TOLD
from services.audit.views import log_status
from shared.messaging.publish.tallies import tally_of
from shared.messaging.tally import hour_of, ids_within
from shared.settings import SERVICES
from tests.chaos.world import World
from tests.support.eventually import eventually

VERIFIED_WITHIN = 120.0
_ALARMS = text(
    "SELECT kind, bool_or(closed_at IS NULL) FROM alarms WHERE noticed_at >= :since GROUP BY kind ORDER BY kind"
)


def alarms_since(world: World, since: datetime) -> dict[str, bool]:
    """The kinds of alarms that were opened, and whether one of the kind still stands."""
    with world.engine("audit").connect() as connection:
        return {str(kind): bool(stands) for kind, stands in connection.execute(_ALARMS, {"since": since})}


def verified(world: World) -> bool:
    """Whether the verification, by itself, comes to look at every entry that there is now, and finds that all holds."""
    parts = audit.for_bus(world.settings)

    def found() -> log_status.Verification:
        with parts.as_auditor() as uow:
            return log_status.verification(uow.connection, datetime.now(UTC), parts.verifying)

    try:
        with parts.as_auditor() as uow:
            size = uow.verification.size()
        eventually(
            lambda: found().upto >= size, saying="the verification to look at all", within=VERIFIED_WITHIN, every=0.5
        )
        return bool(found().holds)
    finally:
        parts.engine.dispose()


def differing_hours(world: World, since: datetime) -> list[str]:
    """In what a service and the log differ about the hours since then; all of it has been sent and heard."""
    parts = audit.for_bus(world.settings)
    hours = {hour_of(ids_within(at, at)[0]) for at in (since, datetime.now(UTC))}
    wrong = []
    try:
        for service in SERVICES:
            for hour in sorted(hours):
                with world.engine(service).connect() as connection:
                    said = tally_of(connection, hour)
                with parts.as_auditor() as uow:
                    counted = uow.tallies.counted(f"/lotsa/{world.settings.installation}/{service}", hour)
                told, looks = counted[TOLD], counted[LOOKS]
                if said is None or told is None or (said.told, said.told_digest) != (told.count, told.digest):
                    wrong.append(f"{service} and the log differ in what it told")
                if said is None or said.looks is None or looks is None:
                    continue
                if (said.looks, said.looks_digest) != (looks.count, looks.digest):
                    wrong.append(f"{service} and the log differ in who looked")
    finally:
        parts.engine.dispose()
    return wrong
