"""The shape of what systems are answered of notices."""

from __future__ import annotations

from services.notifications.domain.notice import Template
from services.notifications.web.notices.words import REASONS, STATUSES
from shared.web.api.paging import PageOut
from shared.web.schema import Schema, fields, validate


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


class NoticesOut(PageOut):
    """A page of the unit's notices, the newest first."""

    items = fields.List(fields.Nested(NoticeOut), required=True)
