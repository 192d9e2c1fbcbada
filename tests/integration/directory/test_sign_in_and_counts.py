"""Signing in and out, and what the directory counts when others speak."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.directory.service import Directory
from services.directory.views.administration import suppressed
from shared.contracts.contract import Contract
from shared.contracts.envelope import Envelope
from shared.contracts.referral import FirstContactMade, ReferralAccepted, ReferralSent
from shared.messaging.receive.subscribe import subscriptions_of
from shared.storage.rates import Allowance
from shared.web.limits import ALLOWED, SIGN_INS
from tests.support.builders.envelopes import an_envelope
from tests.support.builders.events import NUMBER, Step, referral_step
from tests.support.cast import ASSIGNMENT, DEMO_ISSUER, UNIT, in_the_city
from tests.support.directory_city import City, sign_in, token_in

AT = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)  # the first of December in Sweden


def test_a_session_of_tests_signs_in_more_often_than_an_office(city: City) -> None:
    """The city has limits of its own (tests/support/infrastructure.py); tests/unit/web/test_limits.py proves the usual.

    Otherwise whichever test comes after the hundred-and-twentieth sign-in of a minute fails, and says nothing of why.
    """
    usual = Allowance.parse(ALLOWED[SIGN_INS])
    assert usual is not None
    client = city.client()
    assert {client.get("/directory/login").status_code for _ in range(usual.times + 1)} == {200}
    assert city.settings.limits.keys() == ALLOWED.keys()


def test_coming_and_going_is_told(city: City) -> None:
    """Signed in: told with issuer and subject. Signed out: told, kept, and the old cookie is worth nothing."""
    client = city.client()
    sign_in(client, "dani")
    told = city.told("session.signed-in.v1")[-1]
    assert (told["issuer"], told["subject"]) == (DEMO_ISSUER, "dani")
    page = client.get("/directory/mine")
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    cookie = client.get_cookie("lotsa_session")
    assert cookie is not None
    client.post("/directory/logout", data={"csrf_token": token_in(page.text)})
    assert city.told("session.ended.v1")[-1]["session_id"] == told["session_id"]
    assert city.parts.staff.session_ended(UUID(told["session_id"]))
    thief = city.client()
    thief.set_cookie("lotsa_session", cookie.value)
    assert thief.get("/directory/mine").status_code == 303


def test_somebody_who_is_not_in_the_cast_is_not_let_in(city: City) -> None:
    """A name that nobody has is not there."""
    client = city.client()
    page = client.get("/directory/login").text
    answer = client.post("/directory/login/demo", data={"csrf_token": token_in(page), "who": "frans"})
    assert answer.status_code == 404


def test_an_administrators_look_at_assignments_is_recorded(city: City) -> None:
    """Every assignment shown is named, under the rule by which it is shown: her own city's, and its partners'."""
    client = city.client()
    sign_in(client, "hanna")
    before = len(city.told("access.recorded.v1"))
    assert client.get("/directory/admin?show=assignments").status_code == 200
    records = city.told("access.recorded.v1")[before:]
    assert {(each["action"], each["outcome"], each["record_kind"]) for each in records} == {
        ("list", "allowed", "assignment")
    }
    named = {each["rule"]: set(each["subjects"]) for each in records}
    assert set(named) == {"own-organization", "own-municipality"}
    assert {str(ASSIGNMENT[name]) for name in ("bo", "cilla", "hanna")} <= named["own-organization"]
    assert str(ASSIGNMENT["dani"]) in named["own-municipality"]


def test_a_look_at_units_names_no_assignment(city: City) -> None:
    """Nobody's is shown, so none is recorded; of those that are found, only those are named."""
    hanna = city.signed_in("hanna")
    before = len(city.told("access.recorded.v1"))
    for asked in ("", "?show=others", "?q=farsta", "?show=made-up", "?show=assignments&q=nothing-of-that-name"):
        assert hanna.get(f"/directory/admin{asked}").status_code == 200
    assert len(city.told("access.recorded.v1")) == before
    page = hanna.get("/directory/admin?show=assignments&q=SÖDERMALM").text
    assert "Uppdrag som gäller nu (1)" in page
    [record] = city.told("access.recorded.v1")[before:]
    assert record["subjects"] == [str(ASSIGNMENT["bo"])]


