"""Which refused attempts of known persons are recorded: ten at one thing within an hour, each by each, then they are
counted.

A program that asks for a closed referral every second would else fill the log with what it says already. Attempts at
different things are bounded too: beyond a thousand within an hour whoever tries is answered that it is too often, and
learns nothing of what they tried.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from uuid import UUID

from prometheus_client import Counter

from shared.kernel.actor import UserRef
from shared.kernel.refusals import TooOften
from shared.storage.rates import Allowance, Spending

AT_ONE_THING = Allowance(10, 3600)
AT_ALL = Allowance(1000, 3600)


@cache
def unrecorded(service: str) -> Counter:
    """How many were only counted. It hangs in no registry until the service's web process shows it."""
    about = "Refused attempts of known persons at what ten records of the hour tell of already."
    counter = Counter("lotsa_refusals_unrecorded", about, ["service"], registry=None)
    counter.labels(service)
    return counter


class Attempts:
    """One service's memory of them, in this process."""

    def __init__(self, service: str, *, at_one_thing: Allowance = AT_ONE_THING, at_all: Allowance = AT_ALL) -> None:
        self._service = service
        self._one = Spending(at_one_thing)
        self._all = Spending(at_all)

    def is_recorded(self, user: UserRef, action: str, subjects: Collection[UUID]) -> bool:
        """Whether a record is made of this refused attempt; if not, it is counted. Raises TooOften."""
        who = f"{user.issuer} {user.subject}"
        if self._one.spend(f"{who} {action} {' '.join(sorted(map(str, subjects)))}"):
            unrecorded(self._service).labels(self._service).inc()
            return False
        wait = self._all.spend(who)
        if wait:
            raise TooOften(wait)
        return True
