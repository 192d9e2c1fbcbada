"""Notifications' pages and JSON API. The subjects are listed here."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from sqlalchemy import text

from services.notifications import bootstrap
from services.notifications.web.inbox.pages import pages as inbox
from services.notifications.web.notices.api import api as notices_api
from services.notifications.web.notices.pages import pages as notices
from services.notifications.web.page import EXTENSION
from shared.settings import Settings
from shared.storage.heartbeat import HeardDirectory
from shared.storage.key_register import key_is_right
from shared.storage.schema import OneVersion
from shared.web.api.openapi import Api
from shared.web.app import make_app

PAGES = (notices, inbox)
API = Api(bootstrap.SERVICE, "Lotsa: notices", [notices_api])


def create_app(settings: Settings | None = None) -> Flask:
    """The web application; settings come from the environment unless given."""
    parts = bootstrap.for_web(settings or Settings.from_environment())
    app = make_app(
        bootstrap.SERVICE,
        __name__,
        settings=parts.settings,
        staff=parts.staff,
        blueprints=[*PAGES, API.blueprint()],
        checks={
            "database": lambda: _answers(parts),
            "keys": lambda: key_is_right(parts.settings.service(bootstrap.SERVICE), parts.engine),
        },
        clock=parts.clock,
        hearing=HeardDirectory(parts.engine, timedelta(seconds=parts.settings.heard_within)),
        version=OneVersion(bootstrap.SERVICE, parts.engine),
    )
    app.extensions[EXTENSION] = parts
    return app


def _answers(parts: bootstrap.Parts) -> bool:
    with parts.engine.connect() as connection:
        return connection.execute(text("SELECT 1")).scalar() == 1
