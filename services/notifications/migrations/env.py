"""Alembic's environment for notifications."""

from shared.storage.migrations import run

run()
