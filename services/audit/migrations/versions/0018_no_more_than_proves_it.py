"""What is kept for ever beside a leaf is no more than what proves it: nodes from the eighth level on, fewer
checkpoints.

A node below that level is made from at most 128 leaves' hashes. A checkpoint gives way to a newer one over the same 256
entries that the same key signed on the same day (a signature's line begins with the key's name and id): the last under
each key stays. Whoever kept one elsewhere can still hold the log against it.
"""

from __future__ import annotations

from alembic import op

from shared.storage.migrations import role

revision = "0018"
down_revision = "0017"

_NODES = (
    "alter table log_nodes disable trigger append_only",
    "delete from log_nodes where level < 8",
    "alter table log_nodes enable trigger append_only",
)
_GIVES_WAY = """
    create function gives_way_to_a_newer_one() returns trigger language plpgsql as $$
    begin
        if exists (select from log_checkpoints where size > old.size and (size - 1) / 256 = (old.size - 1) / 256
                   and date_trunc('day', signed_at, 'UTC') = date_trunc('day', old.signed_at, 'UTC')
                   and substring(note from '— [^ ]+ .....') = substring(old.note from '— [^ ]+ .....')) then
            return old;
        end if;
        raise exception 'the log is append-only: no newer checkpoint covers the same entries' using errcode = '42501';
    end $$
"""


def upgrade() -> None:
    """Take out what can be made anew, and let superseded checkpoints go from now on."""
    for statement in _NODES:
        op.execute(statement)
    op.execute("drop trigger append_only on log_checkpoints")
    op.execute(
        "create trigger append_only before update on log_checkpoints for each row execute function refuse_change()"
    )
    op.execute(_GIVES_WAY)
    op.execute(
        "create trigger gives_way before delete on log_checkpoints "
        "for each row execute function gives_way_to_a_newer_one()"
    )
    op.execute(f"grant delete on log_checkpoints to {role('log')}")
