"""Every form of the referral service, got wrong: nobody can miss what is to be corrected, and nothing is sent away."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.referral.conftest import Cast, Room, at_the_pages
from tests.support.builders.bodies import a_referral_about_both
from tests.support.forms import (
    asks_for_corrections,
    fields_in,
    forms_in,
    got_wrong_in_every_way,
    kind_of,
    pages_from,
    unchecked,
)

ANSWERS: tuple[dict[str, Any], ...] = (
    {"name": "Frans", "area": "0180-sodermalm", "channels": "phone", "phone": "070-174 06 05"},
    {"why": "Sover dåligt.", "support_wanted": "individual-conversations", "priority": "routine"},
    {"form": "oral", "share": "yes", "tell_referrer": "yes", "channels_ok": "yes", "about_person": "yes"},
    {"form": "oral", "tell": "yes", "contact_carer": "no", "tell_carer": "no"},
    {"target_groups": "dementia", "relation": "partner", "person_name": "Gun"},
    {"unit": "proposed"},
)


@pytest.fixture
def referral(room: Room, alva: Cast, bo: Cast) -> tuple[str, str]:
    """Two referrals: one that waits, and one that Bo has accepted."""
    ids = [alva.send(a_referral_about_both()).get_json()["id"] for _ in range(2)]
    bo.open(ids[1])
    assert bo.step("accept", ids[1], bo.open(ids[1]).get_json()["version"]).status_code == 200
    return ids[0], ids[1]


def test_each_step_of_a_new_referral_asks_for_corrections(room: Room, alva: Cast) -> None:
    """From the name to the receiver, in both people's way; then it is sent."""
    client = at_the_pages(alva).client
    page = client.get("/referral/new", follow_redirects=True)
    for answers in ANSWERS:
        path = page.request.path
        (form,) = [each for each in forms_in(page.text, path) if each.asks()]
        assert got_wrong_in_every_way(client, path, form), path
        page = client.get(path, follow_redirects=True)
        path = page.request.path
        (form,) = [each for each in forms_in(page.text, path) if each.asks()]
        page = client.post(path, data={**form.spoilt(), **answers}, follow_redirects=True)
        assert not asks_for_corrections(page.text, path), f"{path}: {page.text}"
        assert page.request.path != path
        assert unchecked(page.text) == set()
    assert page.request.path.endswith("/check")


@pytest.mark.parametrize(
    ("who", "action", "accepted"),
    [
        ("alva", "cancel", False),
        ("alva", "withdraw-consent", False),
        ("bo", "reject", False),
        ("bo", "complete", True),
        ("bo", "withdraw-consent", True),
    ],
)
def test_what_is_done_with_a_referral_asks_for_corrections(
    alva: Cast, bo: Cast, referral: tuple[str, str], who: str, action: str, accepted: bool
) -> None:
    """Whoever does it, without script."""
    client, path = (
        at_the_pages({"alva": alva, "bo": bo}[who]).client,
        f"/referral/referrals/{referral[accepted]}/{action}",
    )
    (form,) = [each for each in forms_in(client.get(path).text, path) if each.asks()]
    assert got_wrong_in_every_way(client, path, form)


def test_no_form_is_left_out(alva: Cast, bo: Cast, referral: tuple[str, str]) -> None:
    """What links lead to asks for nothing that is not got wrong above."""
    here = {f"/referral/referrals/…/{each}" for each in ("cancel", "reject", "complete", "withdraw-consent")}
    known = here | {"/referral/new/…"}
    for somebody in (alva, bo):
        client = at_the_pages(somebody).client
        for each in referral:
            for path, page in pages_from(client, "referral", f"/referral/referrals/{each}", "/referral/new"):
                assert {kind_of(form.action) for form in forms_in(page, path) if form.asks()} <= known


def test_nothing_that_is_typed_is_sent_to_a_spelling_service(
    room: Room, alva: Cast, bo: Cast, referral: tuple[str, str]
) -> None:
    """Every field of every page: all of it is about people."""
    fields = 0
    for somebody in (alva, bo):
        for _path, page in pages_from(
            at_the_pages(somebody).client,
            "referral",
            "/referral/new",
            *[f"/referral/referrals/{each}" for each in referral],
        ):
            assert unchecked(page) == set()
            fields += len(list(fields_in(page)))
    assert fields > 20
