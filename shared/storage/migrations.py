"""Runs a service's Alembic migrations as the database's owner, and tells them which roles to grant rights to.

A service's ``migrations/env.py`` is one line: ``from shared.storage.migrations import run; run()``.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command, context
from alembic.config import Config
from sqlalchemy import create_engine, make_url, pool, text

ROOT = Path(__file__).resolve().parents[2]
OWNER_SUFFIX = "_owner"


def migrate(service: str, owner_url: str, target: str = "head") -> None:
    """Bring one service's database to ``target``; already there is no work.

    ``owner_url`` signs in as ``<prefix>_<service>_owner``; the application's role is ``<prefix>_<service>_app``.
    """
    config = Config()
    config.set_main_option("script_location", str(ROOT / "services" / service / "migrations"))
    config.attributes["owner_url"] = owner_url
    command.upgrade(config, target)


def role(suffix: str) -> str:
    """Within a migration: the role ``<prefix>_<service>_<suffix>``, quoted for SQL; suffix "app", or audit's "log"."""
    owner = make_url(context.config.attributes["owner_url"]).username or ""
    if not owner.endswith(OWNER_SUFFIX):
        raise ValueError("migrations run as the role whose name ends in _owner")
    return f'"{owner.removesuffix(OWNER_SUFFIX)}_{suffix}"'


def run() -> None:
    """What Alembic's environment does: one connection, one transaction for all steps."""
    engine = create_engine(context.config.attributes["owner_url"], poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=None, transaction_per_migration=False)
        with context.begin_transaction():
            context.run_migrations()
            # every process asks whether it is of its version (schema.py)
            connection.execute(text(f"GRANT SELECT ON alembic_version TO {role('app')}"))
