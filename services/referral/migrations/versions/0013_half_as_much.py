"""No index that no question uses, and of a look only what tells it from the others.

- ``contents``, ``data_keys`` and ``steps`` are found by their referral: that is their key, and their own ids, which say
  for which place something is sealed, have no index. A step without a comment has no such place.
- Nobody asks for an identity number by its blind index yet: whatever does makes the index for it.
- The lists of what a unit has received are sorted by deadlines, which only open referrals have; of the closed ones it
  is enough to know whose they are.
- ``looks``: ``relied_on`` says on whose consents a look relied, for each referral that it showed (adapters/looks.py).
  What was kept before names them, and goes on doing so. Looks are told in the order of their ids, so the index by
  which an hour of them is found need not know each.

Revision ID: 0013
Revises: 0012
"""

from alembic import op

revision = "0013"
down_revision = "0012"

KEYS = """
ALTER TABLE contents DROP CONSTRAINT contents_pkey, DROP CONSTRAINT contents_referral_id_part_key;
ALTER TABLE contents ADD PRIMARY KEY (referral_id, part);
ALTER TABLE data_keys DROP CONSTRAINT data_keys_pkey, DROP CONSTRAINT data_keys_referral_id_part_key;
ALTER TABLE data_keys ADD PRIMARY KEY (referral_id, part);
ALTER TABLE steps DROP CONSTRAINT steps_pkey, DROP CONSTRAINT steps_referral_id_version_key;
ALTER TABLE steps ADD PRIMARY KEY (referral_id, version);
ALTER TABLE steps ALTER COLUMN id DROP NOT NULL;
ALTER TABLE steps ADD CONSTRAINT a_comment_has_a_place CHECK (comment IS NULL OR id IS NOT NULL);
DROP INDEX contents_by_identity
"""
LISTS = """
DROP INDEX referrals_received;
DROP INDEX referrals_stood_in_for;
CREATE INDEX referrals_received ON referrals (receiving_unit_id, deadline_at, id) WHERE closed_at IS NULL;
CREATE INDEX referrals_stood_in_for ON referrals (stand_in_unit_id, deadline_at, id)
    WHERE closed_at IS NULL AND stand_in_unit_id IS NOT NULL;
CREATE INDEX referrals_ever_received ON referrals (receiving_unit_id);
CREATE INDEX referrals_ever_stood_in_for ON referrals (stand_in_unit_id) WHERE stand_in_unit_id IS NOT NULL
"""
LOOKS = """
ALTER TABLE looks ADD COLUMN relied_on bytea, ADD CHECK (relied IS NULL OR relied_on IS NULL);
ALTER TABLE looks DROP CONSTRAINT looks_pkey;
ALTER TABLE looks ALTER COLUMN access_id SET NOT NULL;
CREATE INDEX looks_by_their_time ON looks USING brin (access_id) WITH (pages_per_range = 16, autosummarize = on)
"""
# of the id at a place (from 1), two bits: the carer's consent, and the other's
ON_WHOSE = """
CREATE FUNCTION on_whose(relied_on bytea, place integer) RETURNS integer LANGUAGE sql IMMUTABLE STRICT AS $$
    SELECT get_byte(relied_on, (place - 1) >> 2) >> ((place - 1) & 3) * 2 & 3
$$
"""
VIEW = """
CREATE OR REPLACE VIEW access_records WITH (security_invoker = true) AS
SELECT access_id, action, outcome, rule, purpose, issuer, subject, assignment_id, unit_id, role, record_kind,
    CASE WHEN shown IS NULL THEN '{}' ELSE coalesce(shown_set.ids, ARRAY[shown]) END AS subjects,
    CASE
        WHEN relied_on IS NOT NULL THEN ARRAY(
            SELECT consents.id
            FROM unnest(coalesce(shown_set.ids, ARRAY[shown])) WITH ORDINALITY AS each (id, place)
            JOIN consents ON consents.referral_id = each.id
                AND on_whose(relied_on, place::integer) & CASE about WHEN 'carer' THEN 1 ELSE 2 END > 0
            ORDER BY consents.id)
        WHEN relied IS NULL THEN '{}'
        ELSE coalesce(relied_set.ids, ARRAY[relied])
    END AS consents,
    occurred_at
FROM looks JOIN look_kinds USING (kind_id)
LEFT JOIN id_sets AS shown_set ON shown_set.set_id = shown
LEFT JOIN id_sets AS relied_set ON relied_set.set_id = relied
"""


def upgrade() -> None:
    """Change what things are found by, and how looks are kept from now on; no row is written anew."""
    for part in (KEYS, LISTS, LOOKS):
        for statement in part.split(";\n"):
            op.execute(statement)
    for statement in (ON_WHOSE, VIEW):
        op.execute(statement)


def downgrade() -> None:
    """What was kept so cannot be kept as before."""
    raise NotImplementedError("restore a backup instead")
