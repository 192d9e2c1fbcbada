"""What the commands of an operator share: why something is done, by whom, and the log's word on it."""

from __future__ import annotations

import getpass
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Engine

from operations.trouble import Trouble
from shared.access.access import Look, Operator
from shared.access.record import access_of
from shared.contracts.access import access_recorded
from shared.contracts.common import AccessRecorded
from shared.contracts.contract import Contract
from shared.kernel.actor import UserRef
from shared.kernel.clock import SystemClock
from shared.kernel.identity import uuid7
from shared.messaging.publish.outbox import append
from shared.settings import SERVICES, Settings
from shared.storage.engine import make_engine
from shared.storage.unit_of_work import Told

LONGEST_MS = 600_000
ISSUER = "operating-system"
PURPOSE = "operations"
REASONS = {
    "database-lost": "a database was lost, or damaged beyond use",
    "database-put-back": "a database was put back from a copy",
    "broker-lost": "the broker's data were lost",
    "copy-not-whole": "a service's copy of what others told is not whole",
    "exercise": "this is an exercise",
}
"""Why an operator may do this: code and meaning. The log holds no free text."""

_AGO = re.compile(r"(\d{1,5})(m|h|d)")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def operator() -> str:
    """The operating system's user who gives the command."""
    return getpass.getuser()


def rule_for(reason: str) -> str:
    """The rule by which an operator may do this for this reason, as the log names it. Raises Trouble."""
    if reason not in REASONS:
        told = "; ".join(f"{code} ({meaning})" for code, meaning in REASONS.items())
        raise Trouble(f"Say why, as one of these codes, since the audit log holds no free text: --reason {told}.")
    return f"operators-come-back-{reason}"


def known_service(name: str) -> str:
    """The service of this name. Raises Trouble."""
    if name not in SERVICES:
        raise Trouble(f"There is no service “{name}”; there are {', '.join(SERVICES)}.")
    return name


def moment(given: str, now: datetime) -> datetime:
    """A moment as people write it: ``2026-11-29T20:00`` (this machine's time unless it says otherwise), or ``6h`` ago.

    Minutes, hours and days: m, h, d. Raises Trouble for anything else, and for what has not been yet.
    """
    ago = _AGO.fullmatch(given)
    try:
        found = now - timedelta(**{_UNITS[ago[2]]: int(ago[1])}) if ago else datetime.fromisoformat(given)
        found = found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Trouble("Say since when as 2026-11-29T20:00, or as 90m, 6h or 3d ago: --since.") from None
    if found > now:
        raise Trouble("That moment has not been yet: --since.")
    return found


@contextmanager
def database_of(settings: Settings, service: str) -> Iterator[Engine]:
    """A service's database, as its own role."""
    url = settings.service(service).database_url
    engine = make_engine(url, pool_size=1, statement_timeout_ms=LONGEST_MS, application_name="lotsa operator")
    try:
        yield engine
    finally:
        engine.dispose()


def tell(connection: Connection, *contracts: Contract) -> None:
    """Have the relay tell these, if and when the transaction commits."""
    journey = uuid7()
    append(connection, [Told(each, journey) for each in contracts], occurred_at=SystemClock().now())


def act(action: str, record_kind: str, rule: str) -> AccessRecorded:
    """What the log says of an operator's act that is about a whole service."""
    return act_on(Look(action=action, record_kind=record_kind, rule=rule, purpose=PURPOSE), SystemClock().now())


def act_on(look: Look, at: datetime) -> AccessRecorded:
    """What the log says of an operator's act."""
    return access_recorded(access_of(look, Operator(UserRef(ISSUER, operator())), at))
