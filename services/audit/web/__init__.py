"""Audit's pages and JSON API: for reviewers, whose own reading is recorded too. The subjects are listed here."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from services.audit import bootstrap
from services.audit.web.door import record_refusals
from services.audit.web.held_forms import keeping
from services.audit.web.log_status.api import api as log_status_api
from services.audit.web.log_status.pages import pages as log_status
from services.audit.web.page import EXTENSION
from services.audit.web.trail.api import api as trail_api
from services.audit.web.trail.pages import pages as trail
from shared.settings import Settings
from shared.storage.heartbeat import HeardDirectory
from shared.storage.key_register import key_is_right
from shared.storage.schema import OneVersion
from shared.web.api.openapi import Api
from shared.web.app import make_app

PAGES = (trail, log_status)
API = Api(bootstrap.SERVICE, "Lotsa: the audit log", [trail_api, log_status_api])


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
            "database": lambda: bootstrap.can_reach_database(parts),
            "keys": lambda: key_is_right(parts.settings.service(bootstrap.SERVICE), parts.engine),
        },
        clock=parts.clock,
        hearing=HeardDirectory(parts.engine, timedelta(seconds=parts.settings.heard_within)),
        version=OneVersion(bootstrap.SERVICE, parts.engine),
        keeping=keeping(parts),
    )
    app.extensions[EXTENSION] = parts
    record_refusals(app)
    return app
