"""The reviewer's mandate as a condition on entries. Row-level security lets in auditors; this says which entries."""

from __future__ import annotations

from typing import Any

from sqlalchemy import TextClause, text

from services.audit.domain.mandate import Mandate

_WITHIN = """
    (cast(:area as text) is null or units = '{}' or units && (
        select coalesce(array_agg(unit_id), '{}') from known_units where starts_with(area, cast(:area as text))))
"""


def within(sql: str) -> TextClause:
    """A query in which the word WITHIN stands for "this entry is covered by the mandate"."""
    return text(sql.replace("WITHIN", _WITHIN))


def given(mandate: Mandate, **others: Any) -> dict[str, Any]:
    """The parameters of a query that holds WITHIN."""
    return {"area": mandate.area, **others}
