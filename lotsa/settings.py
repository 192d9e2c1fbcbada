"""The settings for an operator's command: the environment's, or those of the demonstration on this machine."""

from __future__ import annotations

import os

from lotsa.demonstration import demonstration
from operations.trouble import Trouble
from shared.settings import SERVICES, Settings


def given_by_the_environment() -> bool:
    """Whether the environment names databases: then the command is for that installation."""
    return any(os.environ.get(f"LOTSA_{service.upper()}_DATABASE_URL") for service in SERVICES)


def current_settings() -> Settings:
    """From the environment when it names databases, otherwise the demonstration's. Raises Trouble, SettingsAreWrong."""
    if given_by_the_environment():
        return Settings.from_environment()
    found = demonstration()
    if found is None:
        raise Trouble("No installation is named: set LOTSA_…_DATABASE_URL and the settings beside it.")
    return found.settings()


def begin_bus_anew() -> None:
    """Have the demonstration's bus begin anew, if it is that which the command is for; another's is elsewhere."""
    found = None if given_by_the_environment() else demonstration()
    if found is not None:
        found.begin_bus_anew()
