"""Who acted: their names, opened as long as their keys are there, and held against what the leaves are committed to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection

from services.audit.adapters.openings import OpeningIsWrong, Unseal, reference
from services.audit.domain.beside import Columns
from services.audit.log.entry import FORMAT_1, opens_as, promised
from shared.storage.driver import ask

USER = "user"

# what the entries' own rows say by the number of a key, and what lies sealed by itself: both in one question
_KEYS_AND_OPENINGS = """
    select number, key_id, wrapped, told, pseudonym, null::bigint, null::bytea
    from subject_keys where number = any($1::int[])
    union all
    select null, null, null, null, null, entry_index, sealed
    from log_openings where name = 'user' and entry_index = any($2::bigint[])
"""


def users_of(
    connection: Connection,
    leaves: Mapping[int, dict[str, Any]],
    beside: Mapping[int, Columns],
    keys: Mapping[int, int | None],
    unseal: Unseal,
    differs: Mapping[int, list[str]],
) -> dict[int, str | None]:
    """By index, who acted, as far as it can be opened and is what the leaf is committed to; None: has been erased.

    What is not so goes to ``differs``. ``beside``: what the leaves say of their own columns. ``keys``: by which number
    each entry's row names the key of its user.
    """
    commits = {
        index: leaf["commitments"][USER] for index, leaf in leaves.items() if USER in leaf.get("commitments", ())
    }
    found: dict[int, str | None] = {}
    # by what is sealed: what says only whose key it is says the same beside every entry of theirs
    said: dict[bytes, bytes] = {}
    for index, sealed in _sealed(connection, keys, unseal):
        try:
            # sealed for another entry and laid beside this one, it would say that somebody else did it
            opened = unseal(connection, beside[index].event_id, USER, sealed)
        except OpeningIsWrong:
            continue
        if opened is None:
            if leaves[index]["format"] == FORMAT_1 or unseal.knows(connection, sealed):
                commits.pop(index, None)
                found[index] = None
        elif index in commits:
            if sealed not in said:
                said[sealed] = promised(USER, opened[1])
            if opens_as(commits[index], said[sealed], opened[0]):
                del commits[index]
                found[index] = str(opened[1]["subject"])
    for index in commits:
        differs[index].append(USER)
    return found


def _sealed(connection: Connection, keys: Mapping[int, int | None], unseal: Unseal) -> Iterator[tuple[int, bytes]]:
    """What opens the entries' commitments to their users, by index. A key that is not there is nobody's."""
    numbers = {number for number in keys.values() if number is not None}
    rows = ask(connection, _KEYS_AND_OPENINGS, (list(numbers), list(keys)))
    known = {number: key for number, *key in (row[:5] for row in rows) if number is not None}
    unseal.learn(connection, known.values())
    references = {number: reference(key[0]) for number, key in known.items()}
    for index, number in keys.items():
        if number in references:
            yield index, references[number]
    laid = [(index, bytes(sealed)) for *_, index, sealed in rows if sealed is not None]
    unseal.prepare(connection, [sealed for _, sealed in laid])
    yield from laid
