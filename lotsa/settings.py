"""The settings for an operator's command: the environment's, or those of the box on this machine."""

from __future__ import annotations

import os

from demo.one_machine.box import Box
from operations.trouble import Trouble
from shared.settings import SERVICES, Settings


def given_by_the_environment() -> bool:
    """Whether the environment names databases: then the errand is for that installation and not for a box."""
    return any(os.environ.get(f"LOTSA_{service.upper()}_DATABASE_URL") for service in SERVICES)


def current_settings() -> Settings:
    """From the environment when it names databases, otherwise from the box. Raises Trouble, SettingsAreWrong."""
    if given_by_the_environment():
        return Settings.from_environment()
    box = Box()
    if box.port is None or not box.database().running():
        raise Trouble("Lotsa does not run on this machine: start it with “make run”, or set LOTSA_…_DATABASE_URL.")
    return box.installation().settings()


def backup_recipients() -> list[str]:
    """For whom backups are sealed, when the command does not say: LOTSA_BACKUP_RECIPIENTS, separated by spaces."""
    return os.environ.get("LOTSA_BACKUP_RECIPIENTS", "").split()
