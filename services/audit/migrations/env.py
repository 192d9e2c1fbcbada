"""Alembic's environment for the audit database."""

from shared.storage.migrations import run

run()
