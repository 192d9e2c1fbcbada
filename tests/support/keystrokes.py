"""How long a person needs for what a journey does: the Keystroke-Level Model, and the waiting as it is measured.

Seconds as published by Card, Moran and Newell ("The keystroke-level model for user performance time with interactive
systems", Communications of the ACM 23:7, 1980): K for an average typist who is no secretary (40 words a minute), P to
point with a mouse, B to press or release its button, H to move the hand between mouse and keyboard, M to prepare
mentally before a choice. Nobody's thinking of *what* to write is in it, nor is talking.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field

from playwright.sync_api import Locator, Page

SECONDS = {"K": 0.28, "P": 1.10, "B": 0.10, "H": 0.40, "M": 1.35}
WORDS_READ_ALOUD_A_MINUTE = 150


@dataclass
class Hands:
    """A person's hands at a page: does what they do, and counts it. ``waited``: seconds until pages had come."""

    page: Page
    done: Counter[str] = field(default_factory=Counter)
    pages: int = 0
    waited: float = 0.0
    read_aloud: int = 0

    def write(self, place: Locator, text: str) -> None:
        """Decide, point, click, take the keyboard, type, and take the mouse again."""
        self._count("MPBBH" + "K" * len(text) + "H")
        place.click()
        place.fill(text)

    def choose(self, place: Locator) -> None:
        """Decide, point, click."""
        self._count("MPBB")
        place.check()

    def look(self, times: int = 1) -> None:
        """See that something is as it should be, and leave it."""
        self._count("M" * times)

    def aloud(self, place: Locator) -> None:
        """Read a text out; counted by itself, in words."""
        self.read_aloud += len(place.inner_text().split())

    def press(self, place: Locator) -> None:
        """Decide, point, click, and wait until the next page stands there."""
        self._count("MPBB")
        began = time.monotonic()
        place.click()
        self.page.wait_for_load_state("load")
        self.waited += time.monotonic() - began
        self.pages += 1

    @property
    def clicks(self) -> int:
        """Of the mouse: each is a press and a release."""
        return self.done["B"] // 2

    @property
    def seconds(self) -> float:
        """Of hands and deciding, and of waiting for the server and the browser."""
        return sum(SECONDS[each] * times for each, times in self.done.items()) + self.waited

    @property
    def seconds_of_reading_aloud(self) -> float:
        """At an ordinary pace."""
        return self.read_aloud / WORDS_READ_ALOUD_A_MINUTE * 60

    def told(self, what: str) -> str:
        """The estimate as a line."""
        each = ", ".join(f"{self.done[name]} {name}" for name in SECONDS)
        return (
            f"{what}: {self.seconds:.0f} s with the hands ({each}; {self.pages} pages, {self.waited:.1f} s of waiting),"
            f" and {self.seconds_of_reading_aloud:.0f} s of reading the consent out:"
            f" {self.seconds + self.seconds_of_reading_aloud:.0f} s in all"
        )

    def _count(self, operators: str) -> None:
        self.done.update(operators)
