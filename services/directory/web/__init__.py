"""The directory's doors for people and systems: public pages, partners' pages, administration, sign-in, JSON API."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import text

from services.directory import bootstrap
from services.directory.web import page as parts
from services.directory.web.api import api
from services.directory.web.assignments import pages as pages_admin_assignments
from services.directory.web.door import record_refusals
from services.directory.web.lapsing import keeping
from services.directory.web.partner import activities as pages_mine_activities
from services.directory.web.partner import pages as pages_mine
from services.directory.web.public import pages as pages_public
from services.directory.web.routing import pages as pages_admin_routing
from services.directory.web.routing import rules as pages_admin_rules
from services.directory.web.sign_in.cast import cast
from services.directory.web.sign_in.hooks import Hooks
from services.directory.web.units import overview as pages_admin
from services.directory.web.units import pages as pages_admin_units
from services.directory.web.units import register as pages_admin_register
from shared.settings import Settings
from shared.storage.key_register import key_is_right
from shared.storage.schema import OneVersion
from shared.web.app import make_app
from shared.web.login import login_blueprint


def create_app(settings: Settings | None = None) -> Flask:
    """The directory's app. It also answers ``/`` and whatever belongs to no service. Raises SettingsAreWrong."""
    settings = settings or Settings.from_environment()
    made = bootstrap.for_web(settings)

    def database_answers() -> None:
        with made.engine.connect() as connection:
            connection.execute(text("select 1"))

    app = make_app(
        bootstrap.SERVICE,
        __name__,
        settings=settings,
        staff=made.staff,
        blueprints=[
            pages_public.pages,
            pages_mine.pages,
            pages_mine_activities.pages,
            pages_admin.pages,
            pages_admin_routing.pages,
            pages_admin_rules.pages,
            pages_admin_register.pages,
            pages_admin_units.pages,
            pages_admin_assignments.pages,
            api.blueprint(),
            login_blueprint(settings, Hooks(made), cast=cast),
        ],
        checks={
            "database": database_answers,
            "keys": lambda: key_is_right(settings.service(bootstrap.SERVICE), made.engine),
        },
        clock=made.clock,
        keeping=keeping(made),
        version=OneVersion(bootstrap.SERVICE, made.engine),
    )
    parts.give(app, made)
    record_refusals(app)
    return app
