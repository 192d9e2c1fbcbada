"""A draft is one referral at most: whoever sends it again, by whichever door, sends nothing and is led to what was."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest

from shared.kernel.actor import Role
from tests.integration.referral.conftest import Cast, Room, at_the_pages
from tests.integration.referral.test_held_forms import kept
from tests.integration.referral.test_nobody_else import attempts
from tests.integration.referral.test_two_consents import slug
from tests.support.builders.answers import ANSWERS
from tests.support.builders.bodies import a_referral
from tests.support.cast import HEALTH_CENTRE

MANY = 10


def a_draft(by: Cast) -> str:
    """A draft with every step answered."""
    return str(by.ask("POST", "/drafts", {"answers": ANSWERS}).json["id"])


def sent(room: Room) -> int:
    """How many referrals there are, each told of once."""
    (row,) = room.ask("SELECT count(*) FROM referrals")
    assert len(room.told("referral.sent.v1")) == row[0]
    return int(row[0])


def test_a_second_key_sends_nothing(room: Room, alva: Cast) -> None:
    """The draft became the first one's referral; the first one's own key still gets its own answer."""
    body = a_referral(draft_id=a_draft(alva))
    first = alva.send(body, Idempotency_Key="first")
    refused = alva.send(body, Idempotency_Key="second")
    assert (refused.status_code, refused.mimetype) == (409, "application/problem+json")
    assert slug(refused) == "draft-is-gone"
    assert refused.json["title"] == "Utkastet är redan skickat eller borttaget. Inget har skickats nu."
    keyless = alva.send(body)
    assert (keyless.status_code, slug(keyless)) == (409, "draft-is-gone")
    again = alva.send(body, Idempotency_Key="first")
    assert (again.status_code, again.json) == (201, first.json)
    assert sent(room) == 1


@pytest.mark.parametrize("gone", ["unknown", "thrown away", "expired", "somebody else's", "a held form"])
def test_a_draft_that_is_not_there_is_not_sent(room: Room, alva: Cast, gone: str) -> None:
    """Nothing is sent in its name, the attempt is recorded, and what is somebody else's stays where it is."""
    anna = room.somebody("anna", Role.REFERRER, HEALTH_CENTRE)
    draft = a_draft(anna if gone == "somebody else's" else alva)
    if gone == "unknown":
        draft = str(uuid4())
    elif gone == "thrown away":
        assert alva.ask("DELETE", f"/drafts/{draft}").status_code == 204
    elif gone == "expired":
        room.clock.advance(timedelta(days=7))
    elif gone == "a held form":
        assert alva.ask("DELETE", f"/drafts/{draft}").status_code == 204
        draft = str(kept(room, alva, {"comment": "?"}))
    before = room.ask("SELECT id FROM drafts")
    refused = alva.send(a_referral(draft_id=draft))
    assert (refused.status_code, slug(refused)) == (409, "draft-is-gone")
    assert sent(room) == 0
    assert room.ask("SELECT id FROM drafts") == before
    assert [(action, [str(each) for each in subjects]) for action, _, subjects in attempts(room, alva)] == [
        ("attempt.send", [draft])
    ]


def test_a_refused_sending_leaves_the_draft(room: Room, alva: Cast) -> None:
    """What was wrong is put right, and the same draft is then sent."""
    draft = a_draft(alva)
    body = a_referral(draft_id=draft)
    body["carer"]["safe_contact"] = {"channels": ["phone", "email"]}
    assert alva.send(body).status_code == 422
    assert alva.ask("GET", f"/drafts/{draft}").status_code == 200
    assert alva.send(a_referral(draft_id=draft)).status_code == 201
    assert alva.ask("GET", f"/drafts/{draft}").status_code == 404


def together(*asked: Any) -> list[Any]:
    """What each answers, all of them asked at the same moment."""
    ready = Barrier(len(asked))

    def ask(one: Any) -> Any:
        ready.wait(timeout=10)
        return one()

    with ThreadPoolExecutor(len(asked)) as pool:
        return list(pool.map(ask, asked))


def test_of_two_that_send_a_draft_at_once_one_does(room: Room, alva: Cast) -> None:
    """Two systems, each with a key of its own: one referral, and one is told. Tried ten times."""
    for number in range(1, MANY + 1):
        body = a_referral(draft_id=a_draft(alva))
        answers = together(
            lambda body=body: alva.send(body, Idempotency_Key=str(uuid4())),
            lambda body=body: alva.send(body, Idempotency_Key=str(uuid4())),
        )
        assert sorted(each.status_code for each in answers) == [201, 409]
        assert sent(room) == number


