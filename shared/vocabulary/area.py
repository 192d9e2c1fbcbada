"""Codes of areas: a municipality's four digits (Statistics Sweden's), or those and a district's name in it.

"0180" is Stockholm, "0180-sodermalm" a district of it. Which of them there are, ``area_names`` lists.
"""

from __future__ import annotations

import re

MUNICIPALITY_PATTERN = "[0-9]{4}"
AREA_PATTERN = f"{MUNICIPALITY_PATTERN}(-[a-z0-9-]{{1,40}})?"
AREA_LIMIT = 45
"""The longest that a code may be, in characters."""
_AREA = re.compile(AREA_PATTERN)


def is_area_code(text: str) -> bool:
    """Whether the whole text has the shape of an area's code."""
    return _AREA.fullmatch(text) is not None


def municipality_of(area: str) -> str:
    """The municipality's code of an area's: "0180-farsta" → "0180"."""
    return area.partition("-")[0]


def covers(wider: str, narrower: str) -> bool:
    """Whether an area holds another: each holds itself, and a municipality its districts."""
    return wider in (narrower, municipality_of(narrower))
