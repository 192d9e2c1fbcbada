"""Where the pages of a service hold forms that have not gone through, and what the service says of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NoReturn, cast
from uuid import UUID

from flask import current_app

from shared.kernel.actor import Actor
from shared.kernel.held_form import Writer
from shared.kernel.refusals import NotThere
from shared.storage.held_forms import FormStore
from shared.web.who import current_actor

EXTENSION = "lotsa-held-forms"


class FormIsNotKept(NotThere):
    """Somebody else sent it, or under another assignment, or it is over."""

    slug = "not-the-sender"


@dataclass(frozen=True)
class Keeping:
    """What a service gives, so that its forms are held.

    ``kinds``: endpoint or blueprint → what its form is about, a catalogue key. ``refuse`` records the attempt to come
    to a form that is not there for the actor, and raises the refusal. The log calls such a form ``lapsed-form``,
    since 0.1 and for ever, whatever code calls it.
    """

    store: FormStore
    kinds: Mapping[str, str]
    refuse: Callable[[Actor, UUID, FormIsNotKept], NoReturn]


def keeping() -> Keeping | None:
    """What this request's service gives; None where no form is held."""
    return cast("Keeping | None", current_app.extensions.get(EXTENSION))


def writer() -> Writer:
    """Whoever acts in this request, as the writer of its form."""
    actor = current_actor()
    return Writer(actor.user, actor.assignment_id)
