"""Alembic's environment."""

from shared.storage.migrations import run

run()
