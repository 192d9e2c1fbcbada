"""What people cause who are nobody to us is counted, and not told to the log one by one."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from services.directory.web.sign_in.hooks import MOST_TOLD, WITHOUT_ASSIGNMENT, Hooks
from tests.support.directory_city import City

MANY = 500
# nothing here is the stranger's: no session, a token of nobody's, a callback that nobody asked for
WAYS = (
    ("GET", "/directory/login/callback?error=access_denied&state=made-up"),
    ("GET", "/directory/login/callback?code=made-up&state=made-up"),
    ("GET", "/directory/admin/units"),
    ("GET", "/api/directory/v1/assignments"),
    ("POST", "/api/directory/v1/units"),
    ("POST", "/directory/admin/units/new"),
    ("POST", "/directory/logout"),
    ("POST", "/directory/assignment"),
    ("GET", "/directory/nowhere"),
    ("DELETE", "/directory/login"),
)


def _tell(client: FlaskClient, method: str, path: str) -> int:
    return client.open(path, method=method, headers={"Authorization": "Bearer made.up.token"}).status_code


def test_five_hundred_anonymous_requests_leave_no_entry(city: City) -> None:
    """Of every kind that is refused: nothing is on its way to the log; the refusals are in the metrics."""
    registry = city.app.extensions["lotsa_metrics"]

    def counted() -> float:
        return sum(
            sample.value
            for metric in registry.collect()
            for sample in metric.samples
            if sample.name == "lotsa_web_refusals_total"
        )

    before, counted_before = city.rows("select count(*) from outbox")[0][0], counted()
    answers = [_tell(city.client(), *WAYS[number % len(WAYS)]) for number in range(MANY)]
    assert city.rows("select count(*) from outbox")[0][0] == before
    assert all(status >= 300 for status in answers)
    refused = sum(status >= 400 for status in answers)
    assert refused > MANY // 2
    assert counted() >= counted_before + min(refused, MANY // 2)


@pytest.mark.parametrize("reason", ["state", "token", "provider", "cancelled"])
def test_a_sign_in_that_comes_to_nothing_is_not_told(city: City, reason: str) -> None:
    """Whatever became of it: the provider has named nobody."""
    before = len(city.told("session.refused.v1"))
    Hooks(city.parts).on_refused(reason)
    assert len(city.told("session.refused.v1")) == before


def test_a_person_without_assignment_is_told_of_within_a_limit(city: City) -> None:
    """Whom the provider knows is no stranger: twenty an hour are in the log, and no more."""
    before = len(city.told("session.refused.v1"))
    hooks = Hooks(city.parts)
    for _ in range(MOST_TOLD.times + 10):
        hooks.on_refused(WITHOUT_ASSIGNMENT)
    assert len(city.told("session.refused.v1")) == before + MOST_TOLD.times
