"""What is loaded when a process settles down is not looked through again."""

from __future__ import annotations

import subprocess
import sys

ASK = """
import gc, json
from shared.kernel.garbage import settle_down
loaded = len(gc.get_objects())
settle_down()
print(gc.get_freeze_count() >= loaded // 2, len(gc.get_objects()) < loaded // 10, gc.get_threshold()[0] > 700)
print(gc.isenabled())
"""


def test_what_is_loaded_is_left_alone_and_the_rest_is_still_collected() -> None:
    """In a process of its own: collecting stays on, and has next to nothing to look at."""
    asked = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True, timeout=60)
    assert asked.stdout.split() == ["True"] * 4
