"""Breaks off an act at one of its steps, as whoever interrupts it at the keyboard does."""

from __future__ import annotations

from collections.abc import Callable


class Breaking:
    """Stands in the place of steps: at the one that is named the act breaks off, the others do nothing.

    ``waits``: what the act's sleeps are called, in their order.
    """

    def __init__(self, at: str, *, waits: tuple[str, ...] = ("first wait", "second wait")) -> None:
        self._at = at
        self._waits = iter(waits)

    def step(self, name: str) -> Callable[..., None]:
        """To be put in the place of a step."""
        return lambda *_: self._come_to(name)

    def sleep(self, _seconds: float) -> None:
        """To be put in the place of ``time.sleep``."""
        self._come_to(next(self._waits))

    def _come_to(self, name: str) -> None:
        if name == self._at:
            raise KeyboardInterrupt
