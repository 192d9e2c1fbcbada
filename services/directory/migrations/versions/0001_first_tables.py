"""The directory's first tables: organisations and what they offer, units, assignments, routing, counts.

Rows that belong to an organisation may be read by anyone and written only for that organisation: row-level security is
the second net under ``domain/permissions.py``. The settings ``lotsa.role``, ``lotsa.organization_id`` and
``lotsa.municipality_code`` are set for each transaction by the unit of work.
"""

from alembic import op

from shared.messaging.inbox import create_inbox
from shared.messaging.publish.outbox import create_outbox
from shared.storage import staff
from shared.storage.migrations import role
from shared.web.api.idempotency import create_idempotency

revision = "0001"
down_revision = None

_TABLES = """
create table organizations (
    id uuid primary key, version integer not null check (version > 0), name text not null, kind text not null,
    municipality_code text, description text not null, website text not null, email text not null, phone text not null,
    identifier text, active boolean not null
);
create table locations (
    id uuid primary key, organization_id uuid not null references organizations, name text not null,
    address text not null, postal_code text not null, city text not null, area text, accessibility text not null
);
create index locations_by_organization on locations (organization_id);
create table support_services (
    id uuid primary key, organization_id uuid not null references organizations,
    version integer not null check (version > 0), name text not null, summary text not null, description text not null,
    forms text[] not null, target_groups text[] not null, areas text[] not null, languages text[] not null,
    eligibility text not null, cost text not null, attend text not null, email text not null, phone text not null,
    url text not null, digital boolean not null, status text not null check (status in ('active', 'inactive')),
    assured_at timestamptz not null,
    search tsvector not null generated always as (
        setweight(to_tsvector('swedish', name), 'A') || setweight(to_tsvector('swedish', summary), 'B')
        || setweight(to_tsvector('swedish', description || ' ' || eligibility), 'C')
    ) stored
);
create index support_services_by_organization on support_services (organization_id);
create index support_services_search on support_services using gin (search);
create index support_services_groups on support_services using gin (target_groups);
create index support_services_forms on support_services using gin (forms);
create index support_services_areas on support_services using gin (areas);
create table service_at_locations (
    id uuid primary key, organization_id uuid not null references organizations,
    service_id uuid not null references support_services, location_id uuid not null references locations,
    schedules jsonb not null, unique (service_id, location_id)
);
create table activities (
    id uuid primary key, organization_id uuid not null references organizations,
    service_id uuid not null references support_services, version integer not null check (version > 0),
    title text not null, description text not null, starts_at timestamptz not null, ends_at timestamptz not null,
    repeats text not null check (repeats in ('once', 'weekly', 'fortnightly')), repeats_until date, place text not null,
    digital boolean not null, places integer check (places > 0), sign_up text not null, cost text not null,
    status text not null check (status in ('scheduled', 'cancelled')), check (ends_at > starts_at)
);
create index activities_by_service on activities (service_id, starts_at);
create index activities_by_time on activities (starts_at);
create table units (
    id uuid primary key, organization_id uuid not null references organizations,
    version integer not null check (version > 0), name text not null, kind text not null, area text,
    function_address text, phone text, stand_in_unit_id uuid, active boolean not null,
    address_withheld boolean not null, check (stand_in_unit_id <> id)
);
create table assignments (
    id uuid primary key, issuer text not null, subject text not null, unit_id uuid not null references units,
    role text not null, valid_from timestamptz not null, valid_to timestamptz, ended_at timestamptz
);
create index assignments_by_unit on assignments (unit_id);
create table routing (
    municipality_code text primary key, version integer not null check (version > 0),
    default_unit_id uuid not null references units
);
create table routing_rules (
    id uuid primary key, municipality_code text not null references routing, position integer not null,
    area text not null, target_groups text[] not null, age_of text not null, age_from integer, age_to integer,
    unit_id uuid not null references units, stand_in_unit_id uuid references units, valid_from date not null,
    valid_to date, reason_sv text not null, unique (municipality_code, position)
);
create table referral_counts (
    unit_id uuid not null, month date not null, step text not null, count integer not null,
    primary key (unit_id, month, step)
);
"""

# sorting å ä ö needs ICU; a PostgreSQL built without it sorts by code point
_COLLATION = """
do $$ begin
    create collation swedish (provider = icu, locale = 'sv');
exception when feature_not_supported or undefined_object then
    create collation swedish from "C";
end $$
"""

_OPERATOR = "current_setting('lotsa.role', true) = 'operator'"
_ADMINISTRATOR = "current_setting('lotsa.role', true) = 'municipality-administrator'"
_OWN = "organization_id::text = current_setting('lotsa.organization_id', true)"
_HERE = "current_setting('lotsa.municipality_code', true)"

_LISTING = f"{_OPERATOR} or ({_OWN} and current_setting('lotsa.role', true) = 'partner-editor')"
_ORGANIZATION = (
    f"{_OPERATOR} or (id::text = current_setting('lotsa.organization_id', true) "
    "and current_setting('lotsa.role', true) = 'partner-editor') "
    f"or ({_ADMINISTRATOR} and municipality_code = {_HERE})"
)
_UNIT = f"{_OPERATOR} or ({_ADMINISTRATOR} and ({_OWN} or split_part(area, '-', 1) = {_HERE}))"
_ASSIGNMENT = f"exists (select from units where units.id = unit_id and ({_UNIT}))"
_ROUTING = f"{_OPERATOR} or ({_ADMINISTRATOR} and municipality_code = {_HERE})"

_WRITERS = {
    "organizations": _ORGANIZATION,
    "locations": _LISTING,
    "support_services": _LISTING,
    "service_at_locations": _LISTING,
    "activities": _LISTING,
    "units": _UNIT,
    "assignments": _ASSIGNMENT,
    "routing": _ROUTING,
    "routing_rules": _ROUTING,
}


def upgrade() -> None:
    """Make the tables, their policies and the application role's rights."""
    op.execute(_COLLATION)
    for statement in _TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)
    for statement in staff.DDL.split(";\n"):
        if statement.strip():
            op.execute(statement)
    create_outbox(op)
    create_inbox(op)
    create_idempotency(op)
    for table, writers in _WRITERS.items():
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(f"create policy write on {table} for all using ({writers}) with check ({writers})")
        if table != "assignments":
            op.execute(f"create policy read on {table} for select using (true)")
    app = role("app")
    op.execute(f"grant usage on schema public to {app}")
    op.execute(f"grant select, insert, update, delete on all tables in schema public to {app}")
    op.execute(f"revoke delete on organizations, support_services, activities, units, assignments from {app}")
    op.execute(f"revoke all on alembic_version from {app}")
