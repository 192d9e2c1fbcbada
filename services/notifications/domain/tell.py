"""Who is told about a step, and whether the carer must have agreed to it.

The carer decides whether the referrer may know what happens. Without that, a referrer learns that the referral was
delivered and that it was closed; so no notice may be sent between the two either: its very arrival would tell.
"""

from __future__ import annotations

from shared.kernel.identity import UnitId

CONSENT_SUBJECT = "carer"
SCOPE = "tell-referrer-what-happened"


def others_than(acting: UnitId | None, *, referring: UnitId, receiving: UnitId) -> list[UnitId]:
    """The units to tell when one of the two has acted; when nobody knows which, the receiving one."""
    if acting is None:
        return [receiving]
    return [unit for unit in dict.fromkeys((referring, receiving)) if unit != acting]
