"""What each service has sealed, and under which keys: asked before keys are made, and when they are changed.

As the database's superuser, or as the tables' owner who says that the service itself asks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection, create_engine, pool, text

from services.audit.log.checkpoint import CheckpointIsWrong
from services.audit.log.keys import SignerKey, VerifierKey
from services.audit.log.open_checkpoint import open_checkpoint
from shared.storage import key_register
from shared.storage.encryption import KeyIsMissing, KeyIsWrong, MasterKey, Unreadable
from shared.storage.master_keys import read_master_keys

AS_SERVICE = text("select set_config('lotsa.actor', 'system', true)")
SAMPLE = 20


@dataclass(frozen=True)
class Place:
    """A column of wrapped data keys: its table, and the columns of the data key's id and of its wrapped form.

    ``found_by``: the columns of the table's own key, where that is not the data key's id. ``once``: what the table was
    called in an earlier version, whose keys are asked for before its database is migrated.
    """

    table: str
    key_id: str
    wrapped: str
    found_by: tuple[str, ...] = ()
    once: str = ""


HELD_FORMS = Place("held_forms", "key_id", "wrapped_key", once="lapsed_forms")
PLACES: dict[str, tuple[Place, ...]] = {
    "referral": (
        Place("data_keys", "id", "wrapped", ("referral_id", "part")),
        Place("drafts", "key_id", "wrapped_key"),
        HELD_FORMS,
    ),
    "directory": (HELD_FORMS,),
    "notifications": (),
    "audit": (Place("opening_keys", "key_id", "wrapped"), Place("subject_keys", "key_id", "wrapped"), HELD_FORMS),
}
"""Everything that a service's master key wraps."""


@contextmanager
def asking(url: str) -> Iterator[Connection]:
    """A transaction that sees all rows; what it changes is kept."""
    engine = create_engine(url, poolclass=pool.NullPool, hide_parameters=True, connect_args={"connect_timeout": 10})
    try:
        with engine.begin() as connection:
            connection.execute(AS_SERVICE)
            yield connection
    finally:
        engine.dispose()


def check_master_key(service: str, path: Path, connection: Connection) -> None:
    """Hold a service's key file against what its database says. Raises KeyIsMissing, KeyIsWrong.

    A database of a version that kept no register is asked for something that was sealed: that must open.
    """
    expected = key_register.registered(connection)
    sealed = [] if expected else samples(service, connection)
    if not path.exists():
        if expected or sealed:
            raise KeyIsMissing(key_register.missing_sentence(service, path, [*expected] or [f"{service}-1"]))
        return
    keys = read_master_keys(path)
    key_register.compare(service, path, keys, expected)
    if sealed and not any(opens(keys, key_id, wrapped) for key_id, wrapped in sealed):
        raise KeyIsWrong(
            f"The master key of {service} in {path} opens nothing of what {service} has sealed: it is another one. Put"
            " the right one back from where a copy of it is kept. Nothing was changed."
        )


def samples(service: str, connection: Connection) -> list[tuple[UUID, bytes]]:
    """Some of the data keys that a service has wrapped: their ids, and their wrapped forms."""
    found: list[tuple[UUID, bytes]] = []
    for place in PLACES[service]:
        for table in filter(None, (place.table, place.once)):
            if connection.execute(text("select to_regclass(:name)"), {"name": table}).scalar() is not None:
                # names of ours alone, from the table above
                query = f"select {place.key_id}, {place.wrapped} from {table} where {place.wrapped} is not null"  # noqa: S608
                rows = connection.execute(text(f"{query} limit {SAMPLE}"))
                found += [(UUID(str(key_id)), bytes(wrapped)) for key_id, wrapped in rows]
    return found


def check_signing_key(path: Path, connection: Connection) -> None:
    """Hold the log's signing key against what it signed last. Raises KeyIsMissing, KeyIsWrong."""
    if connection.execute(text("select to_regclass('log_checkpoints')")).scalar() is None:
        return
    note = connection.execute(text("select note from log_checkpoints order by size desc limit 1")).scalar()
    if note is None:
        return
    if not path.exists():
        raise KeyIsMissing(
            f"The key that signs the log is missing: it was looked for in {path}. Without it no checkpoint can follow"
            " those that were signed. Put it back from where a copy of it is kept; nothing was changed. If no copy is"
            " left, docs/operating.md says what that means (“Keys”)."
        )
    signer = _signer(path)
    try:
        open_checkpoint(note, signer.verifier)
    except CheckpointIsWrong:
        raise KeyIsWrong(
            f"The key in {path} is not the one that signed the log so far ({_signed_by(note)}); it is called"
            f" {name_of(signer.verifier)}. Put the right one back from where a copy of it is kept. Nothing was changed."
        ) from None


def name_of(key: VerifierKey) -> str:
    """A log key's name and id, as its signatures name it."""
    return f"{key.name}+{key.key_id.hex()}"


def _signer(path: Path) -> SignerKey:
    try:
        return SignerKey.from_text(path.read_text("ascii"))
    except (OSError, ValueError):
        raise KeyIsWrong(f"The file {path} does not hold a key that signs the log.") from None


def _signed_by(note: str) -> str:
    names = [line.split(" ")[1] for line in note.splitlines() if line.startswith("\u2014 ") and " " in line[2:]]
    return ", ".join(names) or "by nobody"


def opens(keys: Sequence[MasterKey], key_id: UUID, wrapped: bytes) -> bool:
    """Whether one of these keys unwraps it."""
    for key in keys:
        try:
            key.unwrap(key_id, wrapped)
        except Unreadable:
            continue
        return True
    return False
