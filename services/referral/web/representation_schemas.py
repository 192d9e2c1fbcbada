"""The shape of what systems get, for the description of the API."""

from __future__ import annotations

from typing import Any

from services.referral.domain.clocks import Promise
from services.referral.domain.lifecycle import FORMER_NAMES, Action
from shared.web.schema import Schema, fields, validate


def _list(kind: type[fields.Field[Any]] = fields.String) -> fields.List[Any]:
    return fields.List(kind(), required=True)


class PromisesOut(Schema):
    """The promised moments. ``first_contact_by`` is null where nobody is to reach out to the carer."""

    acknowledge_by = fields.AwareDateTime(required=True)
    first_contact_by = fields.AwareDateTime(required=True, allow_none=True)
    answer_by = fields.AwareDateTime(required=True)


class ConsentRefOut(Schema):
    """Which consent is about whom."""

    id = fields.UUID(required=True)
    about = fields.String(required=True)


class ReceiptOut(PromisesOut):
    """What the sender gets."""

    id = fields.UUID(required=True)
    number = fields.String(required=True)
    priority = fields.String(required=True)
    sent_at = fields.AwareDateTime(required=True)
    receiving_unit_id = fields.UUID(required=True)
    stand_in_unit_id = fields.UUID(required=True, allow_none=True)
    consents = fields.List(fields.Nested(ConsentRefOut), required=True)


class DeadlineOut(Schema):
    """The one next promise and the one unit that keeps it.

    ``promise``: acknowledge | first-contact | answer | acknowledge-withdrawal. The last has no day: ``due_at`` is null,
    and ``waiting_since`` says since when the consent is withdrawn.
    """

    promise = fields.String(required=True, validate=validate.OneOf([each.value for each in Promise]))
    due_at = fields.AwareDateTime(required=True, allow_none=True)
    owner = fields.UUID(required=True)
    waiting_since = fields.AwareDateTime(required=True, allow_none=True)


class BriefOut(Schema):
    """Where a referral stands. ``state``: an HL7 code, or delivered | closed where no more may be told."""

    id = fields.UUID(required=True)
    number = fields.String(required=True)
    state = fields.String(required=True)
    version = fields.Integer(required=True)
    priority = fields.String(required=True)
    protected_identity = fields.Boolean(required=True)
    referring_unit_id = fields.UUID(required=True)
    receiving_unit_id = fields.UUID(required=True)
    stand_in_unit_id = fields.UUID(required=True, allow_none=True)
    sent_at = fields.AwareDateTime(required=True)
    opened_at = fields.AwareDateTime(required=True, allow_none=True)
    accepted_at = fields.AwareDateTime(required=True, allow_none=True)
    first_contact_at = fields.AwareDateTime(required=True, allow_none=True)
    closed_at = fields.AwareDateTime(required=True, allow_none=True)
    promises = fields.Nested(PromisesOut, required=True)
    deadline = fields.Nested(DeadlineOut, required=True, allow_none=True)
    late = fields.Boolean(required=True)
    actions = fields.List(
        fields.String(validate=validate.OneOf([*(each.value for each in Action), *FORMER_NAMES])),
        required=True,
        metadata={"description": "What the asker may do. `first-contact`: as `start`; goes with 0.3."},
    )


class ClosedOut(Schema):
    """A part that is closed to the reader, why, and whose consent it is that is wanting; null where none is."""

    part = fields.String(required=True)
    why = fields.String(required=True)
    whose = fields.String(required=True, allow_none=True)


class RecipientOut(Schema):
    """Whom the text named when it was read out: a place's carer support, or a unit; ``name`` as it was said."""

    area = fields.String(required=True, allow_none=True)
    unit_id = fields.UUID(required=True, allow_none=True)
    name = fields.String(required=True)


