"""The newest entries within a mandate, found without looking through the log, however small the mandate is.

A mandate over a whole city is met by nearly every entry: its newest are close to the end, and are read from there. One
over a single unit may be met by one entry in a thousand: those are found by an index of each entry's group of units.
Between the two, the look goes back in steps, each sixteen times as long as the one before, and ends as soon as a page
is full. What was given or sent may have thousands of readings behind it and nothing else: those are passed in steps
that are four times as long, since of what is behind them all that fits a step is read.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection

from services.audit.domain.mandate import Mandate
from services.audit.views.steps import SHOWN
from shared.storage.driver import Row, ask

NEAR, FURTHER, FURTHER_OF_A_KIND = 2_048, 16, 4

# the types are written out, so that the partial indexes fit
KINDS = {
    "all": "true",
    "consents": "type = 'consent.given.v1'",
    "referrals": "type = 'referral.sent.v1'",
}
# what names no unit is about nobody in particular, but for a sign-in by somebody who had no assignment
_NOBODYS = "unit_set = 0 and type <> 'session.signed-in.v1'"
_BEGIN = """
    select coalesce((select max(index) + 1 from log_entries), 0), array(
        select number from log_unit_sets where units && (
            select coalesce(array_agg(unit_id), '{}') from known_units
            where organization_id = $1::uuid or kind in ('receiving', 'partner') and starts_with(area, $2::text)))
"""
_NEAR = f"""
    select {SHOWN} from log_entries
    where index >= $1 and index < $2 and KIND and ({_NOBODYS} or unit_set = any($3::int[]))
    order by index desc limit $4
"""  # noqa: S608 - our own column names
_ONE_WAY = "select index from log_entries where index >= $1 and index < $2 and KIND and "
_WAYS = ("unit_set = any($3::int[])", _NOBODYS)
_FAR = f"""
    select {SHOWN} from log_entries where index = any(array(
        select index from ({" union ".join(_ONE_WAY + way for way in _WAYS)}) as found
        order by index desc limit $4
    )) order by index desc
"""  # noqa: S608 - as above


def newest_rows(connection: Connection, kind: str, mandate: Mandate, *, limit: int, before: int | None) -> list[Row]:
    """At most ``limit`` rows of SHOWN, of a kind (all | consents | referrals), newest first, older than ``before``."""
    ((end, unit_sets),) = ask(connection, _BEGIN, (mandate.organization_id, mandate.area))
    found: list[Row] = []
    for number, (low, high) in enumerate(steps_back(kind, end if before is None else min(before, end))):
        question = (_FAR if number else _NEAR).replace("KIND", KINDS[kind])
        asked = (low, high, unit_sets, limit - len(found))
        # how many entries a mandate meets differs by orders of magnitude: one plan for all would be wrong for most
        found += ask(connection, question, asked, planned_anew=number > 0)
        if len(found) >= limit:
            break
    return found


def steps_back(kind: str, high: int) -> Iterator[tuple[int, int]]:
    """The parts of the log that are looked through one after the other: from which index on, and up to which."""
    length = NEAR
    while high > 0:
        low = max(0, high - length)
        yield low, high
        high, length = low, length * (FURTHER if kind == "all" else FURTHER_OF_A_KIND)
