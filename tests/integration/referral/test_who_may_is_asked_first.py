"""What an address names is nobody's but theirs: others hear so, and are recorded, whatever else is wrong with it."""

from __future__ import annotations

from uuid import uuid4

import pytest

from services.referral.web import API
from shared.web.api.openapi import Api
from tests.integration.referral.conftest import Cast, Room
from tests.support.builders.bodies import a_referral

WRONG = [None, {}, [], {"reason": 7, "outcome": [], "scopes": "all", "answers": "none"}, "text"]


def _named(operations: Api) -> list[tuple[str, str]]:
    changing = [each for each in operations.operations if "<uuid:" in each.path and each.method != "GET"]
    return [(each.method, each.path) for each in changing]


def _refused(room: Room) -> list[tuple[str, str]]:
    rows = room.ask("SELECT action, rule FROM access_records WHERE outcome = 'refused' ORDER BY occurred_at, access_id")
    return [(row.action, row.rule) for row in rows]


@pytest.mark.parametrize(("method", "path"), _named(API))
@pytest.mark.parametrize("who", ["alva", "cilla"])
def test_a_stranger_to_it_hears_nothing_but_that(
    room: Room, alva: Cast, bo: Cast, cilla: Cast, method: str, path: str, who: str
) -> None:
    """Of a colleague's draft, of another unit's referral, of what is not there: 404 for any body and no version."""
    asker = {"alva": alva, "cilla": cilla}[who]
    sent = alva.send().json
    consent = sent["consents"][0]["id"]
    draft = alva.ask("POST", "/drafts", {"answers": {}}).json["id"]
    unknown = str(uuid4())
    for names in (unknown, {"referral_id": sent["id"], "consent_id": consent, "draft_id": draft}):
        if isinstance(names, dict) and who == "alva":
            # they are hers
            continue
        address = path
        for name in ("referral_id", "consent_id", "draft_id"):
            address = address.replace(f"<uuid:{name}>", names if isinstance(names, str) else names[name])
        for body in WRONG:
            before = len(_refused(room))
            answer = asker.ask(method, address, body)
            assert answer.status_code == 404, (address, body, answer.text)
            assert len(_refused(room)) == before + 1


def test_whoever_may_hears_what_is_wrong(room: Room, alva: Cast, bo: Cast) -> None:
    """The receiver is told of a missing version and a wrong body, and nothing is recorded as refused."""
    sent = alva.send(a_referral()).json["id"]
    for body, headers, status in (({}, {}, 422), ({"reason": "nonsense"}, {}, 422)):
        assert bo.ask("POST", f"/referrals/{sent}/reject", body, **headers).status_code == status
    assert bo.ask("POST", f"/referrals/{sent}/accept").status_code == 428
    assert _refused(room) == []


def test_what_is_not_theirs_to_do_is_refused_before_its_form(room: Room, alva: Cast, bo: Cast) -> None:
    """Alva may see her referral, and not accept it: 403 with no version and with a wrong one."""
    sent = alva.send(a_referral()).json["id"]
    assert alva.ask("POST", f"/referrals/{sent}/accept").status_code == 403
    assert alva.ask("POST", f"/referrals/{sent}/accept", If_Match="nonsense").status_code == 403
    assert alva.ask("POST", f"/referrals/{sent}/complete", {"outcome": 7}).status_code == 403
    assert [action for action, _ in _refused(room)] == ["attempt.accept", "attempt.accept", "attempt.complete"]


def test_a_role_is_refused_and_recorded_by_api(room: Room, alva: Cast, bo: Cast) -> None:
    """Bo may not send; Ester's colleagues may not list. What was tried is said."""
    assert bo.ask("POST", "/referrals", "nonsense").status_code == 403
    assert bo.ask("POST", "/drafts", []).status_code == 403
    assert _refused(room) == [("attempt.send", "role-may-not"), ("attempt.save-draft", "role-may-not")]


def test_the_same_attempt_is_recorded_ten_times_an_hour(room: Room, alva: Cast, cilla: Cast) -> None:
    """What comes after is counted, by the service's own metrics; another referral's first attempt is recorded."""
    first, second = (alva.send(a_referral()).json["id"] for _ in range(2))
    registry = room.app.extensions["lotsa_metrics"]

    def counted() -> float:
        return registry.get_sample_value("lotsa_refusals_unrecorded_total", {"service": "referral"}) or 0

    before = counted()
    for _ in range(15):
        assert cilla.open(first).status_code == 404
    assert len(_refused(room)) == 10
    assert counted() == before + 5
    assert cilla.open(second).status_code == 404
    assert len(_refused(room)) == 11
