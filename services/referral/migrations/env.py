"""Alembic's environment for the referral service."""

from shared.storage.migrating import run

run()
