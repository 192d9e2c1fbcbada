"""The shape of what systems may ask and what they are answered."""

from __future__ import annotations

from marshmallow import RAISE

from services.notifications.domain.notice import Template
from services.notifications.web.notices.words import REASONS, STATUSES
from shared.web.schema import Schema, fields, validate

MOST = 200
USUAL = 50


class NoticesAsked(Schema):
    """How many notices, and from where on."""

    class Meta:
        """Unknown parameters are refused."""

        unknown = RAISE

    limit = fields.Integer(load_default=USUAL, validate=validate.Range(1, MOST))
    cursor = fields.String(load_default=None, validate=validate.Length(1, 500))


class NoticeOut(Schema):
    """One notice: what was told is its template, and nothing else is known of it."""

    id = fields.UUID(required=True)
    template = fields.String(required=True, validate=validate.OneOf([each.value for each in Template]))
    link = fields.String(required=True, metadata={"description": "A path on the installation's origin."})
    channel = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf([each.value for each in STATUSES]))
    reason = fields.String(
        allow_none=True,
        required=True,
        validate=validate.OneOf([*(each.value for each in REASONS), None]),
        metadata={"description": "Why it was not sent; null unless failed or suppressed."},
    )
    attempts = fields.Integer(required=True)
    queued_at = fields.AwareDateTime(required=True)
    settled_at = fields.AwareDateTime(required=True, allow_none=True)


class NoticesOut(Schema):
    """A page of the unit's notices, the newest first."""

    items = fields.List(fields.Nested(NoticeOut), required=True)
    next_cursor = fields.String(required=True, allow_none=True, metadata={"description": "Null on the last page."})
