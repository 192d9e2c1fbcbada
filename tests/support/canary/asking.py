"""What systems ask for, and what they are refused."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from tests.support.canary.marked import API, Canary
from tests.support.visitor import Visitor


def every_other_turn(canary: Canary, bo: Visitor) -> None:
    """By API: retried, cancelled, declined, withdrawn, protected."""
    key = {"Idempotency-Key": str(uuid4())}
    retried = canary.body(name=canary.value["Retried"])
    first, again = (canary.ask("alva", "POST", f"{API}/referrals", json=retried, headers=key) for _ in range(2))
    assert (first.status_code, first.json()["id"]) == (201, again.json()["id"])
    where, etag = first.headers["Location"], first.headers["ETag"]
    cancel = {"reason": "other", "comment": canary.value["Cancelled"]}
    for version in ('"9"', etag):
        canary.ask("alva", "POST", f"{where}/cancel", json=cancel, headers={"If-Match": version})
    declined = canary.sent()
    reject = {"reason": "other", "comment": canary.value["Rejected"]}
    done = canary.ask("bo", "POST", f"{declined['where']}/reject", json=reject, headers={"If-Match": declined["etag"]})
    assert done.status_code == 200, done.text
    canary.ask("alva", "GET", declined["where"])
    note = {"channels": ["phone"], "note": canary.value["ProtectedNote"]}
    hidden = canary.sent(name=canary.value["ProtectedName"], protected_identity=True, safe_contact=note)
    bo.go("/referral/")
    canary.said.append(bo.page.content() if canary.value["ProtectedName"] in bo.page.content() else "")
    bo.go(f"/referral/referrals/{hidden['id']}")
    bo.send()


def everything_refused(canary: Canary, path: str) -> None:
    """Bad input and bad manners at the systems' door; each answered with a problem."""
    said, referrals = canary.value, f"{API}/referrals"
    where = path.replace("/referral/", f"{API}/", 1)
    wrong = canary.body(email=said["Note"], phone=said["Why"], identity_number=said["Name"])
    noisy = {"Content-Type": "application/json"}
    tries: list[tuple[str, str, str, dict[str, Any], int]] = [
        ("alva", "POST", referrals, {"json": wrong}, 422),
        ("alva", "POST", referrals, {"json": {**canary.body(), "more": said["Why"]}}, 422),
        ("alva", "POST", referrals, {"json": {**canary.body(), "consents": {}}}, 422),
        ("alva", "POST", referrals, {"data": f'{{"carer": "{said["Name"]}"', "headers": noisy}, 400),
        ("alva", "POST", referrals, {"data": said["Name"]}, 415),
        ("alva", "POST", referrals, {"data": said["Name"] * 50_000, "headers": noisy}, 413),
        ("dani", "POST", referrals, {"json": canary.body()}, 403),
        ("cilla", "GET", where, {}, 404),
        ("cilla", "POST", f"{where}/accept", {"headers": {"If-Match": '"1"'}}, 404),
        ("bo", "GET", f"{referrals}/{uuid4()}", {}, 404),
        ("bo", "POST", f"{where}/reject", {"json": {"reason": "other", "comment": said["Rejected"]}}, 428),
        ("bo", "GET", f"{referrals}/{canary.address_mark}", {}, 404),
        ("bo", "GET", f"{referrals}?name={canary.address_mark}", {}, 422),
        ("bo", "GET", f"{referrals}?cursor={canary.address_mark}", {}, 422),
        ("bo", "DELETE", where, {}, 405),
        ("bo", "GET", where, {"token": canary.address_mark}, 401),
    ]
    for who, method, address, what, expected in tries:
        answer = canary.ask(who, method, address, **what)
        assert answer.status_code == expected, (method, address, answer.status_code, answer.text[:300])
