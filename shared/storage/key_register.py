"""Which master keys a service's database is sealed under: their names and a check value, never a key.

With it a key that is missing, or is another under the same name, is told before anything is written under it. The
check value is derived from the key (HKDF-SHA-256), as fingerprints are: of 32 random bytes nothing is learnt from it.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, pool, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from shared.settings import ServiceSettings
from shared.storage.encryption import KeyIsMissing, KeyIsWrong, MasterKey
from shared.storage.master_keys import read_master_keys

DDL = """
create table master_keys (
    id text primary key, check_value bytea not null check (octet_length(check_value) = 16),
    since timestamptz not null default clock_timestamp(), lost_at timestamptz
)
"""
CHECK = "master-key-check"

_READ = text("select id, check_value from master_keys where lost_at is null order by since, id")
_NOTE = text("insert into master_keys (id, check_value) values (:id, :check) on conflict (id) do nothing")


def create_master_keys(op: Any, app: str) -> None:
    """Create the table; called by a migration with alembic's ``op`` and the application's role."""
    op.execute(DDL)
    op.execute(f"grant select on master_keys to {app}")


def check_value(key: MasterKey) -> bytes:
    """What the register keeps of a key."""
    return key.derive(CHECK)[:16]


def registered(connection: Connection) -> dict[str, bytes]:
    """Name and check value of every key that must be there, the oldest first; none before the table is."""
    if connection.execute(text("select to_regclass('master_keys')")).scalar() is None:
        return {}
    return {row.id: bytes(row.check_value) for row in connection.execute(_READ)}


def compare(service: str, path: Path, keys: Sequence[MasterKey], expected: Mapping[str, bytes]) -> None:
    """Hold a file's keys against what is registered. Raises KeyIsMissing or KeyIsWrong, each a whole sentence."""
    known = {key.id: key for key in keys}
    for name, value in expected.items():
        if name not in known:
            raise KeyIsMissing(missing_sentence(service, path, [name]))
        if not hmac.compare_digest(check_value(known[name]), value):
            raise KeyIsWrong(
                f"The master key “{name}” of {service} in {path} is another key than the one that its data are sealed"
                " under. Put the right one back from where a copy of it is kept. Nothing was changed."
            )


def missing_sentence(service: str, path: Path, names: Sequence[str]) -> str:
    """Which key is missing, where it was looked for, and what to do."""
    called = " and ".join(f"“{name}”" for name in names)
    return (
        f"The master key {called} of {service} is missing: it was looked for in {path}. What {service} has sealed can"
        " be read with it alone. Put it back from where a copy of it is kept; nothing was changed. If no copy is left,"
        f" docs/operating.md says what that means (“Keys”), and “lotsa keys lost {service}-master” goes on without it."
    )


def note(connection: Connection, keys: Sequence[MasterKey]) -> None:
    """Register keys that are not registered yet; as the tables' owner."""
    for key in keys:
        connection.execute(_NOTE, {"id": key.id, "check": check_value(key)})


def check_own_key(own: ServiceSettings) -> None:
    """Before a process begins: is its key there, and the right one? A process that has none is not asked for it.

    Raises KeyIsMissing or KeyIsWrong. While the database is away only the file is looked at.
    """
    service, path = own.name, own.master_key_file
    if path is None:
        return
    engine = create_engine(own.database_url, poolclass=pool.NullPool, connect_args={"connect_timeout": 3})
    try:
        with engine.connect() as connection:
            expected = registered(connection)
    except (OperationalError, ProgrammingError):
        expected = {}
    if not path.exists() and expected:
        raise KeyIsMissing(missing_sentence(service, path, [*expected]))
    compare(service, path, read_master_keys(path), expected)


def key_is_right(own: ServiceSettings, engine: Engine) -> None:
    """For the readiness check of a process that began while the database was away. Raises as `check_own_key`."""
    if own.master_key_file is not None:
        with engine.connect() as connection:
            compare(own.name, own.master_key_file, read_master_keys(own.master_key_file), registered(connection))
