"""Lists of entries: all, the consents given, the referrals sent; and finding one by what a reviewer has in hand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, text

from services.audit.adapters.beside_entries import ABOUT
from services.audit.adapters.openings import Unseal
from services.audit.domain.mandate import Mandate
from services.audit.domain.numbers import key_of_number
from services.audit.domain.refusals import EntryIsSpoilt
from services.audit.log.entry import LeafIsWrong, read_leaf
from services.audit.log.pack import unpack
from services.audit.views.newest import newest_rows
from services.audit.views.steps import SHOWN, Step, as_steps
from services.audit.views.within import given, within
from shared.vocabulary.marks import keyboard_marks
from shared.vocabulary.misread import Misread
from shared.vocabulary.reference_number import parse_reference_number

_ONE = within(f"select {SHOWN} from log_entries where index = :index and WITHIN")  # noqa: S608 - our own column names
_ID = text("select event_id from log_entries where index = :index")
_LIKE = within(f"""
    select distinct on (subject_id) subject_id, leaf
    from {ABOUT} join log_entries on index = entry_index
    where subject_id between :low and :high and type in ('consent.given.v1', 'referral.sent.v1')
      and WITHIN order by subject_id, (type = 'consent.given.v1') desc, index limit 20
""")  # noqa: S608 - as above
_PREFIX = re.compile(r"[0-9a-f]{8,32}")


@dataclass(frozen=True)
class Found:
    """A consent or a referral that fits a search."""

    kind: str
    id: UUID


def newest(
    connection: Connection, kind: str, mandate: Mandate, unseal: Unseal, *, limit: int, before: int | None = None
) -> list[Step]:
    """At most ``limit`` entries of a kind (all | consents | referrals), newest first, older than index ``before``."""
    rows = newest_rows(connection, kind, mandate, limit=limit, before=before)
    return as_steps(connection, rows, unseal)


def one(connection: Connection, index: int, mandate: Mandate, unseal: Unseal) -> Step | None:
    """The entry with an index, or None."""
    row = connection.execute(_ONE, given(mandate, index=index)).first()
    return as_steps(connection, [row], unseal)[0] if row else None


def id_of(connection: Connection, index: int) -> UUID | None:
    """Which entry stands at an index, whoever's it is; None when there is none yet."""
    found: UUID | None = connection.scalar(_ID, {"index": index})
    return found


def find(connection: Connection, asked: str, mandate: Mandate) -> list[Found]:
    """What fits: a whole id, at least eight figures of one's beginning, or a referral's number.

    Raises NotAReferenceNumber or ReferenceNumberIsMistyped for what is neither, EntryIsSpoilt.
    """
    digits = keyboard_marks(asked).lower().replace("-", "").replace(" ", "")
    is_id = _PREFIX.fullmatch(digits) is not None
    if is_id:
        low, high = UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))
        found = _find(connection, low, high, mandate)
        if found:
            return found
    try:
        key = key_of_number(parse_reference_number(asked))
    except Misread:
        if is_id:
            return []
        raise
    return _find(connection, key, key, mandate)


def _find(connection: Connection, low: UUID, high: UUID, mandate: Mandate) -> list[Found]:
    rows = connection.execute(_LIKE, given(mandate, low=low, high=high)).all()
    try:
        told = [(row.subject_id, read_leaf(unpack(row.leaf))["data"]) for row in rows]
    except (LeafIsWrong, KeyError):
        raise EntryIsSpoilt from None
    found = [
        Found("consent", subject)
        if data.get("consent_id") == str(subject)
        # an entry found by a number says itself which referral it is
        else Found("referral", UUID(data["referral_id"]))
        for subject, data in told
    ]
    return list(dict.fromkeys(found))
