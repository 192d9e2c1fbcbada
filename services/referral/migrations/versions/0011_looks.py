"""Who looked, kept compactly: who and by which right once, a list's ids once, and a small row for each look.

``access_records`` is a view from now on, and says of each look what it always said. What was there is moved, and the
view is held against it before the old table goes.

- ``look_kinds``: everything but the moment and the ids; its id is made of what it says.
- ``id_sets``: two ids or more in their order, that a list showed or a reading relied on; its id is made of them. It has
  no row-level security: ids alone say nothing of anybody, and an index of ids cannot be used from behind a policy.
- ``looks``: ``shown`` and ``relied`` are the one id, or the id of a set (a UUID of version 8), or nothing.

Revision ID: 0011
Revises: 0010
"""

from alembic import op

from shared.messaging.guards import refuse
from shared.storage.migrations import role

revision = "0011"
down_revision = "0010"

# a UUID of version 8 (RFC 9562, 5.8) of the first 16 bytes of SHA-256; adapters/looks.py makes the same
MADE_OF = """
CREATE FUNCTION made_of(said bytea) RETURNS uuid LANGUAGE sql IMMUTABLE STRICT AS $$
    SELECT encode(set_byte(set_byte(digest, 6, (get_byte(digest, 6) & 15) | 128), 8, (get_byte(digest, 8) & 63) | 128),
                  'hex')::uuid
    FROM (SELECT substring(sha256(said) FOR 16) AS digest) AS made
$$
"""
SET_OF = """
CREATE FUNCTION set_of(ids uuid[]) RETURNS uuid LANGUAGE sql IMMUTABLE STRICT AS $$
    SELECT CASE cardinality(ids) WHEN 0 THEN NULL WHEN 1 THEN ids[1] ELSE
        made_of((SELECT string_agg(uuid_send(id), ''::bytea ORDER BY place)
                 FROM unnest(ids) WITH ORDINALITY AS each (id, place)))
    END
$$
"""
TABLES = """
ALTER TABLE access_records RENAME TO old_access_records;
CREATE TABLE look_kinds (
    kind_id uuid PRIMARY KEY,
    assignment_id uuid NOT NULL,
    unit_id uuid NOT NULL,
    action text NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('allowed', 'refused')),
    rule text NOT NULL,
    purpose text NOT NULL,
    issuer text NOT NULL,
    subject text NOT NULL,
    role text NOT NULL,
    record_kind text NOT NULL
);
CREATE TABLE id_sets (set_id uuid PRIMARY KEY, ids uuid[] NOT NULL CHECK (cardinality(ids) > 1));
CREATE TABLE looks (
    access_id uuid PRIMARY KEY,
    kind_id uuid NOT NULL,
    occurred_at timestamptz NOT NULL,
    shown uuid,
    relied uuid
)
"""
KIND = " || '\\x00'::bytea || ".join(
    f"convert_to({column}::text, 'UTF8')"
    for column in (
        "assignment_id", "unit_id", "action", "outcome", "rule", "purpose", "issuer", "subject", "role", "record_kind"
    )
)  # fmt: skip
MOVE = f"""
SELECT set_config('lotsa.actor', 'system', true);
INSERT INTO look_kinds
    SELECT DISTINCT made_of({KIND}), assignment_id, unit_id, action, outcome, rule, purpose, issuer, subject, role,
        record_kind
    FROM old_access_records;
INSERT INTO id_sets
    SELECT DISTINCT set_of(ids), ids
    FROM (SELECT subjects AS ids FROM old_access_records UNION SELECT consents FROM old_access_records) AS every
    WHERE cardinality(ids) > 1;
INSERT INTO looks
    SELECT access_id, made_of({KIND}), occurred_at, set_of(subjects), set_of(consents)
    FROM old_access_records ORDER BY access_id
"""  # noqa: S608 - this module's own column names
INDEXES = """
CREATE INDEX looks_by_what_was_shown ON looks (shown);
CREATE INDEX id_sets_by_id ON id_sets USING gin (ids) WITH (fastupdate = off)
"""
VIEW = """
CREATE VIEW access_records WITH (security_invoker = true) AS
SELECT access_id, action, outcome, rule, purpose, issuer, subject, assignment_id, unit_id, role, record_kind,
    CASE WHEN shown IS NULL THEN '{}' ELSE coalesce(shown_set.ids, ARRAY[shown]) END AS subjects,
    CASE WHEN relied IS NULL THEN '{}' ELSE coalesce(relied_set.ids, ARRAY[relied]) END AS consents,
    occurred_at
FROM looks JOIN look_kinds USING (kind_id)
LEFT JOIN id_sets AS shown_set ON shown_set.set_id = shown
LEFT JOIN id_sets AS relied_set ON relied_set.set_id = relied
"""
# dropping what "is never forgotten" goes by way of this: not one look may be missing, or say something else
COMPARE = """
DO $$ BEGIN
    IF EXISTS (
        (SELECT access_id, action, outcome, rule, purpose, issuer, subject, assignment_id, unit_id, role, record_kind,
            subjects, consents, occurred_at FROM old_access_records EXCEPT SELECT * FROM access_records)
        UNION ALL
        (SELECT * FROM access_records EXCEPT SELECT access_id, action, outcome, rule, purpose, issuer, subject,
            assignment_id, unit_id, role, record_kind, subjects, consents, occurred_at FROM old_access_records)
    ) THEN
        RAISE EXCEPTION 'a look would be lost or changed: nothing has been moved';
    END IF;
END $$
"""
_SYSTEM = "(SELECT current_setting('lotsa.actor', true)) = 'system'"
_UNIT = "nullif((SELECT current_setting('lotsa.unit_id', true)), '')::uuid"
POLICIES = {
    "look_kinds": f"{_SYSTEM} OR unit_id = {_UNIT}",
    # the look into the kinds is itself under its policy
    "looks": f"{_SYSTEM} OR EXISTS (SELECT 1 FROM look_kinds WHERE look_kinds.kind_id = looks.kind_id)",  # noqa: S608 - ours
}


def upgrade() -> None:
    """Make the tables, move what was kept, and guard them as it was guarded."""
    for part in (MADE_OF, SET_OF, TABLES, MOVE, INDEXES, VIEW, COMPARE, "DROP TABLE old_access_records"):
        for statement in [part] if "$$" in part else part.split(";\n"):
            op.execute(statement)
    for table, condition in POLICIES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY concerned ON {table} USING ({condition}) WITH CHECK ({condition})")
    app = role("app")
    op.execute(f"GRANT SELECT, INSERT ON look_kinds, id_sets, looks TO {app}")
    op.execute(f"GRANT SELECT ON access_records TO {app}")
    for table in ("look_kinds", "id_sets", "looks"):
        refuse(op, table, "append_only", "before update or delete", "who looked is never forgotten")
        refuse(op, table, "never_emptied", "before truncate", "it is never emptied")


def downgrade() -> None:
    """What was moved is not moved back."""
    raise NotImplementedError("restore a backup instead")
