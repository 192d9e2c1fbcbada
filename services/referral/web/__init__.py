"""The referral service's two doors for people and systems: its subjects, each with its pages and its operations."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from flask import Flask
from sqlalchemy import text

from services.referral.bootstrap import SERVICE, Parts, for_web
from services.referral.web import formats, state_words
from services.referral.web.consent.api import api as consent_api
from services.referral.web.consent.pages import pages as consent_pages
from services.referral.web.door import record_refusals
from services.referral.web.draft.api import api as drafts_api
from services.referral.web.draft.send import pages as draft_pages
from services.referral.web.draft.send_api import api as sending_api
from services.referral.web.held_forms import keeping
from services.referral.web.page import EXTENSION
from services.referral.web.receipt.pages import pages as receipt_pages
from services.referral.web.referral.api import api as referral_api
from services.referral.web.referral.pages import pages as referral_pages
from services.referral.web.step.api import api as step_api
from services.referral.web.step.pages import pages as step_pages
from services.referral.web.worklist.api import api as worklist_api
from services.referral.web.worklist.pages import pages as worklist_pages
from shared.settings import Settings
from shared.storage.heartbeat import HeardDirectory
from shared.storage.key_register import key_is_right
from shared.storage.schema import OneVersion
from shared.web.api.openapi import Api
from shared.web.app import make_app

PAGES = (worklist_pages, draft_pages, receipt_pages, referral_pages, step_pages, consent_pages)
API = Api(SERVICE, "Lotsa: referrals", [sending_api, worklist_api, referral_api, step_api, consent_api, drafts_api])


def create_app(settings: Settings | None = None, parts: Parts | None = None) -> Flask:
    """The WSGI app. ``parts``: those of a test or a seed; otherwise chosen from the settings (or the environment)."""
    chosen = parts or for_web(settings or Settings.from_environment())
    app = make_app(
        SERVICE,
        __name__,
        settings=chosen.settings,
        staff=chosen.staff,
        blueprints=[*PAGES, API.blueprint()],
        checks={
            "database": lambda: _answers(chosen),
            "keys": lambda: key_is_right(chosen.settings.service(SERVICE), chosen.engine),
        },
        clock=chosen.clock,
        keeping=keeping(chosen),
        hearing=HeardDirectory(chosen.engine, timedelta(seconds=chosen.settings.heard_within)),
        version=OneVersion(SERVICE, chosen.engine),
        secrets=partial(chosen.opening.master.derive, "idempotency"),
    )
    app.extensions[EXTENSION] = chosen
    for written in (
        formats.last_day,
        formats.short_last_day,
        formats.days,
        formats.with_typed,
        state_words.shown_state,
    ):
        app.add_template_filter(written)
    record_refusals(app)
    return app


def _answers(parts: Parts) -> None:
    with parts.engine.connect() as connection:
        connection.execute(text("select 1"))
