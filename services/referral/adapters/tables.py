"""The tables that ``migrations`` made, as SQLAlchemy Core sees them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, Column, DateTime, Integer, LargeBinary, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata = MetaData()


def _table(name: str, **columns: Any) -> Table:
    return Table(name, metadata, *(Column(column, kind) for column, kind in columns.items()))


_when = DateTime(timezone=True)
_texts = ARRAY(Text)

referrals = _table(
    "referrals",
    id=Uuid,
    number=Text,
    state=Text,
    version=Integer,
    priority=Text,
    referring_unit_id=Uuid,
    receiving_unit_id=Uuid,
    stand_in_unit_id=Uuid,
    protected_identity=Boolean,
    sent_at=_when,
    acknowledge_by=_when,
    first_contact_by=_when,
    answer_by=_when,
    opened_at=_when,
    accepted_at=_when,
    first_contact_at=_when,
    closed_at=_when,
    assigned_issuer=Text,
    assigned_subject=Text,
    sealed_parts=_texts,
    owner_unit_id=Uuid,
    deadline_kind=Text,
    deadline_at=_when,
)

consents = _table(
    "consents",
    id=Uuid,
    referral_id=Uuid,
    about=Text,
    given_by=Text,
    representative_name=LargeBinary,
    form=Text,
    recipient_unit_id=Uuid,
    stand_in_unit_id=Uuid,
    scopes=_texts,
    refused_scopes=_texts,
    named_area=Text,
    named_unit_id=Uuid,
    named_as=Text,
    channels=_texts,
    text_version=Text,
    text_language=Text,
    words=LargeBinary,
    words_sha256=LargeBinary,
    interpreter_present=Boolean,
    given_at=_when,
    expires_at=_when,
    recorded_issuer=Text,
    recorded_subject=Text,
    recorded_assignment_id=Uuid,
    recorded_unit_id=Uuid,
    withdrawn_scopes=_texts,
    withdrawn_at=_when,
    withdrawn_issuer=Text,
    withdrawn_subject=Text,
    withdrawn_assignment_id=Uuid,
    withdrawn_unit_id=Uuid,
    blocked_at=_when,
)

data_keys = _table(
    "data_keys",
    id=Uuid,
    referral_id=Uuid,
    part=Text,
    wrapped=LargeBinary,
    created_at=_when,
    sealed_at=_when,
    destroyed_at=_when,
)

contents = _table(
    "contents",
    id=Uuid,
    referral_id=Uuid,
    part=Text,
    body=LargeBinary,
    identity_index=LargeBinary,
)

steps = _table(
    "steps",
    id=Uuid,
    referral_id=Uuid,
    version=Integer,
    action=Text,
    after=Text,
    at=_when,
    issuer=Text,
    subject=Text,
    assignment_id=Uuid,
    unit_id=Uuid,
    reason=Text,
    comment=LargeBinary,
    unmet_needs=_texts,
)

drafts = _table(
    "drafts",
    id=Uuid,
    author=Text,
    unit_id=Uuid,
    version=Integer,
    key_id=Uuid,
    wrapped_key=LargeBinary,
    answers=LargeBinary,
    created_at=_when,
    updated_at=_when,
    expires_at=_when,
)

look_kinds = _table(
    "look_kinds",
    kind_id=Uuid,
    assignment_id=Uuid,
    unit_id=Uuid,
    action=Text,
    outcome=Text,
    rule=Text,
    purpose=Text,
    issuer=Text,
    subject=Text,
    role=Text,
    record_kind=Text,
)

id_sets = _table("id_sets", set_id=Uuid, ids=ARRAY(Uuid))

looks = _table("looks", access_id=Uuid, kind_id=Uuid, occurred_at=_when, shown=Uuid, relied=Uuid, relied_on=LargeBinary)

routing_sets = _table(
    "routing_sets",
    municipality_code=Text,
    version=Integer,
    default_unit_id=Uuid,
    rules=JSONB,
)
