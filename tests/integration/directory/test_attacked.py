"""What an attack review tried against the directory's pages, and what holds now."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from tests.support.cast import UNIT
from tests.support.directory_city import City
from tests.support.page_forms import shown_again
from tests.support.sessions import sign_in_as


def in_a_browser(city: City, name: str) -> FlaskClient:
    """Somebody at the pages, with a session of their own."""
    client, actor = city.client(), city.actor(name)
    sign_in_as(client, actor.user, city.parts.clock.now(), assignment_id=actor.assignment_id)
    return client


UNIT_PAGE = f"/directory/admin/units/{UNIT['advice-farsta']}"


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("dani", "/directory/mine/organization"),
        ("dani", "/directory/mine/services/new"),
        ("hanna", "/directory/admin/units/new"),
        ("hanna", UNIT_PAGE),
        ("hanna", f"{UNIT_PAGE}/assignments/new"),
        ("hanna", "/directory/admin/routing/default"),
        ("hanna", "/directory/admin/routing/rules/new"),
    ],
)
def test_a_form_without_its_fields_is_told_what_is_missing(city: City, name: str, path: str) -> None:
    """Somebody's own program may leave fields out, and add others: that is no fault of the server's."""
    client = in_a_browser(city, name)
    found = re.search(r'name="csrf_token" value="([^"]*)"', client.get(path).text)
    assert found is not None
    sent = {"csrf_token": found[1], "unheard-of": "<script>"}
    for more in ({}, {"id": str(uuid4())}):
        answer = shown_again(client, client.post(path, data=sent | more))
        assert answer.status_code == 200
        assert ("error-summary" in answer.text) or path == UNIT_PAGE
        assert "<script>" not in answer.text