class ConsentOut(ConsentRefOut):
    """A consent as it stands.

    ``scopes`` were answered yes to, ``refused_scopes`` no, and what is in neither was not answered; null for a consent
    recorded before a no and no answer were kept apart. ``recipient``: null where what was named was not kept, or where
    it would tell whoever may not see the carer where the carer lives. ``text``: what was read out, word for word, with
    its SHA-256 over UTF-8 in hex; null for the same readers. ``text_origin`` says where it is from: ``kept`` with the
    consent; ``composed`` of version, language and recipient, for a consent from before texts were kept;
    ``version-only``, of the same time, when the recipient was not kept either and there is no text; or ``unreadable``.
    """

    given_by = fields.String(required=True)
    form = fields.String(required=True)
    recipient_unit_id = fields.UUID(required=True)
    stand_in_unit_id = fields.UUID(required=True, allow_none=True)
    recipient = fields.Nested(RecipientOut, required=True, allow_none=True)
    scopes = _list()
    refused_scopes = fields.List(fields.String(), required=True, allow_none=True)
    standing_scopes = _list()
    channels = _list()
    text_version = fields.String(required=True)
    text_language = fields.String(required=True)
    text = fields.String(required=True, allow_none=True)
    text_sha256 = fields.String(required=True, allow_none=True)
    text_origin = fields.String(required=True, allow_none=True)
    interpreter_present = fields.Boolean(required=True)
    given_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True)
    withdrawn_at = fields.AwareDateTime(required=True, allow_none=True)


class StepOut(Schema):
    """One step on the way."""

    action = fields.String(required=True)
    after = fields.String(required=True)
    version = fields.Integer(required=True)
    at = fields.AwareDateTime(required=True)
    unit_id = fields.UUID(required=True)
    reason = fields.String(required=True)
    comment = fields.String(required=True)
    unmet_needs = _list()


class ReferralOut(BriefOut):
    """A referral, as much of it as the reader may see."""

    carer = fields.Dict(required=True, allow_none=True)
    need = fields.Dict(required=True, allow_none=True)
    person_cared_for = fields.Dict(required=True, allow_none=True)
    closed = fields.List(fields.Nested(ClosedOut), required=True)
    consents = fields.List(fields.Nested(ConsentOut), required=True)
    steps = fields.List(fields.Nested(StepOut), required=True)


class DraftOut(Schema):
    """A draft."""

    id = fields.UUID(required=True)
    answers = fields.Dict(required=True)
    version = fields.Integer(required=True)
    created_at = fields.AwareDateTime(required=True)
    updated_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True)


class UnitOut(Schema):
    """A unit that receives referrals."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    area = fields.String(required=True, allow_none=True)
    phone = fields.String(required=True, allow_none=True)


class ProposalOut(Schema):
    """The one receiver, its stand-in and why."""

    unit = fields.Nested(UnitOut, required=True)
    stand_in = fields.Nested(UnitOut, required=True, allow_none=True)
    reason = fields.String(required=True)
    is_default = fields.Boolean(required=True)
    age_decides = fields.Boolean(
        required=True, metadata={"description": "Whether a more exact age of the carer may lead to another unit."}
    )


class ConsentTextOut(Schema):
    """The words that are read out before somebody consents. ``in_force``: whether they are those of today.

    ``text``: with the recipient that was asked for filled in; else `%(recipient)s` where its name belongs.
    ``text_sha256``: its SHA-256 over UTF-8 in hex, by which it is known again in a consent that was given to it.
    """

    version = fields.String(required=True)
    about = fields.String(required=True)
    language = fields.String(required=True)
    text = fields.String(required=True)
    text_sha256 = fields.String(required=True)
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(required=True, allow_none=True)
    in_force = fields.Boolean(required=True)


class ConsentTextsOut(Schema):
    """Every text there has been, in every language."""

    items = fields.List(fields.Nested(ConsentTextOut), required=True)


class CodeOut(Schema):
    """One choice of a list."""

    code = fields.String(required=True)
    title = fields.String(required=True)
    comment_required = fields.Boolean(required=True)
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(required=True, allow_none=True)


class CodesOut(Schema):
    """A list of codes."""

    items = fields.List(fields.Nested(CodeOut), required=True)
