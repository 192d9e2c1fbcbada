"""What an address names is another's: whoever asks hears so, and it is recorded, whatever else is wrong with it."""

from __future__ import annotations

from uuid import uuid4

import pytest

from services.directory.web import API
from shared.kernel.actor import Role
from shared.web.api.operation import Operation
from tests.support.cast import ORGANIZATION
from tests.support.directory_city import City

WRONG = (None, {}, [], {"name": 7, "unit_id": "x", "title": []}, "text")
# whoever may do it somewhere
ROLES = {"dani": Role.PARTNER_EDITOR, "hanna": Role.MUNICIPALITY_ADMINISTRATOR}
CHANGING = [
    (each, who)
    for each in API.operations
    for who, role in ROLES.items()
    if "<" in each.path and each.method != "GET" and role in each.roles
]


def _others(city: City) -> dict[str, str]:
    """Something of each kind that is another partner's, or another municipality's."""
    partner = {"partner": ORGANIZATION["partner-2"]}
    service = city.rows("select id from support_services where organization_id = :partner limit 1", **partner)[0][0]
    activity = city.rows("select id from activities where organization_id = :partner limit 1", **partner)
    return {
        "<uuid:organization_id>": str(ORGANIZATION["partner-2"]),
        "<uuid:service_id>": str(service),
        "<uuid:activity_id>": str(activity[0][0] if activity else uuid4()),
        "<municipality_code>": "0380",
    }


def _noted(city: City) -> float:
    """How many refusals were recorded, or counted where ten records of the hour tell of the same."""
    registry = city.app.extensions["lotsa_metrics"]
    counted = registry.get_sample_value("lotsa_refusals_unrecorded_total", {"service": "directory"}) or 0
    return counted + len([each for each in city.told("access.recorded.v1") if each["outcome"] == "refused"])


@pytest.mark.parametrize(
    ("operation", "who"), CHANGING, ids=[f"{who} {each.method} {each.path}" for each, who in CHANGING]
)
def test_what_is_not_theirs_is_not_there_whatever_is_sent(city: City, operation: Operation, who: str) -> None:
    """404 for any body and without a version, of another's as of what there is not; each attempt recorded."""
    theirs = operation.path
    for name, value in _others(city).items():
        theirs = theirs.replace(name, value)
    nobodys = operation.path.replace("<municipality_code>", "0380")
    for path in (theirs, nobodys):
        while "<uuid:" in path:
            path = path.replace(path[path.index("<uuid:") : path.index(">") + 1], str(uuid4()), 1)
        for body in WRONG:
            before = _noted(city)
            answer = city.ask(who, operation.method, path, body)
            assert answer.status_code == 404, (path, body, answer.text)
            assert _noted(city) == before + 1


def test_the_walk_goes_everywhere() -> None:
    """Every operation that changes what its address names is in it."""
    named = {each.path for each in API.operations if "<" in each.path and each.method != "GET"}
    assert {each.path for each, _ in CHANGING} == named
    assert len(CHANGING) > 10
