"""What the referral service keeps for ever of a referral about two people that is sent, opened, accepted and closed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.integration.referral.conftest import Cast, Room, a_referral_about_both

pytestmark = pytest.mark.timeout(300)

# bytes, rows and indexes; the log keeps its own, and twelve thousand are meant for all services together
A_STORY = 6_500
FIRST, MORE = 20, 40
KEPT = Path(__file__).resolve().parents[3] / "docs/kept.md"


def test_a_story_is_small(room: Room, alva: Cast, bo: Cast) -> None:
    """All tables but those that are swept, with their indexes; measured when each has its first pages."""
    for _ in range(FIRST):
        tell(alva, bo)
    before = weigh(room)
    for _ in range(MORE):
        tell(alva, bo)
    a_story = (weigh(room) - before) / MORE
    assert 1_000 < a_story < A_STORY, f"{a_story:.0f} bytes are kept of a story"


def tell(alva: Cast, bo: Cast) -> None:
    """One story."""
    referral_id = alva.send(a_referral_about_both()).json["id"]
    assert bo.open(referral_id).status_code == 200
    assert bo.step("accept", referral_id).status_code == 200
    assert bo.step("complete", referral_id, 2, {"reason": "support-started"}).status_code == 200


def kept_tables() -> list[str]:
    """The referral service's tables from which nothing is removed, by docs/kept.md."""
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \|[^|]+\| (kept|swept):", KEPT.read_text(encoding="utf-8"), re.MULTILINE)
    return [table for table, services, fate in rows if fate == "kept" and ("referral" in services or services == "all")]


def weigh(room: Room) -> int:
    """The bytes of all that is kept, indexes and all."""
    of_each = "SELECT pg_total_relation_size(name::regclass) AS size FROM unnest(CAST(:names AS text[])) AS each (name)"
    tables = kept_tables()
    assert {"referrals", "consents", "contents", "data_keys", "steps", "looks"} <= set(tables)
    return sum(row.size for row in room.ask(of_each, names=tables))
