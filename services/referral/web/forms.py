"""How a page's form is read: shape only, fields that are not in the form refused, what was typed never lost.

Values travel as the browser sent them (texts, and lists for boxes); that is also how a draft keeps them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import RAISE, ValidationError
from werkzeug.datastructures import MultiDict

from services.referral.web import words as words
from shared.web.schema import Schema, fields, validate
from shared.web.text_fields import AtMost, ReadableText
from shared.web.validation import messages

# what every form carries besides its own fields
CARRIED = frozenset({"csrf_token", "version", "submit", "go"})

# a postal address is the shortest text that has lines, in characters
SEVERAL_LINES = 400
# characters of an e-mail address (RFC 5321, 4.5.3.1.3, without the brackets)
EMAIL_LIMIT = 254

Values = dict[str, Any]


class Form(Schema):
    """A form: a list is a group of boxes, a boolean is one box, all else is one text."""

    class Meta:
        unknown = RAISE


class Typed:
    """A form as it was typed: its values, and its errors by field name (empty when it is right)."""

    def __init__(self, values: Mapping[str, Any] | None = None, errors: Mapping[str, str] | None = None) -> None:
        self.values: Values = dict(values or {})
        self.errors: dict[str, str] = dict(errors or {})

    def get(self, name: str, default: Any = "") -> Any:
        """A field as typed."""
        return self.values.get(name, default)

    def chosen(self, name: str) -> list[str]:
        """The ticked boxes of a group."""
        value = self.values.get(name, [])
        return list(value) if isinstance(value, list) else [value]

    def ticked(self, name: str) -> bool:
        """Whether a single box is ticked."""
        return self.values.get(name) == "true"


def typed(form: Form, sent: MultiDict[str, str]) -> Values:
    """What was typed, blanks left out. A field that the form does not have is kept, so that loading refuses it."""
    values: Values = {}
    for name in sent:
        if name in CARRIED:
            continue
        given = [each.strip() for each in sent.getlist(name) if each.strip()]
        if isinstance(form.fields.get(name), fields.List):
            values[name] = given
        elif given:
            values[name] = given[0]
    return values


def load(form: Form, values: Mapping[str, Any]) -> dict[str, Any]:
    """The form's meaning. Raises ValidationError."""
    loaded: dict[str, Any] = form.load(values)
    return loaded


def problems(error: ValidationError | Mapping[str, Any], form: Form) -> dict[str, str]:
    """Errors by field name, one sentence each, in the reader's language and in the form's order."""
    found: dict[str, str] = {}
    for name, said in messages(error.messages if isinstance(error, ValidationError) else error).items():
        found.setdefault(name.split(".", 1)[0], said)
    order = list(form.fields)
    return dict(sorted(found.items(), key=lambda each: order.index(each[0]) if each[0] in order else len(order)))


def text(limit: int = 200, *, missing: str = "", check: Any = None) -> ReadableText:
    """A text of at most ``limit`` characters; one that may be long may have several lines.

    ``missing``: the sentence when it is left out; empty: it may be.
    """
    return ReadableText(limit, lines=limit >= SEVERAL_LINES, missing=missing, validate=[check] if check else [])


def code(codes: Mapping[str, Any], *, missing: str = "", default: str = "") -> fields.String:
    """One code of a list. ``missing``: the sentence when none is chosen; empty: ``default`` is taken."""
    if missing:
        return fields.String(required=True, validate=validate.OneOf(codes), error_messages={"required": missing})
    return fields.String(load_default=default, validate=validate.OneOf(codes))


def codes(of: Mapping[str, Any] | None = None, *, missing: str = "") -> fields.List[Any]:
    """Any of a list's codes, perhaps at least one. Without a list, the domain checks them."""
    each = fields.String(validate=validate.OneOf(of) if of is not None else AtMost(60))
    if missing:
        return fields.List(each, required=True, validate=validate.Some(missing), error_messages={"required": missing})
    return fields.List(each, load_default=list)


def yes_or_no(missing: str) -> fields.String:
    """A question that must be answered with yes or no."""
    return code(words.YES_NO, missing=missing)


def ticked() -> fields.Boolean:
    """One box."""
    return fields.Boolean(load_default=False)
