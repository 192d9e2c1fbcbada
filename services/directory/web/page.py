"""How a view finds the directory's parts."""

from __future__ import annotations

from typing import cast

from flask import Flask, current_app

from services.directory.bootstrap import Parts
from services.directory.domain.permissions import Editor
from shared.web.who import current_actor

_KEY = "lotsa.directory"


def give(app: Flask, made: Parts) -> None:
    """Hand the parts to an app."""
    app.extensions[_KEY] = made


def parts() -> Parts:
    """The parts of the app that is serving this request."""
    return cast(Parts, current_app.extensions[_KEY])


def current_editor() -> Editor:
    """Who acts in this request, and where they stand. Raises SignInNeeded or AssignmentNeeded."""
    return parts().editor(current_actor())
