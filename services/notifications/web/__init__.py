"""Notifications' pages and JSON API."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from sqlalchemy import text

from services.notifications import bootstrap
from services.notifications.web.notices import api, pages
from shared.settings import Settings
from shared.storage.hearing import HeardDirectory
from shared.storage.key_register import key_is_right
from shared.storage.schema import OneVersion
from shared.web.app import make_app

NAME = "notifications_parts"


def create_app(settings: Settings | None = None) -> Flask:
    """The web application; settings come from the environment unless given."""
    parts = bootstrap.for_web(settings or Settings.from_environment())
    app = make_app(
        bootstrap.SERVICE,
        __name__,
        settings=parts.settings,
        staff=parts.staff,
        blueprints=[pages.blueprint(parts), api.blueprint(parts)],
        checks={
            "database": lambda: _answers(parts),
            "keys": lambda: key_is_right(parts.settings.service(bootstrap.SERVICE), parts.engine),
        },
        clock=parts.clock,
        hearing=HeardDirectory(parts.engine, timedelta(seconds=parts.settings.heard_within)),
        version=OneVersion(bootstrap.SERVICE, parts.engine),
    )
    app.extensions[NAME] = parts
    return app


def _answers(parts: bootstrap.Parts) -> bool:
    with parts.engine.connect() as connection:
        return connection.execute(text("SELECT 1")).scalar() == 1
