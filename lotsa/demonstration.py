"""The demonstration, where it is installed beside the product: what it adds to the command line and to containers.

Nothing that production runs imports it (the import contract “house”). It is found by its name, once it is asked for,
so that an installation without it has every command but the demonstration's own.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from operations.trouble import Trouble

if TYPE_CHECKING:
    import typer
    from rich.console import Console

    from shared.settings import Settings

ROOM = "demo"
PLACE = f"{ROOM}.beside_lotsa"


class Demonstration(ABC):
    """What the demonstration does for those who know it by its name only."""

    @abstractmethod
    def add_commands(self, to: typer.Typer) -> None:
        """Add the demonstration's commands to the `lotsa` command."""

    @abstractmethod
    def settings(self) -> Settings:
        """The settings of what runs on this machine. Raises Trouble when nothing does."""

    @abstractmethod
    def examine(self, console: Console, metrics: Path | None) -> bool:
        """Look for what is wrong on this machine; whether nothing is.

        Tells Prometheus by the file too, where one is given. Raises Trouble when that cannot be written.
        """

    @abstractmethod
    def begin_bus_anew(self) -> None:
        """Have the bus on this machine, where there is one, end and be started again."""

    @abstractmethod
    def invent_people(self, settings: Settings) -> None:
        """Fill a trial installation's empty directory with invented people, units and services."""


def demonstration() -> Demonstration | None:
    """The demonstration; None where it is not installed."""
    if find_spec(ROOM) is None:
        return None
    found: Demonstration = import_module(PLACE).BESIDE_LOTSA
    return found


def needed() -> Demonstration:
    """The demonstration. Raises Trouble where it is not installed."""
    found = demonstration()
    if found is None:
        raise Trouble("The demonstration is not installed here.")
    return found
