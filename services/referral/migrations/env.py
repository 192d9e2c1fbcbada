"""Alembic's environment for the referral service."""

from shared.storage.migrations import run

run()
