"""The newest entries within a mandate, found without looking through the log, however small the mandate is.

A mandate over a whole city is met by nearly every entry: its newest are close to the end, and are read from there. One
over a single unit may be met by one entry in a thousand: those are found by an index of each entry's group of units.
Between the two, the look goes back in steps, each sixteen times as long as the one before, and ends as soon as a page
is full.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Row, text

from services.audit.domain.mandate import Mandate
from services.audit.views.steps import SHOWN
from services.audit.views.within import given

NEAR, FURTHER = 2_048, 16

# the types are written out, so that the partial indexes fit
KINDS = {
    "all": "true",
    "consents": "type = 'consent.given.v1'",
    "referrals": "type = 'referral.sent.v1'",
}
# what names no unit is about nobody in particular, but for a sign-in by somebody who had no assignment
_NOBODYS = "unit_set = 0 and type <> 'session.signed-in.v1'"
# how many entries a mandate meets differs by orders of magnitude: one plan for all would be wrong for most
_BEGIN = text("""
    select coalesce((select max(index) + 1 from log_entries), 0), array(
        select number from log_unit_sets where units && (
            select coalesce(array_agg(unit_id), '{}') from known_units
            where organization_id = cast(:organization as uuid)
                or kind in ('receiving', 'partner') and starts_with(area, cast(:area as text)))
    ), set_config('plan_cache_mode', 'force_custom_plan', true)
""")
_NEAR = f"""
    select {SHOWN} from log_entries
    where index >= :low and index < :high and KIND and ({_NOBODYS} or unit_set = any(cast(:unit_sets as int[])))
    order by index desc limit :limit
"""  # noqa: S608 - our own column names
_ONE_WAY = "select index from log_entries where index >= :low and index < :high and KIND and "
_WAYS = ("unit_set = any(cast(:unit_sets as int[]))", _NOBODYS)
_FAR = f"""
    select {SHOWN} from log_entries where index = any(array(
        select index from ({" union ".join(_ONE_WAY + way for way in _WAYS)}) as found
        order by index desc limit :limit
    )) order by index desc
"""  # noqa: S608 - as above


def newest_rows(
    connection: Connection, kind: str, mandate: Mandate, *, limit: int, before: int | None
) -> list[Row[Any]]:
    """At most ``limit`` rows of SHOWN, of a kind (all | consents | referrals), newest first, older than ``before``."""
    end, unit_sets, _ = connection.execute(_BEGIN, given(mandate)).one()
    found: list[Row[Any]] = []
    for number, (low, high) in enumerate(_steps_back(end if before is None else min(before, end))):
        asked = {"low": low, "high": high, "unit_sets": unit_sets, "limit": limit - len(found)}
        found += _look(connection, _FAR if number else _NEAR, kind, asked)
        if len(found) >= limit:
            break
    return found


def _look(connection: Connection, question: str, kind: str, asked: dict[str, Any]) -> Sequence[Row[Any]]:
    return connection.execute(text(question.replace("KIND", KINDS[kind])), asked).all()


def _steps_back(high: int) -> Iterator[tuple[int, int]]:
    length = NEAR
    while high > 0:
        low = max(0, high - length)
        yield low, high
        high, length = low, length * FURTHER
