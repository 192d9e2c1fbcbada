"""The directory's doors for people and systems: public pages, partners' pages, administration, sign-in, JSON API."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import text

from services.directory import bootstrap
from services.directory.web import page
from services.directory.web.assignments.pages import pages as assignments
from services.directory.web.door import record_refusals
from services.directory.web.held_forms import keeping
from services.directory.web.partner.api import api as partner_api
from services.directory.web.partner.cancellation import pages as partner
from services.directory.web.public.api import api as public_api
from services.directory.web.public.pages import pages as public
from services.directory.web.routing.api import api as routing_api
from services.directory.web.routing.order import pages as routing
from services.directory.web.sign_in.cast import cast
from services.directory.web.sign_in.hooks import Hooks
from services.directory.web.units.api import api as units_api
from services.directory.web.units.overview import pages as units
from shared.settings import Settings
from shared.storage.key_register import key_is_right
from shared.storage.schema import OneVersion
from shared.web.api.openapi import Api
from shared.web.app import make_app
from shared.web.sign_in.login import login_blueprint

API = Api(bootstrap.SERVICE, "Lotsa: directory", [public_api, partner_api, units_api, routing_api])
PAGES = (public, partner, units, routing, assignments)


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
            *PAGES,
            API.blueprint(),
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
    page.give(app, made)
    record_refusals(app)
    return app
