"""The shape of the log's state, its alarms and its export, as systems ask and are answered."""

from __future__ import annotations

from marshmallow import RAISE

from services.audit.domain.alarms import REASONS
from shared.web.schema import Schema, fields, validate


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
