"""The reviewer's mandate as a condition on entries. Row-level security lets in auditors; this says which entries."""

from __future__ import annotations

from typing import Any

from sqlalchemy import TextClause, text

from services.audit.domain.mandate import Mandate

# what names no unit is about nobody in particular, but for a sign-in by somebody who had no assignment
_WITHIN = """
    (unit_set = 0 and type <> 'session.signed-in.v1' or unit_set = any(array(
        select number from log_unit_sets where units && (
            select coalesce(array_agg(unit_id), '{}') from known_units
            where organization_id = cast(:organization as uuid)
                or kind in ('receiving', 'partner') and starts_with(area, cast(:area as text))))))
"""


def within(sql: str) -> TextClause:
    """A query in which the word WITHIN stands for "this entry is covered by the mandate"."""
    return text(sql.replace("WITHIN", _WITHIN))


def given(mandate: Mandate, **others: Any) -> dict[str, Any]:
    """The parameters of a query that holds WITHIN."""
    return {"organization": mandate.organization_id, "area": mandate.area, **others}
