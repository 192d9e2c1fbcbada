"""What a test does to a log as the owner of its tables, without the key, and how it then looks."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from services.audit import bootstrap
from services.audit.commands.integrate_pending import Sequencer
from services.audit.log.checkpoint import SignerKey
from services.audit.views.log_status import verify_now
from tests.integration.audit.support import World

TABLES = ("log_entries", "log_about", "log_nodes", "log_checkpoints", "log_openings", "log_keys")


def size(world: World) -> int:
    """How many entries are signed for."""
    return int(world.rows("select coalesce(max(size), 0) from log_checkpoints")[0][0])


def kept(world: World) -> Path:
    """The file of the checkpoint that is kept outside the database."""
    path = world.settings.kept_checkpoint
    assert path is not None
    return path


def signer(world: World) -> SignerKey:
    """The key that signs the log."""
    file = world.settings.audit_signing_key_file
    assert file is not None
    return SignerKey.from_text(file.read_text())


def as_owner(world: World, *statements: str) -> None:
    """What the tables' owner can do: triggers off, row-level security off, statements, and all of it on again."""
    engine = create_engine(world.settings.service("audit").owner_database_url, poolclass=NullPool)
    secured = ("log_entries", "log_about", "log_openings")
    with engine.begin() as connection:
        for table in TABLES:
            connection.execute(text(f"alter table {table} disable trigger user"))
        for table in secured:
            connection.execute(text(f"alter table {table} no force row level security"))
        for statement in statements:
            connection.execute(text(statement))
        for table in secured:
            connection.execute(text(f"alter table {table} force row level security"))
        for table in TABLES:
            connection.execute(text(f"alter table {table} enable trigger user"))


def cut(world: World, to: int) -> None:
    """Take everything after so many entries away, so that what is left is whole in itself."""
    as_owner(
        world,
        f"delete from log_entries where index >= {to}",
        f"delete from log_about where entry_index >= {to}",
        f"delete from log_openings where entry_index >= {to}",
        f"delete from log_checkpoints where size > {to}",
        f"delete from log_nodes where (index + 1) * (2 ^ level) > {to}",
    )


def restarted(world: World) -> Sequencer:
    """A sequencer that remembers nothing."""
    return bootstrap.sequencer_for(world.settings, world.log, world.clock)


def alarms(world: World) -> list[tuple]:
    """Those that stand open."""
    return list(world.as_role("", "select kind, source, first, last from alarms where closed_at is null"))


def verified(world: World) -> tuple[bool, str]:
    """What verifying on the page finds: whether it holds, and what kind of thing is wrong."""
    with world.parts.as_auditor() as uow:
        found = verify_now(uow.connection, signer(world).verifier)
        uow.rollback()
    return found.holds, found.problem
