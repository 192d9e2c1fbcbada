"""What audit says no to.

NotThere
└── TrailIsUnknown      trail-unknown       no such consent or referral within the reviewer's mandate
Refusal
└── EntryIsSpoilt       entry-spoilt        an entry is no longer what any service wrote: nothing is shown for it
Failure (permanent)
├── EntryCannotBe       what was heard can never become an entry: it is parked
├── LeavesDoNotHold     the index is not made anew from leaves that are not what was signed
└── LogIsNotOurs        signing on would fork the log: the sequencer signs nothing, and raises an alarm
    ├── LogHasAnotherKey    the key is not the one that signed the log so far
    └── LogHasShrunk        the log lacks entries that were signed for, or holds others in their place
"""

from __future__ import annotations

from typing import ClassVar

from services.audit.domain.alarms import LOG_HAS_ANOTHER_KEY, LOG_HAS_SHRUNK
from shared.kernel.refusals import Failure, NotThere, Refusal
from shared.kernel.translation import says


class TrailIsUnknown(NotThere):
    """Nothing is known of this id, or nothing that the reviewer's mandate covers."""

    slug = "trail-unknown"
    title = says("Nothing in the log that your assignment covers has this number.")


class EntryIsSpoilt(Refusal):
    """An entry that was to be shown has been changed to something that no leaf can be."""

    slug = "entry-spoilt"
    title = says("An entry that belongs here has been changed and cannot be read. Let the log be verified.")
    status = 500


class EntryCannotBe(Failure):
    """Too large for a leaf, or without a canonical form."""

    def __init__(self, what: str) -> None:
        super().__init__(what, permanent=True)


class LeavesDoNotHold(Failure):
    """The leaves do not lead to what was signed, from ``first`` on: nothing is made anew from them."""

    def __init__(self, first: int) -> None:
        super().__init__(f"entry {first}, or one right after it, is not the one that was signed for", permanent=True)
        self.first = first


class LogIsNotOurs(Failure):
    """What stands in the database is not the log that was signed last; signing on would fork it.

    ``kind`` is the alarm's; ``first`` to ``last`` are the entries that it is about.
    """

    kind: ClassVar[str]

    def __init__(self, what: str, first: int, last: int) -> None:
        super().__init__(what, permanent=True)
        self.first = first
        self.last = max(first, last)


class LogHasAnotherKey(LogIsNotOurs):
    """The newest checkpoint, of so many entries, was not signed by the key at hand."""

    kind = LOG_HAS_ANOTHER_KEY

    def __init__(self, size: int = 0) -> None:
        super().__init__("the newest checkpoint was signed by another key", 0, size - 1)


class LogHasShrunk(LogIsNotOurs):
    """Entries that were signed for are gone, or others stand where they stood."""

    kind = LOG_HAS_SHRUNK

    def __init__(self, first: int, last: int) -> None:
        super().__init__("the log is not the one that was signed last: entries are gone, or others", first, last)
