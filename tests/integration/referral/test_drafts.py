"""A draft by API: its shape, its version, and that nobody overwrites what they have not read."""

from __future__ import annotations

from datetime import timedelta
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from services.referral.commands.drafts import SaveDraft, save_draft
from services.referral.commands.hold_form import StepForm, hold_form
from services.referral.domain.lifecycle import Action
from services.referral.views.drafts import MOST, draft_list
from shared.kernel.held_form import Reason
from shared.kernel.identity import ReferralId
from shared.kernel.refusals import VersionHasMoved
from tests.integration.referral.conftest import Cast, Room, at_the_pages
from tests.integration.referral.test_two_consents import pointers, slug
from tests.support import cast
from tests.support.builders.answers import ANSWERS
from tests.support.cast import NOON
from tests.support.eventually import eventually

HALF = {"carer": {"name": "Frans", "phone": "070-17", "channels": ["phone"]}, "support": {"why": "Sover"}}
GIVEN = {"given_at": NOON.isoformat(), "about_person": "yes"}


def test_what_is_half_typed_may_wait(alva: Cast) -> None:
    """Steps may be missing and a telephone number unfinished: a draft is what was typed."""
    made = alva.ask("POST", "/drafts", {"answers": HALF})
    assert made.status_code == 201
    assert alva.ask("GET", f"/drafts/{made.json['id']}").json["answers"] == HALF


@pytest.mark.parametrize(
    ("answers", "pointer"),
    [
        ({"a": "b"}, "#/answers/a"),
        ({"carer": {"diagnosis": "x"}}, "#/answers/carer/diagnosis"),
        ({"carer": "Frans"}, "#/answers/carer"),
        ({"carer": {"name": ["Frans"]}}, "#/answers/carer/name"),
        ({"carer": {"name": "x" * 201}}, "#/answers/carer/name"),
        ({"carer": {"channels": ["phone"] * 41}}, "#/answers/carer/channels"),
        ({"support": {"why": "x" * 4001}}, "#/answers/support/why"),
        ({"consent": {"share": "yes"}}, "#/answers/consent/given_at"),
        ({"consent": {"share": "yes", "given_at": "2026-11-20T12:00:00"}}, "#/answers/consent/given_at"),
        ({"unsaved": {"carer": {"diagnosis": "x"}}}, "#/answers/unsaved/carer/diagnosis"),
    ],
)
def test_what_is_no_form_of_ours_is_refused_by_name(
    room: Room, alva: Cast, answers: dict[str, Any], pointer: str
) -> None:
    """Unknown fields, other shapes and endless texts: the problem points at each, and nothing is kept."""
    refused = alva.ask("POST", "/drafts", {"answers": answers})
    assert (refused.status_code, refused.mimetype) == (422, "application/problem+json")
    assert pointer in {where.rsplit("/", 1)[0] if where.endswith("/0") else where for where in pointers(refused)}
    assert room.ask("SELECT 1 FROM drafts") == []


def test_a_draft_tells_nothing_of_somebody_who_has_not_consented(room: Room, alva: Cast) -> None:
    """The fields about Gun are refused by name until her own yes is among the answers."""
    about_gun = {"situation": {"person_name": "Gun", "situation": "Glömmer spisen."}}
    refused = alva.ask("POST", "/drafts", {"answers": about_gun})
    assert slug(refused) == "person-cared-for-has-not-consented"
    assert pointers(refused) == {"#/answers/situation/person_name", "#/answers/situation/situation"}
    assert room.ask("SELECT 1 FROM drafts") == []
    consents = {"consent": GIVEN, "other-consent": {"given_at": NOON.isoformat(), "tell": "yes"}}
    assert alva.ask("POST", "/drafts", {"answers": {**about_gun, **consents}}).status_code == 201


