"""What audit says no to.

NotThere
└── TrailIsUnknown      trail-unknown       no such consent or referral within the reviewer's mandate
Failure (permanent)
├── EntryCannotBe       what was heard can never become an entry: it is parked
└── LogHasAnotherKey    the key is not the one that signed the log so far
"""

from __future__ import annotations

from shared.kernel.refusals import Failure, NotThere


class TrailIsUnknown(NotThere):
    """Nothing is known of this id, or nothing that the reviewer's mandate covers."""

    slug = "trail-unknown"
    title = "Nothing in the log that your assignment covers has this number."


class EntryCannotBe(Failure):
    """Too large for a leaf, or without a canonical form."""

    def __init__(self, what: str) -> None:
        super().__init__(what, permanent=True)


class LogHasAnotherKey(Failure):
    """The newest checkpoint was not signed by the key at hand; signing on would fork the log."""

    def __init__(self) -> None:
        super().__init__("the newest checkpoint was signed by another key", permanent=True)
