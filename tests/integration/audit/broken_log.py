"""What a test does to a log as the owner of its tables, without the key, and how it then looks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from services.audit import bootstrap
from services.audit.log.keys import SignerKey
from services.audit.processes.integrate import Sequencer
from services.audit.processes.verification import State
from services.audit.processes.verify_in_background import Verifier
from shared.kernel.clock import Clock
from shared.storage.unit_of_work import transactions
from tests.integration.audit.support import World

TABLES = (
    "log_entries",
    "log_about",
    "log_nodes",
    "log_checkpoints",
    "log_openings",
    "log_keys",
    "shown_sets",
    "log_unit_sets",
)


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
    secured = ("log_entries", "log_about", "log_openings", "shown_sets", "log_unit_sets")
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


@contextmanager
def owner(world: World) -> Iterator[Connection]:
    """A transaction of the tables' owner."""
    engine = create_engine(world.settings.service("audit").owner_database_url, poolclass=NullPool)
    with engine.begin() as connection:
        yield connection


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


def verify(world: World, clock: Clock | None = None) -> State:
    """Have the whole log verified from its first entry on, as a reviewer asks for it; what is remembered then.

    ``clock``: the web application's is the system's, the world's stands still.
    """
    asked = (clock or world.clock).now()
    with world.parts.as_auditor() as uow:
        uow.connection.execute(text("update verification set asked_at = :at"), {"at": asked})
        uow.commit()
    while True:
        state = tick(world, clock)
        if state.last is not None and state.last.begun_at >= asked:
            return state


def tick(world: World, clock: Clock | None = None) -> State:
    """One tick of what verifies in the background."""
    state = Verifier(transactions(world.parts.as_auditor), signer(world).verifier, clock or world.clock).run()
    assert state is not None
    return state


def verified(world: World) -> tuple[bool | None, set[str]]:
    """What verifying finds: whether it holds, and the kinds of alarms that stand open then."""
    state = verify(world)
    return state.holds, {each[0] for each in alarms(world)}
