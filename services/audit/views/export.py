"""The whole log as an export that anybody can verify offline. Entries never change, so no lock is needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from services.audit.adapters.beside_entries import OPENINGS
from services.audit.adapters.openings import OpeningIsWrong, Unseal
from services.audit.adapters.shown_sets import sets_after
from services.audit.domain.mandate import Mandate
from services.audit.log.entry import MAX_LEAF_BYTES
from services.audit.log.layout import Erased, Opening, Sink, export_files, zip_pieces
from services.audit.log.pack import as_it_lies
from services.audit.log.shown_set import Shown
from services.audit.views.within import given, within

CHUNK = 2_000

_HEAD = text("select size, note from log_checkpoints order by size desc limit 1")
_NOTES = text("select size, note from log_checkpoints where size > :after and size <= :size order by size limit :chunk")
_LEAVES = text("select leaf from log_entries where index >= :low and index < :high order by index")
_LAST = text("select coalesce(max(index) + 1, 0) from log_entries")
_OPENINGS = within(f"""
    select entry_index, coalesce(openings.event_id, log_entries.event_id) as event_id, name, sealed
    from {OPENINGS} join log_entries on index = entry_index
    where entry_index >= :low and entry_index < :high and WITHIN order by entry_index, name
""")  # noqa: S608 - our own names


class NothingToExport(LookupError):
    """The log has no checkpoint yet."""


Reading = Callable[[], AbstractContextManager[Connection]]
"""A transaction to read one part of the log in; none is open while a part is on its way to a slow reader."""


def write_export(connection: Connection, stream: Sink, mandate: Mandate | None, unseal: Unseal) -> int:
    """Write the log as a ZIP file; its size in entries. Raises NothingToExport.

    ``mandate``: whose openings go along; None takes none, for outsiders.
    """
    size, pieces = export_pieces(lambda: nullcontext(connection), mandate, unseal)
    for piece in pieces:
        stream.write(piece)
    return size


def export_pieces(reading: Reading, mandate: Mandate | None, unseal: Unseal) -> tuple[int, Iterator[bytes]]:
    """The same, to be sent while it is made: its size in entries, and the file's bytes in pieces.

    In constant memory, whatever the size. Raises NothingToExport, before the first piece.
    """
    with reading() as connection:
        head = connection.execute(_HEAD).first()
    if head is None:
        raise NothingToExport
    openings = _openings(reading, head.size, mandate, unseal) if mandate is not None else iter(())
    files = export_files(
        _leaves(reading, head.size),
        checkpoint=head.note,
        checkpoints=_notes(reading, head.size),
        openings=openings,
        sets=_sets(reading),
    )
    return int(head.size), zip_pieces(files)


def _leaves(reading: Reading, size: int) -> Iterator[bytes]:
    for low in range(0, size, CHUNK):
        with reading() as connection:
            found = connection.execute(_LEAVES, {"low": low, "high": min(low + CHUNK, size)}).scalars().all()
        for leaf in found:
            # one that was changed goes along as it lies, as far as there is room for one: the verifier names it
            yield as_it_lies(leaf)[:MAX_LEAF_BYTES]
        if len(found) < min(low + CHUNK, size) - low:
            # more is signed for than there is: the verifier says so, and nobody looks for the rest one by one
            return


def _notes(reading: Reading, size: int) -> Iterator[str]:
    after = 0
    while True:
        with reading() as connection:
            rows = connection.execute(_NOTES, {"after": after, "size": size, "chunk": CHUNK}).all()
        if not rows:
            return
        for row in rows:
            yield row.note
        after = rows[-1].size


def _openings(reading: Reading, size: int, mandate: Mandate, unseal: Unseal) -> Iterator[Opening | Erased]:
    with reading() as connection:
        there = connection.execute(_LAST).scalar_one()
    for low in range(0, min(size, there), CHUNK):
        with reading() as connection:
            opened = list(_opened(connection, given(mandate, low=low, high=min(low + CHUNK, size)), unseal))
        yield from opened


def _opened(connection: Connection, asked: dict[str, Any], unseal: Unseal) -> Iterator[Opening | Erased]:
    rows = connection.execute(_OPENINGS, asked).all()
    unseal.prepare(connection, [row.sealed for row in rows])
    for row in rows:
        event_id: UUID = row.event_id
        try:
            opened = unseal(connection, event_id, row.name, bytes(row.sealed))
        except OpeningIsWrong:
            # nothing is known of what stood here; that it was changed is what the verification in the house tells
            continue
        yield Erased(row.entry_index, row.name) if opened is None else Opening(row.entry_index, row.name, *opened)


def _sets(reading: Reading) -> Iterator[Shown]:
    # some may belong to entries that came after the checkpoint: a set that no entry names means nothing
    after = None
    while True:
        with reading() as connection:
            found = sets_after(connection, after)
        if not found:
            return
        yield from found.values()
        after = max(found)
