"""Every form of the four apps is sent too late by a test of its room, or is listed there as holding nothing typed.

A new form that nobody walks makes this fail.
"""

from __future__ import annotations

import pytest
from flask import Flask

from shared.web.forms.store import EXTENSION
from tests.integration.audit import test_every_form_sent_late as audit
from tests.integration.directory import test_every_form_sent_late as directory
from tests.integration.referral import test_every_form_sent_late as referral
from tests.support.four_apps import four_apps

WALKED = {*audit.WALK, *directory.WALK, *referral.WALK}
NOTHING_TYPED = {**audit.NOTHING_TYPED, **directory.NOTHING_TYPED, **referral.NOTHING_TYPED}


@pytest.fixture(scope="module")
def apps(tmp_path_factory: pytest.TempPathFactory) -> list[Flask]:
    """The four."""
    return four_apps(tmp_path_factory.mktemp("installation") / "keys")


def _forms(app: Flask) -> dict[str, str]:
    """The pages' addresses that take a form, and their endpoints."""
    return {
        rule.rule: rule.endpoint
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or set()) and not rule.rule.startswith("/api/")
    }


def test_every_form_is_sent_too_late(apps: list[Flask]) -> None:
    """Walked, or nothing typed for a reason; and nothing is listed that is not there."""
    there = {address for app in apps for address in _forms(app)}
    assert there - WALKED - NOTHING_TYPED.keys() == set(), "what becomes of what was typed, when the session is over?"
    assert (WALKED | NOTHING_TYPED.keys()) - there == set(), "no longer there: take it off the list"
    assert set() == WALKED & NOTHING_TYPED.keys()
    assert all(NOTHING_TYPED.values())


def test_every_app_with_forms_keeps_them_and_says_what_they_are_about(apps: list[Flask]) -> None:
    """Each form that is walked has a sentence of its own on the page where it waits."""
    for app in apps:
        walked = {address: endpoint for address, endpoint in _forms(app).items() if address in WALKED}
        if not walked:
            continue
        kinds = app.extensions[EXTENSION].kinds
        for address, endpoint in walked.items():
            assert endpoint in kinds or endpoint.partition(".")[0] in kinds, address
