"""The shape of what systems may ask and what they are answered."""

from __future__ import annotations

from marshmallow import RAISE

from services.audit.domain.alarms import REASONS
from services.audit.log.entry import AGENTS
from services.audit.views.standing import ConsentStands, ReferralStands
from services.audit.web.trail.words import heading, why
from shared.web.schema import Schema, fields, validate

MOST = 200
USUAL = 50


class PageAsked(Schema):
    """How many, and from where on."""

    class Meta:
        """Unknown parameters are refused."""

        unknown = RAISE

    limit = fields.Integer(load_default=USUAL, validate=validate.Range(1, MOST))
    cursor = fields.String(load_default=None, validate=validate.Length(1, 500))


class TrailAsked(Schema):
    """How many readings, and from where on."""

    class Meta:
        """Unknown parameters are refused."""

        unknown = RAISE

    limit = fields.Integer(load_default=MOST, validate=validate.Range(1, MOST))
    cursor = fields.String(load_default=None, validate=validate.Length(1, 500))


class AlarmClosedIn(Schema):
    """Why an alarm is closed."""

    class Meta:
        """Unknown members are refused."""

        unknown = RAISE

    reason = fields.String(
        required=True,
        validate=validate.OneOf(REASONS),
        metadata={
            "description": "put-right: found and mended; intended: somebody meant to, as when a copy was put back; "
            "lost-for-good: what is missing cannot be had back; investigated: it is being looked into elsewhere."
        },
    )


class ExportAsked(Schema):
    """Whether the openings of the commitments go along."""

    class Meta:
        """Unknown parameters are refused."""

        unknown = RAISE

    names = fields.Boolean(load_default=False)


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


class EntriesOut(Schema):
    """A page of entries, the newest first."""

    items = fields.List(fields.Nested(ListedOut), required=True)
    next_cursor = fields.String(required=True, allow_none=True, metadata={"description": "Null on the last page."})


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


class AlarmOut(Schema):
    """Something about the log's completeness that a person should look at."""

    id = fields.UUID(required=True, attribute="alarm_id")
    kind = fields.String(required=True)
    publisher = fields.String(required=True)
    first = fields.Integer(required=True)
    last = fields.Integer(required=True)
    noticed_at = fields.AwareDateTime(required=True)
    explained = fields.Boolean(required=True, metadata={"description": "True when the messages lie parked."})
    where = fields.String(
        required=True, metadata={"description": "The table and column that a finding is about; else empty."}
    )
    by_hand = fields.Boolean(
        required=True, metadata={"description": "True when a reviewer can close it, by saying why."}
    )


class VerificationOut(Schema):
    """The verification that goes on by itself."""

    holds = fields.Boolean(
        required=True, allow_none=True, metadata={"description": "Null until all of the log was looked at once."}
    )
    first_wrong_entry = fields.Integer(required=True, allow_none=True, attribute="wrong")
    finished_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "When it had last gone over the whole log."}
    )
    size = fields.Integer(required=True, metadata={"description": "Of so many entries."})
    looked_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "When it last looked at what is new."}
    )
    late = fields.Boolean(
        required=True, metadata={"description": "True when it does not run as it should: what it says is then old."}
    )
    asked = fields.Boolean(
        required=True, metadata={"description": "True when a whole round was asked for and has not begun."}
    )
    done = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "While a round that was asked for goes on: entries looked at so far; else null."},
    )
    of = fields.Integer(
        required=True, allow_none=True, metadata={"description": "While it goes on: entries to look at; else null."}
    )


class LogOut(Schema):
    """The log at a glance. ``checkpoint`` is a C2SP signed note."""

    size = fields.Integer(required=True)
    checkpoint = fields.String(required=True, allow_none=True, attribute="note")
    signed_at = fields.AwareDateTime(required=True, allow_none=True)
    pending = fields.Integer(required=True)
    keys = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "The newest first, the others with “until”. Get yours from elsewhere, too."},
    )
    alarms = fields.List(fields.Nested(AlarmOut), required=True)
    verification = fields.Nested(VerificationOut, required=True)
