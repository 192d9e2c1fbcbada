"""An administrator's form of an assignment: shape only. What the fields mean is the domain's affair."""

from __future__ import annotations

from services.directory.web.forms import CHOSEN, DAY, Form
from shared.kernel.actor import Role
from shared.kernel.translation import says
from shared.web.schema import fields
from shared.web.schema.validate import Whole
from shared.web.text_fields import ReadableText

SUBJECT = Whole(r"^[!-~]{1,200}$", error=says("Write the user's id without spaces."))


class AssignmentForm(Form):
    """Who gets which role, and until when. ``confirmed``: the id of one who never signed in, said to be right."""

    id = fields.UUID(required=True)
    subject = ReadableText(200, required=True, validate=[SUBJECT])
    role = fields.Enum(Role, by_value=True, **CHOSEN)
    last_day = fields.Date(load_default=None, validate=DAY)
    confirmed = fields.String(load_default="")
