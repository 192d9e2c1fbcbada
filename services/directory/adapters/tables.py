"""The directory's tables. Created by ``migrations``; the shared rooms' tables are created by their own helpers."""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    Date,
    DateTime,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR

metadata = MetaData()
_moment = DateTime(timezone=True)

organizations = Table(
    "organizations",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer),
    Column("name", Text),
    Column("kind", Text),
    Column("municipality_code", Text),
    Column("description", Text),
    Column("website", Text),
    Column("email", Text),
    Column("phone", Text),
    Column("identifier", Text),
    Column("active", Boolean),
)
locations = Table(
    "locations",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organization_id", Uuid),
    Column("name", Text),
    Column("address", Text),
    Column("postal_code", Text),
    Column("city", Text),
    Column("area", Text),
    Column("accessibility", Text),
)
support_services = Table(
    "support_services",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organization_id", Uuid),
    Column("version", Integer),
    Column("name", Text),
    Column("summary", Text),
    Column("description", Text),
    Column("forms", ARRAY(Text)),
    Column("target_groups", ARRAY(Text)),
    Column("areas", ARRAY(Text)),
    Column("languages", ARRAY(Text)),
    Column("eligibility", Text),
    Column("cost", Text),
    Column("attend", Text),
    Column("email", Text),
    Column("phone", Text),
    Column("url", Text),
    Column("digital", Boolean),
    Column("status", Text),
    Column("assured_at", _moment),
    Column("search", TSVECTOR),
)
service_at_locations = Table(
    "service_at_locations",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organization_id", Uuid),
    Column("service_id", Uuid),
    Column("location_id", Uuid),
    Column("schedules", JSONB),
)
activities = Table(
    "activities",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organization_id", Uuid),
    Column("service_id", Uuid),
    Column("version", Integer),
    Column("title", Text),
    Column("description", Text),
    Column("starts_at", _moment),
    Column("ends_at", _moment),
    Column("repeats", Text),
    Column("repeats_until", Date),
    Column("place", Text),
    Column("digital", Boolean),
    Column("places", Integer),
    Column("sign_up", Text),
    Column("cost", Text),
    Column("status", Text),
)
units = Table(
    "units",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organization_id", Uuid),
    Column("version", Integer),
    Column("name", Text),
    Column("kind", Text),
    Column("area", Text),
    Column("function_address", Text),
    Column("phone", Text),
    Column("stand_in_unit_id", Uuid),
    Column("active", Boolean),
    Column("address_withheld", Boolean),
)
former_unit_names = Table(
    "former_unit_names",
    metadata,
    Column("unit_id", Uuid, primary_key=True),
    Column("name", Text),
    Column("until", _moment, primary_key=True),
)
assignments = Table(
    "assignments",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("issuer", Text),
    Column("subject", Text),
    Column("unit_id", Uuid),
    Column("role", Text),
    Column("valid_from", _moment),
    Column("valid_to", _moment),
    Column("ended_at", _moment),
)
routing = Table(
    "routing",
    metadata,
    Column("municipality_code", Text, primary_key=True),
    Column("version", Integer),
    Column("default_unit_id", Uuid),
)
routing_rules = Table(
    "routing_rules",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("municipality_code", Text),
    Column("position", Integer),
    Column("area", Text),
    Column("target_groups", ARRAY(Text)),
    Column("age_of", Text),
    Column("age_from", Integer),
    Column("age_to", Integer),
    Column("unit_id", Uuid),
    Column("stand_in_unit_id", Uuid),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("reason_sv", Text),
)
referral_counts = Table(
    "referral_counts",
    metadata,
    Column("unit_id", Uuid, primary_key=True),
    Column("month", Date, primary_key=True),
    Column("step", Text, primary_key=True),
    Column("count", Integer),
)
