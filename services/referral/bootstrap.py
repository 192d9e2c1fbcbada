"""The only place where the referral service's adapters are chosen."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from uuid import UUID

from sqlalchemy import Engine

from services.referral.adapters.unit_of_work import Opening, ReferralUnitOfWork
from shared.contracts.envelope import Envelope
from shared.environment import SettingsAreWrong
from shared.kernel.actor import Actor
from shared.kernel.clock import Clock, SystemClock
from shared.settings import Settings
from shared.storage.engine import make_engine
from shared.storage.master_keys import MasterKeys
from shared.storage.staff import StaffCopy

SERVICE = "referral"


@dataclass(frozen=True)
class Parts:
    """What the doors of this service are given."""

    settings: Settings
    engine: Engine
    clock: Clock
    staff: StaffCopy
    opening: Opening

    def unit_of_work(
        self, actor: Actor, *, correlation_id: UUID | None = None, history: bool = False
    ) -> ReferralUnitOfWork:
        """A transaction that sees what concerns the actor's unit."""
        return self.opening.by(actor, correlation_id=correlation_id, history=history)

    def as_system(self, cause: Envelope | None = None) -> ReferralUnitOfWork:
        """A transaction for reactions and timers."""
        return self.opening.by_system(cause)


def for_web(settings: Settings, clock: Clock | None = None) -> Parts:
    """The parts of a web process. Raises SettingsAreWrong. ``clock``: for seeding the past, not the machine's."""
    return _parts(settings, "web", clock or SystemClock())


def for_bus(settings: Settings) -> Parts:
    """The parts of a bus process. Raises SettingsAreWrong."""
    return _parts(settings, "bus", SystemClock())


@cache
def bus() -> Parts:
    """This bus process's parts, from its environment, made once."""
    return for_bus(Settings.from_environment())


def _parts(settings: Settings, process: str, clock: Clock) -> Parts:
    own = settings.service(SERVICE)
    if not own.database_url or own.master_key_file is None:
        raise SettingsAreWrong("LOTSA_REFERRAL_DATABASE_URL and LOTSA_REFERRAL_MASTER_KEY_FILE are needed")
    engine = make_engine(own.database_url, pool_size=settings.pool_size, application_name=f"lotsa {SERVICE} {process}")
    opening = Opening(engine, MasterKeys.from_file(own.master_key_file), clock)
    return Parts(settings, engine, clock, StaffCopy(engine), opening)
