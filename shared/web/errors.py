"""Refusals that belong to the door itself, not to any service."""

from __future__ import annotations

from shared.kernel.refusals import Invalid, Refusal
from shared.kernel.translation import says


class MalformedRequest(Refusal):
    """The request cannot be read at all."""

    slug = "malformed"
    title = says("The request could not be read.")
    status = 400


class WrongMediaType(Refusal):
    """The body is not JSON."""

    slug = "wrong-media-type"
    title = says("Send the request as application/json.")
    status = 415


class TooLarge(Refusal):
    """More was sent than is received (RFC 9110, 15.5.14)."""

    slug = "http-413"
    title = says("What was sent is too large.")
    status = 413


class FormExpired(Refusal):
    """A form came without the token of its session, or with another's."""

    slug = "form-expired"
    title = says("The form has been open too long.")
    status = 400


class KeyUsedForSomethingElse(Invalid):
    """The Idempotency-Key has been used with another request."""

    slug = "idempotency-key-reused"
    title = says("This Idempotency-Key has already been used for another request.")


class MalformedCursor(Invalid):
    """A cursor that we did not make, or made for another list."""

    slug = "malformed-cursor"
    title = says("The link to the next page does not work.")

    def __init__(self) -> None:
        super().__init__(
            says("It may be too old, have been cut off, or lead to another list."),
            fields={"/cursor": says("This page marker is not valid. Start again from the first page.")},
        )


class TooBusy(Refusal):
    """More requests are in flight than this process takes on."""

    slug = "too-busy"
    title = says("There is a lot to do right now. Please try again in a moment.")
    status = 503


class DirectoryIsSilent(Refusal):
    """The directory has not been heard lately, so nobody knows whose right has ended."""

    slug = "directory-not-heard"
    title = says("This is closed for a moment.")
    status = 503

    def __init__(self) -> None:
        super().__init__(
            says(
                # promise: closed-while-the-directory-is-silent
                # promise: opens-again-by-itself
                "Lotsa cannot be sure right now who may see this, so it is shown to nobody. It opens by itself, "
                "usually within a minute: try again then."
            )
        )


class OfAnotherVersion(Refusal):
    """The database has been updated and this process not, or the other way round."""

    slug = "of-another-version"
    title = says("Lotsa is being updated.")
    status = 503

    def __init__(self) -> None:
        super().__init__(
            says(
                # promise: an-update-saves-nothing
                "Nothing was saved or sent, since the new and the old version must not work side by side. Try again "
                "in a few minutes."
            )
        )


class OutOfOrder(Refusal):
    """The database cannot be reached just now."""

    slug = "temporarily-out-of-order"
    title = says("Something is temporarily out of order. Please try again in a moment.")
    status = 503


class CannotBeRead(Refusal):
    """What is kept sealed cannot be opened: a key is missing, or what is kept was changed."""

    slug = "unreadable"
    title = says("What is saved here cannot be read. Tell whoever looks after Lotsa where you work.")
    status = 500


class Unexpected(Refusal):
    """Something broke that nobody foresaw."""

    slug = "unexpected"
    title = says("Something went wrong on our side.")
    status = 500