def test_a_page_and_a_system_that_send_at_once_make_one_referral(room: Room, alva: Cast) -> None:
    """Whichever comes second: the page leads to the receipt all the same, the system is told. Tried ten times."""
    browser = at_the_pages(alva)
    other = Cast(alva.actor, room.app.test_client(), alva.token)
    for number in range(1, MANY + 1):
        draft = a_draft(alva)
        path, body = f"/referral/drafts/{draft}", a_referral(draft_id=draft)
        token = browser.get(f"{path}/check").text.split('name="csrf_token" value="')[1].split('"')[0]
        page, system = together(
            lambda path=path, token=token: browser.client.post(
                f"{path}/send", data={"csrf_token": token, "version": "1"}
            ),
            lambda body=body: other.send(body),
        )
        assert system.status_code in (201, 409)
        assert sent(room) == number
        (row,) = room.ask("SELECT id FROM referrals ORDER BY id DESC LIMIT 1")
        assert page.headers["Location"] == f"/referral/referrals/{row.id}/receipt"


def test_the_pages_lead_to_what_a_system_sent(room: Room, alva: Cast) -> None:
    """Every page of the draft, sending and throwing away too, ends on the receipt; none of it is called an attempt."""
    browser, draft = at_the_pages(alva), a_draft(alva)
    at = f"/referral/drafts/{draft}"
    receipt = f"/referral/referrals/{alva.send(a_referral(draft_id=draft)).json['id']}/receipt"
    for page in ("", "/carer", "/check", "/discard"):
        answer = browser.get(f"{at}{page}")
        assert (answer.status_code, answer.headers["Location"]) == (303, receipt), page
    for page in ("/carer", "/send", "/discard"):
        answer = browser.post(f"{at}{page}", "/referral/new", version="1", name="Frans")
        assert (answer.status_code, answer.headers["Location"]) == (303, receipt), page
    assert attempts(room, alva) == []
    assert sent(room) == 1


def test_a_system_does_not_send_what_the_pages_have_sent(room: Room, alva: Cast) -> None:
    """The other way round it is told."""
    browser, draft = at_the_pages(alva), a_draft(alva)
    at = f"/referral/drafts/{draft}"
    assert browser.post(f"{at}/send", f"{at}/check").headers["Location"].endswith("/receipt")
    refused = alva.send(a_referral(draft_id=draft), Idempotency_Key="late")
    assert (refused.status_code, slug(refused)) == (409, "draft-is-gone")
    assert sent(room) == 1


def test_nobody_else_is_led_to_what_was_sent(room: Room, alva: Cast) -> None:
    """For a colleague the draft's address is an unknown one, before and after."""
    draft = a_draft(alva)
    alva.send(a_referral(draft_id=draft))
    anna = room.somebody("anna", Role.REFERRER, HEALTH_CENTRE)
    assert at_the_pages(anna).get(f"/referral/drafts/{draft}/check").status_code == 404


def test_the_same_key_begins_one_draft(room: Room, alva: Cast) -> None:
    """A system that did not see its 201 asks again and gets the same draft, as it stands now; another body does not."""
    body = {"answers": ANSWERS}
    first = alva.ask("POST", "/drafts", body, Idempotency_Key="d")
    again = alva.ask("POST", "/drafts", body, Idempotency_Key="d")
    assert (again.status_code, again.json) == (201, first.json)
    assert [again.headers[name] for name in ("Location", "ETag")] == [
        first.headers[name] for name in ("Location", "ETag")
    ]
    assert len(room.ask("SELECT id FROM drafts")) == 1
    other = alva.ask("POST", "/drafts", {"answers": {}}, Idempotency_Key="d")
    assert (other.status_code, slug(other)) == (422, "idempotency-key-reused")
    changed = {"answers": {"carer": ANSWERS["carer"]}}
    alva.ask("PUT", f"/drafts/{first.json['id']}", changed, If_Match=first.headers["ETag"])
    now = alva.ask("POST", "/drafts", body, Idempotency_Key="d")
    assert (now.status_code, now.json["answers"], now.headers["ETag"]) == (201, changed["answers"], '"2"')
    alva.ask("DELETE", f"/drafts/{first.json['id']}")
    assert alva.ask("POST", "/drafts", body, Idempotency_Key="d").status_code == 404
    assert room.ask("SELECT id FROM drafts") == []


def test_every_post_takes_a_key(room: Room) -> None:
    """PUT and DELETE have the same effect however often they are asked, and need none (RFC 9110, 9.2.2)."""
    paths = room.app.test_client().get("/api/referral/openapi.json").json["paths"]
    keyed = {
        (method, path)
        for path, operations in paths.items()
        for method, operation in operations.items()
        if any(each.get("name") == "Idempotency-Key" for each in operation.get("parameters", ()))
    }
    assert keyed == {(method, path) for path, operations in paths.items() for method in operations if method == "post"}
