"""The shape of entries and trails, as systems are answered."""

from __future__ import annotations

from services.audit.log.entry import AGENTS
from services.audit.views.states import ConsentStands, ReferralStands
from services.audit.web.trail.reasons import why
from services.audit.web.trail.words import heading
from shared.web.api.paging import MOST, PageOut, Paging
from shared.web.schema import Schema, fields, validate


class EntryOut(Schema):
    """One entry of the log, as its leaf says; ``user`` stands outside the leaf and may have been erased.

    Unit and role are looked up from the assignment where the entry was written before that had been heard of.
    """

    index = fields.Integer(required=True)
    id = fields.UUID(required=True)
    type = fields.String(required=True)
    occurred_at = fields.AwareDateTime(required=True, metadata={"description": "When it happened, as it was told."})
    recorded_at = fields.AwareDateTime(required=True, metadata={"description": "When the log took it in."})
    action = fields.String(required=True)
    outcome = fields.String(required=True)
    unit = fields.UUID(
        required=True,
        allow_none=True,
        attribute="unit_id",
        metadata={"description": "The unit that was acted for; null when nobody acted, or it is not known."},
    )
    role = fields.String(required=True, allow_none=True)
    agent = fields.String(
        required=True,
        metadata={"description": f"Who acted, by kind: {', '.join(AGENTS)}. Empty until 0.1, which did not say."},
    )
    user = fields.String(required=True, allow_none=True)
    erased = fields.Boolean(required=True, metadata={"description": "Whether the user's name has been erased."})
    rule = fields.String(required=True, allow_none=True)
    purpose = fields.String(required=True, allow_none=True)
    record_kind = fields.String(required=True, allow_none=True)
    subjects = fields.List(fields.UUID(), required=True)
    consents = fields.List(fields.UUID(), required=True)
    what = fields.Function(
        heading, required=True, metadata={"type": "string", "description": "What happened, in a few Swedish words."}
    )
    differs = fields.List(
        fields.String(),
        required=True,
        metadata={
            "description": "What stands beside the entry and is not what the entry itself says: event_id, type, "
            "occurred_at, recorded_at, units, leaf_hash, user, shown. Empty when all of it fits."
        },
    )
    why = fields.Function(why, required=True, metadata={"type": "string", "description": "In one Swedish sentence."})


class ListedOut(EntryOut):
    """An entry in a list; in lists of consents and of referrals with how that one stands now."""

    state = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": f"One of {', '.join([*ConsentStands, *ReferralStands])}; null in the list of all."},
    )


class EntriesOut(PageOut):
    """A page of entries, the newest first."""

    items = fields.List(fields.Nested(ListedOut), required=True)


class TrailAsked(Paging):
    """How many readings, and from where on."""

    limit = fields.Integer(load_default=MOST, validate=validate.Range(min=1, max=MOST))


class TrailOut(Schema):
    """Everything around one consent or referral, in the order it happened.

    The first page holds every step and the newest readings; those after it hold older readings.
    """

    kind = fields.String(required=True, validate=validate.OneOf(["consent", "referral"]))
    subject_id = fields.UUID(required=True)
    referral_id = fields.UUID(required=True)
    withdrawn_at = fields.AwareDateTime(required=True, allow_none=True)
    withdrawal_recorded_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "When the log took the withdrawal in."}
    )
    cut_short = fields.Boolean(required=True, metadata={"description": "True when there are older readings."})
    steps = fields.List(fields.Nested(EntryOut), required=True)
    next_cursor = fields.String(
        required=True, allow_none=True, metadata={"description": "Leads to older readings; null when there are none."}
    )
