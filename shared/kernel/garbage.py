"""When Python looks for reference cycles: seldom, in a process that has all its code loaded and then runs for weeks."""

from __future__ import annotations

import gc

YOUNG = 20_000
OLDER = (20, 50)


def settle_down() -> None:
    """Leave what is loaded now out of every later look, and look seldom.

    Code, mappings and settings live as long as the process. To look through them again and again, as Python does by
    default after each 700 new objects, took a fifth of a busy process's time. Call it when all is loaded.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, *OLDER)
