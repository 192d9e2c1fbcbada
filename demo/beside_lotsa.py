"""What the `lotsa` command and the containers' entry point find here when the demonstration is installed."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING

from lotsa.demonstration import Demonstration
from operations.trouble import Trouble

if TYPE_CHECKING:
    import typer
    from rich.console import Console

    from shared.settings import Settings

# Everything else is imported when it is asked for: all of it together takes seconds to load.


class _BesideLotsa(Demonstration):
    def add_commands(self, to: typer.Typer) -> None:
        from demo import commands

        commands.add(to)

    def settings(self) -> Settings:
        from demo.one_machine.box import Box

        box = Box()
        if box.port is None or not box.database().running():
            raise Trouble("Lotsa does not run on this machine: start it with “make run”, or set LOTSA_…_DATABASE_URL.")
        return box.installation().settings()

    def examine(self, console: Console, metrics: Path | None) -> bool:
        from demo.one_machine.box import Box
        from demo.one_machine.check_up import examine

        return examine(Box(), console, metrics)

    def begin_bus_anew(self) -> None:
        from demo.one_machine.box import Box
        from demo.one_machine.supervisor import process

        # the supervisor starts it again
        process(Box().folder, "bus").signal(signal.SIGTERM)

    def invent_people(self, settings: Settings) -> None:
        from demo.seed.directory import seed_directory
        from demo.trial.systems import grant_to_systems

        seed_directory(settings, cast_issuer=settings.oidc_issuer)
        grant_to_systems(settings)


BESIDE_LOTSA: Demonstration = _BesideLotsa()
