"""What one bus process of audit's has, each made once from its environment: what looks, counts and signs by the clock.

They remember from tick to tick, whereas nameko makes the service anew for each.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache

from services.audit import bootstrap
from services.audit.adapters.backlog import Backlog, waiting_in
from services.audit.adapters.pending_entries import BELL
from services.audit.processes.check_claims import ClaimsChecker
from services.audit.processes.compare_tallies import Comparer
from services.audit.processes.integrate_what_waits import Integration, PatientSequencer
from services.audit.processes.verify_in_background import Verifier
from shared.kernel.clock import SystemClock
from shared.kernel.steady import SteadyClock
from shared.messaging.bedside import Bedside
from shared.settings import Settings
from shared.storage.driver import ask_alone
from shared.storage.engine import make_engine
from shared.storage.unit_of_work import transactions

_PENDING = b"select exists (select from pending_entries)"


@cache
def bus() -> bootstrap.Parts:
    """This bus process's parts, from its environment, made once."""
    return bootstrap.for_bus(Settings.from_environment())


@cache
def comparer() -> Comparer:
    """What compares this bus process's tallies, made once: it remembers since when it has missed a service."""
    return Comparer(transactions(bus().as_auditor), SystemClock())


@cache
def claims_checker() -> ClaimsChecker:
    """What holds what is noted against the log, made once: it remembers since when something is not as it should be."""
    return ClaimsChecker(transactions(bus().as_auditor), SystemClock())


@cache
def backlog() -> Backlog:
    """Whether this service is behind with what it is to remember."""
    broker_url = Settings.from_environment().service(bootstrap.SERVICE).broker_url
    return Backlog(lambda: waiting_in(broker_url, f"{bootstrap.SERVICE}.remember"))


@cache
def began_to_listen() -> datetime:
    """When this bus process first asked who is silent."""
    return SystemClock().now()


@cache
def verifier() -> Verifier:
    """This bus process's verifier, made once."""
    return bootstrap.verifier_for(bus(), SystemClock())


@cache
def sequencer() -> PatientSequencer:
    """This bus process's sequencer, made once: it keeps the tree's right edge, and how the clock went."""
    settings = Settings.from_environment()
    # told of by whoever sweeps in this process; here it is only not believed at once
    clock = SteadyClock(SystemClock())
    return PatientSequencer(bootstrap.sequencer_for(settings, bootstrap.log_engine(settings), clock))


def bed(every: float) -> Bedside:
    """Where this bus process's sequencer rests while nothing waits, on a connection of its own."""
    url = Settings.from_environment().service(bootstrap.SERVICE).database_url
    engine = make_engine(url, pool_size=1, application_name=f"lotsa {bootstrap.SERVICE} bell")
    return Bedside(engine, BELL, every)


@cache
def integration() -> Integration:
    """This bus process's, made once."""

    def waits() -> bool:
        return bool(ask_alone(bus().engine, _PENDING)[0][0])

    return Integration(sequencer(), waits)
