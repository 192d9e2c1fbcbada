"""Row-level policies ask who is looking once for a statement, not once for a row.

``current_setting`` is asked anew for every row that is looked at; inside ``(select …)`` PostgreSQL works it out first
and once (an "InitPlan"). Over a hundred thousand rows that is most of what a count costs.
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import text

# as PostgreSQL writes an expression back; one that stands in a query already has its bracket opened by it
ASKED_FOR_EACH_ROW = re.compile(r"(?<!SELECT )current_setting\('([a-z_.]+)'::text, true\)")

POLICIES = text(
    "select schemaname, tablename, policyname, qual, with_check from pg_policies where schemaname = current_schema()"
)


def asked_once(expression: str) -> str:
    """The same condition, with each setting asked for once. ``expression``: as ``pg_policies`` gives it."""
    return ASKED_FOR_EACH_ROW.sub(r"(SELECT current_setting('\1'::text, true))", expression)


def ask_settings_once(operations: Any) -> None:
    """Within a migration (``operations`` is Alembic's ``op``): have every policy of the database ask so."""
    for _schema, table, policy, qual, check in operations.get_bind().execute(POLICIES).all():
        parts = [(word, told) for word, told in (("USING", qual), ("WITH CHECK", check)) if told is not None]
        if any(asked_once(told) != told for _, told in parts):
            conditions = " ".join(f"{word} ({asked_once(told)})" for word, told in parts)
            # names and conditions are PostgreSQL's own; a colon would be taken for a value to fill in
            operations.execute(text(f'ALTER POLICY "{policy}" ON "{table}" {conditions}'.replace(":", r"\:")))
