"""Swedish postal codes: five figures, written "118 20" (Svensk adresspraxis, SS 613401).

None begins with a nought. "SE-" or "S-" before it, as letters from abroad have it, says nothing that is not known.
"""

from __future__ import annotations

import re

from shared.kernel.translation import says
from shared.vocabulary.marks import keyboard_marks
from shared.vocabulary.misread import Misread

_WRITTEN = re.compile(r"(?:SE?)?([1-9][0-9]{2})([0-9]{2})", re.ASCII)


class NotAPostalCode(Misread):
    """Too few figures, too many, or something else."""

    slug = "not-a-postal-code"
    title = says("A postal code has five digits, for example 118 20.")


def parse_postal_code(text: str) -> str:
    """The code as it is written, "118 20", wherever its figures are set apart. Raises NotAPostalCode."""
    found = _WRITTEN.fullmatch(re.sub("[- ]", "", keyboard_marks(text)).upper())
    if found is None:
        raise NotAPostalCode
    return f"{found[1]} {found[2]}"
