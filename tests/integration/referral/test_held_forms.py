"""What was typed in a step's form that has not gone through: held for its writer, and no draft."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from services.referral.commands.hold_form import StepForm, held_form, hold_form
from services.referral.domain.lifecycle import Action
from services.referral.web.step.admission import FORMS
from shared.kernel.held_form import LARGEST, Reason
from shared.kernel.identity import ReferralId
from tests.integration.referral.conftest import Cast, Room, at_the_pages

REFERRAL = ReferralId(uuid4())
HALF = {"carer": {"name": "Frans"}}
OLD = '"1"'


def kept(room: Room, by: Cast, values: dict[str, object]) -> UUID:
    """A form held for its writer; the id of its row."""
    with room.parts.unit_of_work(by.actor) as uow:
        form = StepForm(values=values, version=1)
        hold_form(Action.CANCEL, REFERRAL, Reason.MISTAKE, form, by.actor, uow)
        uow.commit()
    (row,) = room.ask("SELECT id FROM held_forms")
    return UUID(str(row[0]))


def test_a_held_form_is_not_there_as_a_draft(room: Room, alva: Cast) -> None:
    """Not even for its writer, who could else write over it what the form then stumbles on."""
    row = kept(room, alva, {"comment": "Frans ångrade sig"})
    assert alva.ask("GET", f"/drafts/{row}").status_code == 404
    assert alva.ask("PUT", f"/drafts/{row}", {"answers": HALF}, If_Match=OLD).status_code == 404
    assert alva.ask("DELETE", f"/drafts/{row}").status_code == 404
    with room.parts.unit_of_work(alva.actor) as uow:
        form = held_form(Action.CANCEL, REFERRAL, alva.actor, uow, consents=())
    assert form is not None
    assert form.values == {"comment": "Frans ångrade sig"}


def test_more_than_any_form_of_ours_holds_is_not_kept(room: Room, alva: Cast) -> None:
    """What was wrong is still told."""
    kept(room, alva, {"comment": "x" * LARGEST})
    with room.parts.unit_of_work(alva.actor) as uow:
        form = held_form(Action.CANCEL, REFERRAL, alva.actor, uow, consents=())
    assert form is not None
    assert form.values == {}


@pytest.mark.parametrize("action", FORMS)
@pytest.mark.parametrize(
    "fields", [{"x" * LARGEST: "1"}, {f"f{number}": "1" for number in range(3000)}], ids=["a long name", "many fields"]
)
def test_a_form_with_more_mistakes_than_are_held_is_answered(
    room: Room, alva: Cast, bo: Cast, action: Action, fields: dict[str, str]
) -> None:
    """Fields that no form of ours has are each a mistake: whoever sends them meets no breakdown, at no step's form."""
    sent = alva.send().json
    if action is Action.COMPLETE:
        bo.step("accept", sent["id"])
    pages = at_the_pages(bo if action in (Action.COMPLETE, Action.REJECT) else alva)
    path = f"/referral/referrals/{sent['id']}/{action}"
    answer = pages.post(path, path, **fields)
    assert (answer.status_code, answer.headers["Location"]) == (303, path)
    assert pages.get(path).status_code == 200


def test_what_was_typed_before_a_withdrawal_is_not_shown_after_it(room: Room, alva: Cast, bo: Cast) -> None:
    """Bo's half-written closing may say what nobody may read any more; what he types afterwards is kept as ever."""
    sent = alva.send().json
    bo.step("accept", sent["id"])
    pages, path = at_the_pages(bo), f"/referral/referrals/{sent['id']}/complete"

    def half_write(comment: str) -> None:
        answer = pages.post(path, path, comment=comment)
        assert answer.status_code == 303

    half_write("Frans orkar inte mer")
    assert "Frans orkar inte mer" in pages.get(path).text
    room.clock.advance(timedelta(minutes=1))
    carers = next(each["id"] for each in sent["consents"] if each["about"] == "carer")
    assert alva.withdraw(carers, "tell-referrer-what-happened").status_code == 200
    for page in (path, f"/referral/referrals/{sent['id']}/moved?form=complete"):
        assert "Frans orkar inte mer" not in pages.client.get(page, follow_redirects=True).text
    room.clock.advance(timedelta(minutes=1))
    half_write("Skrivet efteråt")
    assert "Skrivet efteråt" in pages.get(path).text
