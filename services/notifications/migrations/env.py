"""Alembic's environment for notifications."""

from shared.storage.migrating import run

run()
