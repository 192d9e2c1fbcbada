"""How long the bus remembers: what was sent, so that it can be sent again, and longer what was carried out.

What can be sent again is always still known to whoever has had it.
"""

from __future__ import annotations

from datetime import timedelta

KEEP_SENT_DAYS = 30
KEEP_SENT = timedelta(days=KEEP_SENT_DAYS)
KEEP_CARRIED_OUT_DAYS = KEEP_SENT_DAYS + 7
"""Longer than a sent event stays where it can be sent again, and a week's delay on its way."""
