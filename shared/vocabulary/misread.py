"""What every value says when a text does not mean it: a name, a slug and one sentence.

    Misread
    ├── not a telephone number, in its ways    telephone.py
    ├── not a time of day, or no span          hours.py
    ├── not an identity number                 identity_number.py
    └── …                                      one family for each value

A misreading never repeats what was read: it is shown, counted and logged.
"""

from __future__ import annotations

from typing import ClassVar

from shared.kernel.translation import says


class Misread(ValueError):
    """A text does not mean the value that it was read as. Subclasses set ``slug`` and ``title``.

    ``title`` is an English sentence for the one who typed it, and the key into the translation catalogue.
    """

    slug: ClassVar[str] = "misread"
    title: ClassVar[str] = says("This has the wrong form.")

    def __init__(self) -> None:
        super().__init__(self.title)
