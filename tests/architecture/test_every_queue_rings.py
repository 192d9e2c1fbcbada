"""Whoever sleeps at a queue is woken by each statement that writes into it, so each of them has the bell in it."""

from __future__ import annotations

import re
from pathlib import Path

from services.audit.adapters import pending_entries
from shared.messaging.publish import outbox
from tests.support.rooms import PRODUCT

ROOT = Path(__file__).parents[2]
BELLS = (outbox.BELL, pending_entries.BELL)


def silent(text: str, queue: str) -> list[int]:
    """The lines in which something is written into a queue with no bell around it."""
    written = re.finditer(rf"(\.rung_by\(\s*f?\"\"\"\s*)?\binsert into {queue}\b", text, re.IGNORECASE)
    return [text.count("\n", 0, each.start()) + 1 for each in written if not each.group(1)]


def test_each_statement_that_writes_into_a_queue_rings_its_bell() -> None:
    """In all of the product's own code. What was moved by other means is found half a second later."""
    found, rung = {}, 0
    for room in PRODUCT:
        for path in sorted((ROOT / room).rglob("*.py")):
            text = path.read_text()
            for bell in BELLS:
                rung += len(re.findall(rf"BELL\.rung_by\(\"\"\"\s*insert into {bell.queue}\b", text, re.IGNORECASE))
                if lines := silent(text, bell.queue):
                    found[str(path.relative_to(ROOT))] = lines
    assert found == {}
    assert rung == len(BELLS)


def test_one_that_does_not_ring_would_be_seen() -> None:
    """The check can fail."""
    assert silent('X = """\n    INSERT INTO outbox (id) VALUES ($1)\n"""', "outbox") == [2]
    assert silent('X = BELL.rung_by("""\n    INSERT INTO outbox (id) VALUES ($1)\n""")', "outbox") == []
