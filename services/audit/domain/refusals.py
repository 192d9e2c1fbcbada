"""What audit says no to.

NotThere
└── TrailIsUnknown      trail-unknown       no such consent or referral within the reviewer's mandate
Failure (permanent)
├── EntryCannotBe       what was heard can never become an entry: it is parked
└── LogIsNotOurs        signing on would fork the log: the sequencer signs nothing, and raises an alarm
    ├── LogHasAnotherKey    the key is not the one that signed the log so far
    └── LogHasShrunk        the log lacks entries that were signed for, or holds others in their place
"""

from __future__ import annotations

from typing import ClassVar

from shared.kernel.refusals import Failure, NotThere


class TrailIsUnknown(NotThere):
    """Nothing is known of this id, or nothing that the reviewer's mandate covers."""

    slug = "trail-unknown"
    title = "Nothing in the log that your assignment covers has this number."


class EntryCannotBe(Failure):
    """Too large for a leaf, or without a canonical form."""

    def __init__(self, what: str) -> None:
        super().__init__(what, permanent=True)


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

    kind = "log-has-another-key"

    def __init__(self, size: int = 0) -> None:
        super().__init__("the newest checkpoint was signed by another key", 0, size - 1)


class LogHasShrunk(LogIsNotOurs):
    """Entries that were signed for are gone, or others stand where they stood."""

    kind = "log-has-shrunk"

    def __init__(self, first: int, last: int) -> None:
        super().__init__("the log is not the one that was signed last: entries are gone, or others", first, last)