def test_every_look_at_an_assignment_says_the_same_of_why(city: City) -> None:
    """In the unit's page and before ending it: Bo's is the city's own, Dani's a partner's in the city."""
    client = city.client()
    sign_in(client, "hanna")
    for name, rule in (("bo", "own-organization"), ("dani", "own-municipality")):
        actor = city.actor(name)
        for path in (f"units/{actor.unit_id}", f"assignments/{actor.assignment_id}/end"):
            assert client.get(f"/directory/admin/{path}").status_code == 200, path
            record = city.told("access.recorded.v1")[-1]
            assert (record["rule"], str(actor.assignment_id) in record["subjects"]) == (rule, True), path


def test_pages_for_one_role_are_closed_to_the_others(city: City) -> None:
    """Bo has no listings; Dani administers nothing; nobody gets to see either without signing in."""
    assert city.client().get("/directory/mine").status_code == 303
    bo, dani = city.client(), city.client()
    sign_in(bo, "bo")
    sign_in(dani, "dani")
    assert bo.get("/directory/mine").status_code == 403
    assert dani.get("/directory/admin").status_code == 403


def test_who_would_get_this_is_answered_with_the_reason(city: City) -> None:
    """The administrator tries the rules out."""
    client = city.client()
    sign_in(client, "hanna")
    page = client.get("/directory/admin/routing?area=0180-sodermalm&group=addiction").text
    assert "Beroendemottagningens anhörigstöd" in page
    assert "Ersättare: Stockholms gemensamma anhörigstöd" in page


def _step(kind: type[Step], **changes: Any) -> Step:
    units = {"referring_unit_id": UNIT["psychiatry-4"], "receiving_unit_id": UNIT["advice-skarholmen"]}
    return referral_step(kind, uuid4(), in_the_city("alva"), **units, occurred_at=AT, **changes)


def _envelope(event: Contract) -> Envelope:
    return an_envelope(event, time=AT)


def test_referrals_are_counted_by_unit_and_month(city: City) -> None:
    """Sent by one, received by the other, in the month it was in Sweden; no referral is named."""
    service = Directory(city.parts)
    sent = _step(ReferralSent, number=NUMBER, priority="routine", acknowledge_by=AT, consents=())
    accepted = _step(ReferralAccepted)
    contacted = _step(FirstContactMade)
    with service.unit_of_work() as uow:
        service.count_referrals([(_envelope(event), event) for event in (sent, sent, accepted, contacted)], uow)
        uow.commit()
    rows = city.rows(
        "select unit_id, month, step, count from referral_counts where unit_id = any(:units) order by step",
        units=[UNIT["psychiatry-4"], UNIT["advice-skarholmen"]],
    )
    assert [(row.step, row.count) for row in rows] == [
        ("accepted", 1),
        ("first-contact", 1),
        ("received", 2),
        ("sent", 2),
    ]
    assert {row.month.isoformat() for row in rows} == {"2026-12-01"}


@pytest.mark.holds("small-numbers-are-not-shown")
def test_small_numbers_are_not_told() -> None:
    """Fewer than five could point somebody out."""
    assert [suppressed(number) for number in (0, 1, 4, 5, 60)] == ["0", "<5", "<5", "5", "60"]


def test_sweeping_leaves_what_is_not_sent(city: City) -> None:
    """The timer may run at any moment without losing an event that waits."""
    before = city.rows("select count(*) as n from outbox")[0].n
    Directory(city.parts).sweep()
    assert city.rows("select count(*) as n from outbox")[0].n == before


def test_the_directory_listens_to_what_it_counts() -> None:
    """One queue, six kinds of events, all of them the referral service's."""
    (subscription,) = subscriptions_of(Directory)
    assert subscription.queue == "directory.count_referrals"
    assert {publisher for publisher, _ in subscription.bindings} == {"referral"}
    assert len(subscription.bindings) == 6