def test_whoever_has_not_read_the_newest_version_is_told(alva: Cast) -> None:
    """412 with a sentence in Swedish, 428 without a version; what was saved first stays."""
    path = f"/drafts/{alva.ask('POST', '/drafts', {'answers': HALF}).json['id']}"
    newer = {"carer": {"name": cast.FRANS.name}}
    assert alva.ask("PUT", path, {"answers": newer}, If_Match='"1"').status_code == 200
    late = alva.ask("PUT", path, {"answers": {}}, If_Match='"1"')
    assert (late.status_code, slug(late)) == (412, "version-has-moved")
    assert late.json["title"].startswith("Någon annan ändrade det här")
    assert alva.ask("PUT", path, {"answers": {}}).status_code == 428
    assert alva.ask("GET", path).json["answers"] == newer


def test_what_was_kept_of_a_refused_form_takes_no_drafts_place(room: Room, alva: Cast) -> None:
    """Twenty drafts are listed, the newest first, however many held forms are newer."""
    drafts = []
    for minute in range(MOST + 1):
        room.clock.move_to(NOON + timedelta(minutes=minute))
        drafts.append(alva.ask("POST", "/drafts", {"answers": HALF}).json["id"])
    room.clock.move_to(NOON + timedelta(minutes=40))
    with room.parts.unit_of_work(alva.actor) as uow:
        for _ in range(MOST):
            form = StepForm(values={"comment": "?"})
            hold_form(Action.CANCEL, ReferralId(uuid4()), Reason.MISTAKE, form, alva.actor, uow)
        uow.commit()
    with room.parts.unit_of_work(alva.actor) as uow:
        listed = [str(line.id) for line in draft_list(alva.actor, uow)]
    assert listed == drafts[:0:-1]


def test_a_carer_just_found_to_be_protected_is_named_nowhere(alva: Cast) -> None:
    """It was ticked in a window that came second and waits to be decided on: neither listed by name nor printed."""
    browser = at_the_pages(alva)
    at = f"/referral/drafts/{alva.ask('POST', '/drafts', {'answers': ANSWERS}).json['id']}"
    assert "Frans Provsson" in browser.get("/referral/").text
    assert "lotsa-on-screen" not in browser.get(f"{at}/support").text
    why = {**ANSWERS["support"], "why": "Något annat."}
    assert browser.post(f"{at}/support", f"{at}/support", **why).status_code == 303
    late = {**ANSWERS["carer"], "protected_identity": "true", "version": "1"}
    assert browser.post(f"{at}/carer", f"{at}/carer", **late).headers["Location"] == f"{at}/carer"
    listed = browser.get("/referral/").text
    assert "Frans Provsson" not in listed
    assert "Skyddad identitet" in listed
    assert "lotsa-on-screen" in browser.get(f"{at}/carer").text
    assert "lotsa-on-screen" in browser.get(f"{at}/carer?saved").text


def test_of_two_that_save_at_once_the_second_is_told(room: Room, alva: Cast) -> None:
    """Both have read version 1. The second waits for the first, and then overwrites nothing."""
    with room.parts.unit_of_work(alva.actor) as uow:
        draft = save_draft(SaveDraft(answers=HALF), alva.actor, uow)
        uow.commit()
    ended: list[object] = []

    def second() -> None:
        with room.parts.unit_of_work(alva.actor) as uow:
            try:
                command = SaveDraft(answers={"carer": {"name": "två"}}, draft_id=draft.id, expected_version=1)
                ended.append(save_draft(command, alva.actor, uow))
                uow.commit()
            except VersionHasMoved as refusal:
                ended.append(refusal)

    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    with room.parts.unit_of_work(alva.actor) as uow:
        command = SaveDraft(answers={"carer": {"name": "ett"}}, draft_id=draft.id, expected_version=1)
        save_draft(command, alva.actor, uow)
        thread = Thread(target=second)
        thread.start()
        eventually(lambda: uow.connection.execute(waiting).scalar(), saying="the second saving to wait", within=10)
        uow.commit()
    thread.join(10)
    assert [type(each) for each in ended] == [VersionHasMoved]
    with room.parts.unit_of_work(alva.actor) as uow:
        kept = uow.drafts.get(draft.id)
    assert kept is not None
    assert (kept.version, kept.answers) == (2, {"carer": {"name": "ett"}})
