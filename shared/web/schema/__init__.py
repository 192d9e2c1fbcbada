"""Shapes of forms and of the API: marshmallow's, with every sentence about a mistake in the catalogue's own words.

Whoever writes a shape takes ``Schema``, ``fields`` and ``validate`` from here; ruff refuses the library's own.
"""

from __future__ import annotations

import marshmallow

from shared.kernel.translation import says
from shared.web.schema.words import WRONG_FORM

SAID = {"type": WRONG_FORM, "unknown": says("This field is not part of the form.")}


class Schema(marshmallow.Schema):
    """A shape. What is wrong with the whole of it is said in our words too."""

    error_messages = SAID
