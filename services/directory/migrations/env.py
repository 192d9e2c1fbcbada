"""Alembic's environment."""

from shared.storage.migrating import run

run()
