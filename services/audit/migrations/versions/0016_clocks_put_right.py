"""What a clock that was ahead has noted of heights gives way to the time that is right; else times only grow as before.

Heights themselves only grow. A time may go back from the future, to the present and no further, by the database's own
clock and a minute.
"""

from __future__ import annotations

from alembic import op

from shared.messaging.guards import refuse

revision = "0016"
down_revision = "0015"

_BACK = "new.{0} < least(old.{0}, clock_timestamp() - interval '1 minute')"


def upgrade() -> None:
    """Put both triggers anew."""
    for name in ("heights_only_grow", "heights_ripen"):
        op.execute(f"drop trigger {name} on announcements")
    noted = f"new.highest < old.highest or {_BACK.format('heard_at')}"
    refuse(op, "announcements", "heights_only_grow", "before update", "heights only grow", noted)
    ripe = f"new.settled < old.settled or new.candidate < old.candidate or {_BACK.format('candidate_at')}"
    refuse(op, "announcements", "heights_ripen", "before update", "heights only grow", ripe)
