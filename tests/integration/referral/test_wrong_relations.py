"""Every page that names something, asked for by each person whom it does not concern: as if it were not there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.kernel.actor import Role
from tests.integration.referral.conftest import Cast, Room, at_the_pages
from tests.integration.referral.test_every_form import ANSWERS
from tests.integration.referral.test_expired_sessions import again, place_in, sent_late
from tests.integration.referral.test_nobody_else import attempts
from tests.support.builders.bodies import a_referral_about_both
from tests.support.cast import HEALTH_CENTRE, SODERMALM
from tests.support.page_forms import form_of
from tests.support.wrong_relations import Door, asked, but_for_ids, doors_that_name_something, unknown

ELSEWHERE = UUID("00000000-0000-7000-8000-000000000099")
STEPS = ("carer", "support", "consent", "other-consent", "situation", "receiver", "no-such-step")
WORDS = ("Frans", "Gun", "070-174", "Ring bara", "sover")


@dataclass(frozen=True)
class Stranger:
    """Somebody, and to what they have no relation: the arguments of addresses that name another's."""

    role: Role
    unit: UUID
    nothing_of: frozenset[str]


EVERYTHING = frozenset({"referral_id", "draft_id", "form_id", "begun"})
OWN_WORDS = EVERYTHING - {"referral_id"}
STRANGERS = {
    "an adviser of another district": Stranger(Role.ADVISER, UUID("00000000-0000-7000-8000-000000000003"), EVERYTHING),
    "a referrer of another health centre": Stranger(Role.REFERRER, ELSEWHERE, EVERYTHING),
    # the unit's referrals are theirs as well: a draft, and what was typed, is its author's alone
    "a colleague of the author": Stranger(Role.REFERRER, HEALTH_CENTRE, OWN_WORDS),
    "an adviser of the receiving unit": Stranger(Role.ADVISER, SODERMALM, OWN_WORDS),
    "a reviewer in the author's unit": Stranger(Role.AUDITOR, HEALTH_CENTRE, EVERYTHING),
    "a partner's editor in the author's unit": Stranger(Role.PARTNER_EDITOR, HEALTH_CENTRE, EVERYTHING),
    "an administrator": Stranger(Role.MUNICIPALITY_ADMINISTRATOR, ELSEWHERE, EVERYTHING),
}


@pytest.fixture
def alvas(room: Room, alva: Cast) -> Mapping[str, UUID]:
    """What is hers: a referral, a draft, a form that came too late, and an address at which she began a draft."""
    room.a_unit(ELSEWHERE, "referring")
    sent = alva.send(a_referral_about_both()).json["id"]
    late = place_in(sent_late(room, alva)).rsplit("/", 1)[1]
    browser, begun = again(room, alva), uuid4()
    here = f"/referral/new/{begun}"
    answer = browser.client.post(here, data=form_of(browser.get(here).text, here).typed(**ANSWERS[0]))
    assert answer.status_code == 303, answer.text
    draft = answer.headers["Location"].split("/drafts/")[1].split("/")[0]
    return {"referral_id": UUID(sent), "draft_id": UUID(draft), "form_id": UUID(late), "begun": begun}


def as_it_stands(room: Room) -> list[Any]:
    """Whatever a page could change of hers."""
    return [
        room.ask("SELECT id, version, state, opened_at FROM referrals ORDER BY id"),
        room.ask("SELECT id, scopes, withdrawn_at FROM consents ORDER BY id"),
        room.ask("SELECT count(*) FROM steps"),
        room.ask("SELECT id, version FROM drafts WHERE author LIKE '% alva' ORDER BY id"),
        room.ask("SELECT id, taken_at FROM held_forms WHERE author LIKE '% alva' ORDER BY id"),
    ]


@pytest.mark.parametrize("name", STRANGERS)
@pytest.mark.holds("nobody-else-sees-it")
def test_what_is_not_theirs_is_not_there(room: Room, alvas: Mapping[str, UUID], name: str) -> None:
    """Each page and each form: answered as for an id that nobody has, in the same words; nothing has changed.

    Whoever tries at a referral, a draft or a held form leaves a record of it.
    """
    stranger = STRANGERS[name]
    who = room.somebody("stranger", stranger.role, stranger.unit)
    client = at_the_pages(who, room.clock.now()).client
    before, walked = as_it_stands(room), set()
    for door in doors_that_name_something(room.app):
        if not door.arguments & stranger.nothing_of:
            continue
        for step in STEPS if "step" in door.arguments else ("",):
            named: dict[str, Any] = {each: step if each == "step" else alvas[each] for each in door.arguments}
            answers = [
                asked(room.app, client, door, these, f"/referral/no-page/{uuid4()}")
                for these in (named, unknown(named))
            ]
            theirs, nobodys = map(but_for_ids, answers)
            assert theirs == nobodys, (door, step)
            _gives_nothing(door, answers[0], stranger)
            walked.add(door)
    assert as_it_stands(room) == before
    tried = {subject for _, _, subjects in attempts(room, who) for subject in subjects}
    assert {alvas[each] for each in stranger.nothing_of - {"begun"}} <= tried
    assert {each for door in walked for each in door.arguments} - {"step"} == stranger.nothing_of


def _gives_nothing(door: Door, answer: Any, stranger: Stranger) -> None:
    # as words: three letters in a row may stand in a form's random token
    assert not [word for word in WORDS if re.search(rf"(?<![\w-]){word}(?![\w-])", answer.text)], door
    if door.arguments == {"begun"} and stranger.role is Role.REFERRER:
        # anybody who refers may begin at any address: what they find there is a page of their own, with nothing in it
        assert answer.status_code in (200, 303)
    else:
        assert answer.status_code in (403, 404), (door, answer.status_code, answer.headers.get("Location"))
