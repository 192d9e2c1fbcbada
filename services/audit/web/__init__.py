"""Audit's pages and JSON API: for reviewers, whose own reading is recorded too."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from services.audit import bootstrap
from services.audit.web import api
from services.audit.web.lapsing import keeping
from services.audit.web.reviewing import Reviewing
from services.audit.web.trail import pages
from shared.settings import Settings
from shared.storage.hearing import HeardDirectory
from shared.storage.key_register import key_is_right
from shared.storage.schema import OneVersion
from shared.web.app import make_app

NAME = "audit_parts"


def create_app(settings: Settings | None = None) -> Flask:
    """The web application; settings come from the environment unless given."""
    parts = bootstrap.for_web(settings or Settings.from_environment())
    reviewing = Reviewing(parts)
    app = make_app(
        bootstrap.SERVICE,
        __name__,
        settings=parts.settings,
        staff=parts.staff,
        blueprints=[pages.blueprint(reviewing), api.blueprint(reviewing)],
        checks={
            "database": lambda: bootstrap.can_reach_database(parts),
            "keys": lambda: key_is_right(parts.settings.service(bootstrap.SERVICE), parts.engine),
        },
        clock=parts.clock,
        hearing=HeardDirectory(parts.engine, timedelta(seconds=parts.settings.heard_within)),
        version=OneVersion(bootstrap.SERVICE, parts.engine),
        keeping=keeping(reviewing),
    )
    app.extensions[NAME] = parts
    reviewing.record_refusals(app)
    return app
