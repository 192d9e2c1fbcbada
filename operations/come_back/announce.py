"""Has the directory tell again how everything stands that the other services keep a copy of."""

from __future__ import annotations

from rich.console import Console

from operations.operator_act import act, database_of, known_service, rule_for, tell
from operations.trouble import Trouble
from services.directory import bootstrap
from services.directory.processes.tell_everything_again import TellingAgain, ToldAgain
from shared.settings import Settings
from shared.storage.unit_of_work import transactions

RECORD_KIND = "directory"


def announce(settings: Settings, service: str, reason: str, console: Console) -> None:
    """Tell it, and have the log say by whom and why. Raises Trouble where there is nothing that others copy."""
    if known_service(service) != bootstrap.SERVICE:
        raise Trouble(
            f"Nobody keeps a copy of how things stand in {service}: what it has told is sent again by "
            f"“lotsa republish {service} --since …”."
        )
    told = announce_directory(settings, rule_for(reason))
    console.print(
        f"Told again: {told.units} units, {told.assignments} assignments, the rules of {told.municipalities} "
        f"municipalities, {told.ended_sessions} ended sessions. Copies that are newer stay as they are."
    )


def announce_directory(settings: Settings, rule: str) -> ToldAgain:
    """The same without words, for other commands; how much was told."""
    parts = bootstrap.for_bus(settings)
    try:
        # said before it is begun: what is told is told under this
        with database_of(settings, bootstrap.SERVICE) as engine, engine.begin() as connection:
            tell(connection, act("announce", RECORD_KIND, rule))
        return TellingAgain(transactions(parts.work_of_operator)).run()
    finally:
        parts.engine.dispose()
