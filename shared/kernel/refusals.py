"""The tree of refusals and failures.

A *refusal* is the product's considered no; a *failure* is a broken world.

    Refusal                    slug                      HTTP
    ├── Invalid                invalid                   422   what was asked does not hold together
    ├── NotAllowed             not-allowed               403   the person's role may not ask this
    ├── NotThere               not-there                 404   unknown, or not for you to know of
    ├── Conflict               conflict                  409   true at another moment, not in this state
    │   └── AlreadyInProgress  already-in-progress       409   the same request is being carried out now
    ├── VersionHasMoved        version-has-moved         412   somebody changed it since you read it
    ├── VersionIsRequired      version-is-required       428   say which version you have read
    ├── SignInNeeded           sign-in-needed            401   nobody is signed in
    └── TooOften               too-often                 429   asked for more often than one caller may
    Failure                                                    temporary, unless permanent=True

Each service hangs its own named refusals below these. They are translated once, at the door, to problem+json
(RFC 9457) or a page. ``title`` is an English sentence and the key into the translation catalogue.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from shared.kernel.translation import says

# one English sentence, or each of several: never several in one, which no catalogue knows
Sentences = str | tuple[str, ...]


class Refusal(Exception):
    """The product's no. Subclasses set ``slug``, ``title`` and ``status``; ``former_slug``: what it was called before.

    ``fields`` names the offending fields by JSON pointer, each with an English sentence (a catalogue key), or several.
    Neither may hold personal data: refusals are shown and counted.
    """

    slug: ClassVar[str] = "refused"
    former_slug: ClassVar[str | None] = None
    title: ClassVar[str] = says("This cannot be done.")
    status: ClassVar[int] = 409

    def __init__(self, detail: str = "", *, fields: Mapping[str, Sentences] | None = None) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.fields: dict[str, Sentences] = dict(fields or {})


class Invalid(Refusal):
    """What was asked does not hold together."""

    slug = "invalid"
    title = says("Something in the form needs to be corrected.")
    status = 422


class NotAllowed(Refusal):
    """The person's role or relation does not permit it."""

    slug = "not-allowed"
    title = says("Your assignment does not allow this.")
    status = 403


class NotThere(Refusal):
    """It does not exist, or its existence is not for the asker to know."""

    slug = "not-there"
    title = says("There is nothing here for you.")
    status = 404


class Conflict(Refusal):
    """It would be right in another state, but not in this one."""

    slug = "conflict"
    title = says("This is not possible as things stand now.")
    status = 409


class AlreadyInProgress(Conflict):
    """The same request (by its Idempotency-Key) is being carried out at this moment."""

    slug = "already-in-progress"
    title = says("The same request is being carried out right now. Try again in a moment.")


class VersionHasMoved(Refusal):
    """Somebody changed it after it was read."""

    slug = "version-has-moved"
    title = says("Somebody changed this while you had it open. Read it again before you go on.")
    status = 412


class VersionIsRequired(Refusal):
    """The request must say which version it was made from."""

    slug = "version-is-required"
    title = says("Say which version you have read (If-Match).")
    status = 428


class SignInNeeded(Refusal):
    """Nobody is signed in, or the session has ended."""

    slug = "sign-in-needed"
    title = says("You need to sign in.")
    status = 401


class TooOften(Refusal):
    """One caller asks for more than is theirs. ``retry_after``: seconds until it is not too often any more."""

    slug = "too-often"
    title = says("Too many requests. Please wait a moment.")
    status = 429

    def __init__(self, retry_after: int) -> None:
        super().__init__()
        self.retry_after = retry_after


class Failure(Exception):
    """A broken world, not a decision. ``permanent`` says that trying again cannot help."""

    def __init__(self, message: str = "", *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent
