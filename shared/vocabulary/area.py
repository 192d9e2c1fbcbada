"""Codes of areas: a municipality's four digits (Statistics Sweden's), or those and a district's name in it.

"0180" is Stockholm, "0180-sodermalm" a district of it. Which of them there are, the directory knows.
"""

from __future__ import annotations

import re

AREA_PATTERN = "[0-9]{4}(-[a-z0-9-]{1,40})?"
AREA_LIMIT = 45
"""The longest that a code may be, in characters."""
_AREA = re.compile(AREA_PATTERN)


def is_area_code(text: str) -> bool:
    """Whether the whole text has the shape of an area's code."""
    return _AREA.fullmatch(text) is not None
