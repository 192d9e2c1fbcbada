"""The service's parts, as the request being served finds them."""

from __future__ import annotations

from typing import cast

from flask import current_app

from services.referral.bootstrap import Parts

EXTENSION = "lotsa-referral"


def parts() -> Parts:
    """The parts that ``create_app`` was given."""
    return cast(Parts, current_app.extensions[EXTENSION])
