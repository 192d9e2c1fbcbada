"""The shape of what systems ask for of a unit's referrals, and get."""

from __future__ import annotations

from datetime import UTC, datetime

from services.referral.web.representation_schemas import BriefOut
from services.referral.web.schemas import Strict
from shared.web.api.paging import PageOut, Paging
from shared.web.schema import Schema, fields, validate


class ListQuery(Paging):
    """Which referrals to list."""

    state = fields.String(load_default=None, validate=validate.OneOf(["open", "closed"]))
    direction = fields.String(load_default=None, validate=validate.OneOf(["received", "sent"]))


# what no clock of a caller's says, and no database has to make a moment of
CENTURY = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


class CountsQuery(Strict):
    """After which moment a referral is counted as new."""

    since = fields.AwareDateTime(load_default=None, validate=validate.Range(*CENTURY))


class CountsOut(Schema):
    """Of the open referrals in the list: how many; how many nobody has accepted (null for those who send); how many
    were sent after ``since`` (null when it was not asked for)."""

    open = fields.Integer(required=True)
    waiting = fields.Integer(required=True, allow_none=True)
    new = fields.Integer(required=True, allow_none=True)


class ListOut(PageOut):
    """One page of a list."""

    items = fields.List(fields.Nested(BriefOut), required=True)
