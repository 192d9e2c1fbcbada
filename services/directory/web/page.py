"""What every subject's pages need: the directory's parts, who acts, and a transaction of theirs."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import cast

from flask import Flask, current_app, request

from services.directory.adapters.unit_of_work import DirectoryUnitOfWork
from services.directory.bootstrap import Parts
from services.directory.domain.permissions import Editor
from shared.kernel.actor import Role
from shared.storage import unit_of_work
from shared.web.who import current_actor

_KEY = "lotsa.directory"
# who administers by a system of theirs; pages are for the municipality's own
ADMINISTRATORS = (Role.MUNICIPALITY_ADMINISTRATOR, Role.OPERATOR)


def give(app: Flask, made: Parts) -> None:
    """Hand the parts to an app."""
    app.extensions[_KEY] = made


def parts() -> Parts:
    """The parts of the app that is serving this request."""
    return cast(Parts, current_app.extensions[_KEY])


def current_editor() -> Editor:
    """Who acts in this request, and where they stand. Raises SignInNeeded or AssignmentNeeded."""
    return parts().editor(current_actor())


def changing(editor: Editor) -> AbstractContextManager[DirectoryUnitOfWork]:
    """A transaction of the editor's that changes something; see ``shared.storage.unit_of_work.changing``."""
    return unit_of_work.changing(parts().work_of(editor))


def reading(editor: Editor) -> AbstractContextManager[DirectoryUnitOfWork]:
    """A transaction that shows the editor something; see ``shared.storage.unit_of_work.reading``."""
    return unit_of_work.reading(parts().work_of(editor))


def asked_version() -> int:
    """Which version the page showed, as its form says; 0, which is none, when it says no number."""
    return request.form.get("version", type=int) or 0
