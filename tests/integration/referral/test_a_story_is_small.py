"""What the referral service keeps for ever of a referral about two people that is sent, opened, accepted and closed."""

from __future__ import annotations

import pytest

from tests.integration.referral.conftest import Cast, Room
from tests.support.builders.bodies import a_referral_about_both
from tests.support.weighing import kept_tables, vacuum, weigh

pytestmark = pytest.mark.timeout(300)

# bytes, rows and indexes; the log keeps its own, and twelve thousand are meant for all services together
A_STORY = 3_900
FIRST, MORE = 90, 100


def test_a_story_is_small(room: Room, alva: Cast, bo: Cast) -> None:
    """All tables but those that are swept, with their indexes; measured when each has its first pages.

    Vacuumed as often as the server does it by itself: at every fifth of what there is, and no seldomer than this.
    """
    settings, tables = room.installation.settings(), kept_tables("referral")
    assert {"referrals", "consents", "contents", "data_keys", "steps", "looks"} <= set(tables)

    def stories(how_many: int) -> None:
        for number in range(how_many):
            tell(alva, bo)
            if number % 5 == 4:
                vacuum(settings, "referral", tables)

    stories(FIRST)
    before = weigh(settings, "referral", tables)
    stories(MORE)
    after = weigh(settings, "referral", tables)
    each = {table: (after[table] - before[table]) / MORE for table in tables}
    assert 1_000 < sum(each.values()) <= A_STORY, (sum(each.values()), each)


def tell(alva: Cast, bo: Cast) -> None:
    """One story."""
    referral_id = alva.send(a_referral_about_both()).json["id"]
    assert bo.open(referral_id).status_code == 200
    assert bo.step("accept", referral_id).status_code == 200
    assert bo.step("complete", referral_id, 2, {"reason": "support-started"}).status_code == 200
