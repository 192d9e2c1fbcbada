"""Texts as fields of forms and of the API: in one form, with something to read where something is asked for."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError

from shared.vocabulary.misread import Misread
from shared.vocabulary.readable_text import length, one_line, readable, several_lines
from shared.web.schema import fields, validate


class AtMost(validate.Length):
    """``Length`` of texts, counted as a browser counts them for ``maxlength``: a form that the browser lets through is
    not refused for its length, and what a system sends can be edited on the page.

    The API's description shows it as ``maxLength``, which JSON Schema counts in code points: an emoji is two here.
    """

    def __init__(self, most: int, least: int | None = None) -> None:
        super().__init__(max=most, min=least)

    def __call__(self, value: Any) -> Any:
        """The value itself. Raises ValidationError."""
        long = length(value)
        if self.max is not None and long > self.max:
            raise ValidationError(self.too_long())
        if self.min is not None and long < self.min:
            raise ValidationError(self.too_short())
        return value


class ReadableText(fields.String):
    """A text that people write and read, of at most ``most`` characters; "" unless ``required``.

    ``lines``: it may have several. Where it is required, something in it can be read: a letter or a figure.
    ``missing``: it is required, and this is said, instead of the usual sentence, when nothing is there.
    """

    def __init__(self, most: int, *, lines: bool = False, missing: str = "", **more: Any) -> None:
        required = bool(more.get("required") or missing)
        if not required:
            more.setdefault("load_default", "")
        checks = [AtMost(most, 1 if required else None), *more.pop("validate", [])]
        sentences: Any = {"required": missing} if missing else {}
        super().__init__(validate=checks, error_messages=sentences, **{**more, "required": required})
        self._clean = several_lines if lines else one_line

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> str:
        said: str = super()._deserialize(value, attr, data, **more)
        try:
            clean = self._clean(said)
            if self.required and clean:
                readable(clean)
        except Misread as wrong:
            raise ValidationError(wrong.title) from None
        if self.required and not clean:
            raise self.make_error("required")
        return clean
