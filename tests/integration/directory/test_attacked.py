"""What an attack review tried against the directory's pages, and what holds now."""

from __future__ import annotations

import re
from uuid import uuid4

from flask.testing import FlaskClient

from tests.support.directory_city import City


def in_a_browser(city: City, name: str) -> FlaskClient:
    """Somebody at the pages, with a session of their own."""
    client, actor, now = city.client(), city.actor(name), city.parts.clock.now()
    with client.session_transaction() as session:
        session.update(
            sid=str(uuid4()),
            iss=actor.user.issuer,
            sub=actor.user.subject,
            name="",
            started=int(now.timestamp()),
            seen=int(now.timestamp()),
            assignment=str(actor.assignment_id),
        )
    return client


def test_a_form_without_its_fields_is_told_what_is_missing(city: City) -> None:
    """Somebody's own program may leave fields out, and add others: that is no fault of the server's."""
    dani = in_a_browser(city, "dani")
    for path in ("/directory/mine/organization", "/directory/mine/services/new"):
        found = re.search(r'name="csrf_token" value="([^"]*)"', dani.get(path).text)
        assert found is not None, path
        sent = {"csrf_token": found[1], "id": str(uuid4()), "unheard-of": "<script>"}
        answer = dani.post(path, data=sent)
        assert answer.status_code == 200, path
        assert "error-summary" in answer.text, path
        assert "<script>" not in answer.text
