"""A region and a municipality in one place are two authorities: each one's reviewers see their own."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from shared.kernel.identity import uuid7
from shared.storage import staff_events
from tests.integration.audit.reviewers import Reviewers, Story
from tests.integration.audit.support import NOW, looked
from tests.support.builders.events import assignment_granted, session_ended, signed_in, unit_changed
from tests.support.cast import HEALTH_CENTRE, ISSUER, LOG_CONTROL, SODERMALM

CITY, REGION, PARTNERS = (UUID(int=number) for number in (701, 702, 703))
REGIONS_REVIEWERS, COUNTYS_REVIEWERS, PARTNER, CITYS_SENDER = (UUID(int=number) for number in (92, 93, 94, 95))


@pytest.fixture(autouse=True)
def two_authorities(reviewers: Reviewers) -> None:
    """The same place, two organisations, and a partner's unit; Rut reviews for the region, Ruben for all its county."""
    with reviewers.world.parts.as_service() as uow:
        for unit, organization, kind, area in (
            (HEALTH_CENTRE, REGION, "referring", "0180-sodermalm"),
            (SODERMALM, CITY, "receiving", "0180-sodermalm"),
            (CITYS_SENDER, CITY, "referring", "0180"),
            (PARTNER, PARTNERS, "partner", "0180"),
            (LOG_CONTROL, CITY, "audit", "0180"),
            # as the directory registers a region's reviewers
            (REGIONS_REVIEWERS, REGION, "audit", None),
            (COUNTYS_REVIEWERS, uuid4(), "audit", "01"),
        ):
            told = unit_changed(
                unit,
                version=2,
                organization_id=organization,
                name=str(unit),
                kind=kind,
                area=area,
                occurred_at=NOW,
            )
            staff_events.remember(uow.connection, told)
        for number, subject, unit, role in (
            (1903, "rut", REGIONS_REVIEWERS, "auditor"),
            (1904, "ruben", COUNTYS_REVIEWERS, "auditor"),
            (905, "alva", HEALTH_CENTRE, "referrer"),
            (906, "pia", PARTNER, "partner-editor"),
        ):
            issuer = ISSUER if number < 1000 else reviewers.world.settings.token_issuer
            granted = assignment_granted(
                assignment_id=UUID(int=number),
                issuer=issuer,
                subject=subject,
                unit_id=unit,
                role=role,
                valid_from=NOW - timedelta(days=400),
            )
            staff_events.remember(uow.connection, granted)
        uow.commit()


WHO = {"ester": UUID(int=1900), "rut": UUID(int=1903), "ruben": UUID(int=1904)}


def seen(reviewers: Reviewers, who: str, wanted: list[UUID]) -> set[UUID]:
    """Which of these entries a reviewer is shown in the list of all."""
    headers = reviewers.bearer(WHO[who], who)
    found = reviewers.app.test_client().get("/api/audit/v1/entries?limit=200", headers=headers)
    assert found.status_code == 200
    return {UUID(each["id"]) for each in found.json["items"]} & set(wanted)


def trail(reviewers: Reviewers, who: str, referral: UUID) -> int:
    headers = reviewers.bearer(WHO[who], who)
    path = f"/api/audit/v1/referrals/{referral}/trail"
    return int(reviewers.app.test_client().get(path, headers=headers).status_code)


def test_readings_of_another_authoritys_drafts_are_not_shown(reviewers: Reviewers) -> None:
    """A health centre's own drafts are the region's affair; a city's own sender, and a partner, are the city's."""
    world = reviewers.world
    ids = []
    for unit in (HEALTH_CENTRE, CITYS_SENDER, PARTNER, SODERMALM):
        shown = replace(looked(uuid4(), []), unit_id=unit, record_kind="draft", access_id=uuid7())
        ids += [each.id for each in world.hear(shown)]
    world.sequencer.run()
    draft, senders, partners, advice = ids
    assert seen(reviewers, "ester", ids) == {senders, partners, advice}
    assert seen(reviewers, "rut", ids) == {draft}
    assert seen(reviewers, "ruben", ids) == set()


def test_a_trail_with_one_step_inside_is_whole_for_both(reviewers: Reviewers, story: Story) -> None:
    """The region sent it and the city received it: each follows all of it, and nobody else any of it."""
    assert [trail(reviewers, who, story.referral) for who in ("ester", "rut", "ruben")] == [200, 200, 404]


def test_sign_ins_are_shown_where_one_works(reviewers: Reviewers) -> None:
    """Alva's to the region, Pia's to the city; somebody's without an assignment, or after it ended, to neither."""
    world = reviewers.world
    told = [signed_in(who, occurred_at=NOW) for who in ("alva", "pia", "nn")]
    alvas, pias, nobodys = [each.id for each in world.hear(*told)]
    ended = world.hear(session_ended(expires_at=NOW, occurred_at=NOW))[0].id
    world.sequencer.run()
    all_of_them = [alvas, pias, nobodys, ended]
    # an end names nobody
    assert seen(reviewers, "ester", all_of_them) == {pias, ended}
    assert seen(reviewers, "rut", all_of_them) == {alvas, ended}
    assert seen(reviewers, "ruben", all_of_them) == {ended}


def test_names_are_exported_by_the_same_rule(reviewers: Reviewers) -> None:
    """What a reviewer is not shown is not opened for them either."""
    world = reviewers.world
    draft = replace(looked(uuid4(), []), unit_id=HEALTH_CENTRE, record_kind="draft", subject="draft-reader")
    came_in = signed_in("alva", occurred_at=NOW)
    heard = [each.id for each in world.hear(draft, came_in, replace(draft, unit_id=SODERMALM, access_id=uuid7()))]
    world.sequencer.run()
    rows = world.rows("select event_id, index from log_entries where event_id = any(:ids)", ids=heard)
    index = dict(rows)
    opened: dict[str, list[bool]] = {}
    for who in WHO:
        headers = reviewers.bearer(WHO[who], who)
        answer = reviewers.app.test_client().get("/api/audit/v1/log/export?names=true", headers=headers)
        lines = zipfile.ZipFile(io.BytesIO(answer.data)).read("openings.jsonl").splitlines()
        answer.close()
        named = {json.loads(line)["index"] for line in lines}
        opened[who] = [index[each] in named for each in heard]
    assert opened == {"ester": [False, False, True], "rut": [True, True, False], "ruben": [False, False, False]}
