"""Every text that comes in by a form, an address or a JSON body is in one form from here on.

A line break is one character, and letters are put together (``shared.vocabulary.readable_text.received``): so that a
limit counts the same here as in the browser, and a search finds a word however it was typed or pasted. What a text
*means* is asked later, by its field.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Request
from werkzeug.datastructures import ImmutableMultiDict

from shared.vocabulary.readable_text import received


def as_received(value: Any) -> Any:
    """A value of JSON with every text in it in one form. The names of members stay."""
    if isinstance(value, str):
        return received(value)
    if isinstance(value, Mapping):
        return {name: as_received(each) for name, each in value.items()}
    return [as_received(each) for each in value] if isinstance(value, list) else value


class ReceivedTexts(ImmutableMultiDict[str, Any]):
    """What a form or a query string holds."""

    def __init__(self, given: Mapping[str, Any] | Iterable[tuple[str, Any]] | None = None) -> None:
        super().__init__(given)
        # files are kept in such a dictionary too, and stay as they are
        for name, values in dict.items(self):
            dict.__setitem__(self, name, [as_received(each) if isinstance(each, str) else each for each in values])


class ReceivedRequest(Request):
    """A request of the product's apps."""

    parameter_storage_class = ReceivedTexts
