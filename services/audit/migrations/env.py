"""Alembic's environment for the audit database."""

from shared.storage.migrating import run

run()
