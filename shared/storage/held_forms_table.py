"""The table of held forms, as migrations make it: what the services' first step made, and what 0.2 turned it into.

Frozen: a change is another function, called by another step.
"""

from __future__ import annotations

from typing import Any

_THE_WRITERS = (
    "author = nullif(current_setting('lotsa.user', true), '') "
    "and assignment_id = nullif(current_setting('lotsa.assignment_id', true), '')::uuid"
)
_SWEEP = "current_setting('lotsa.actor', true) = 'system'"
_AS_IT_BEGAN = (
    """create table lapsed_forms (
        id uuid primary key, author text not null, assignment_id uuid not null, key_id uuid not null,
        wrapped_key bytea not null, form bytea not null, sent_at timestamptz not null, expires_at timestamptz not null,
        taken_at timestamptz
    )""",
    "create index lapsed_forms_of_author on lapsed_forms (author, assignment_id, sent_at)",
    "create index lapsed_forms_expiring on lapsed_forms (expires_at)",
    "alter table lapsed_forms enable row level security",
    "alter table lapsed_forms force row level security",
    f"create policy concerned on lapsed_forms using ({_SWEEP} or ({_THE_WRITERS})) with check ({_THE_WRITERS})",
)


def create_table_of_late_forms(op: Any, app: str) -> None:
    """As it was at first, for what came after its sender's session; ``op`` is alembic's, ``app`` the role."""
    for statement in _AS_IT_BEGAN:
        op.execute(statement)
    op.execute(f"grant select, insert, delete, update (taken_at) on lapsed_forms to {app}")


# each setting is asked for once, not by the row (policies.py)
_USER = "nullif((select current_setting('lotsa.user', true)), '')"
_UNDER = (
    "nullif((select current_setting('lotsa.assignment_id', true)), '')::uuid, "
    "nullif((select current_setting('lotsa.unit_id', true)), '')::uuid"
)
_WRITERS = f"author = {_USER} and written_under in ({_UNDER})"
_SYSTEM = "(select current_setting('lotsa.actor', true)) = 'system'"
# what lay in the one table was told apart by the version of its id (RFC 9562): 5 made of where it was typed, 4 random
_TURN = (
    "alter table lapsed_forms rename to held_forms",
    "alter table held_forms rename column assignment_id to written_under",
    "alter table held_forms rename column sent_at to held_at",
    "alter index lapsed_forms_pkey rename to held_forms_pkey",
    "alter index lapsed_forms_of_author rename to held_forms_of_author",
    "alter index lapsed_forms_expiring rename to held_forms_expiring",
    "alter table held_forms add column reason text",
    "alter table held_forms no force row level security",
    """update held_forms
        set reason = case get_byte(uuid_send(id), 6) >> 4 when 5 then 'mistake' else 'expired-session' end""",
    "alter table held_forms force row level security",
    """alter table held_forms alter column reason set not null, add constraint held_for_a_reason
        check (reason in ('expired-session', 'mistake', 'somebody-was-faster', 'left', 'search'))""",
    "drop policy concerned on held_forms",
    f"create policy concerned on held_forms using ({_SYSTEM} or ({_WRITERS})) with check ({_WRITERS})",
)


def turn_into_held_forms(op: Any) -> None:
    """Give what waits the table of all held forms, with the reason that it is held for. Rights and seals stay."""
    for statement in _TURN:
        op.execute(statement)
