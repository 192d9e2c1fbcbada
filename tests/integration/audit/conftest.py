"""Audit's database of this session's own installation, emptied between tests by a new prefix per module."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from services.audit.web import create_app
from services.audit.web.page import EXTENSION
from shared.kernel.clock import FixedClock
from shared.settings import Settings
from shared.storage import staff_events
from shared.storage.migrations import migrate
from tests.integration.audit.broken_log import TABLES, as_owner, kept, size
from tests.integration.audit.reviewers import BO, ESTER, EVA, REVIEWERS_ELSEWHERE, Reviewers, Story
from tests.integration.audit.support import NOW, World, given, looked, opened, sent, withdrawn
from tests.support.builders.events import assignment_granted, unit_changed
from tests.support.cast import ELSEWHERE, HEALTH_CENTRE, ISSUER, LOG_CONTROL, SODERMALM

if TYPE_CHECKING:
    from tests.support.infrastructure import Infrastructure


@pytest.fixture(scope="module")
def settings(infrastructure: Infrastructure) -> Iterator[Settings]:
    """An installation of this module's own: the log cannot be emptied, so it is made anew."""
    from tests.support.infrastructure import new_installation

    with new_installation(infrastructure) as made:
        found = made.settings()
        migrate("audit", found.service("audit").owner_database_url)
        yield found


@pytest.fixture
def world(settings: Settings) -> Iterator[World]:
    """The service's parts, a clock that stands still, and a sequencer."""
    made = World.of(settings, FixedClock(NOW))
    yield made
    made.close()


@pytest.fixture
def a_log(world: World) -> Iterator[list[int]]:
    """Three checkpoints of two entries each; what a test breaks is made anew for the next."""
    sizes = []
    for _ in range(3):
        # a day each: of one day's checkpoints over so few entries only the newest stay
        world.clock.advance(timedelta(days=1))
        world.hear(sent(uuid4(), []), sent(uuid4(), []))
        world.sequencer.run()
        sizes.append(size(world))
    yield sizes
    as_owner(world, *(f"truncate {table}" for table in (*TABLES, "pending_entries", "heard_sequences", "alarms")))
    as_owner(world, "update verification set sealed = null, asked_at = null")
    kept(world).unlink(missing_ok=True)


@pytest.fixture
def reviewers(world: World) -> Iterator[Reviewers]:
    issuers = (ISSUER, world.settings.token_issuer)
    with world.parts.as_service() as uow:
        for unit, name, kind, area in (
            (HEALTH_CENTRE, "Vårdcentralen Sickla", "referring", "0180"),
            (SODERMALM, "Anhörigstödet Södermalm", "receiving", "0180-sodermalm"),
            (ELSEWHERE, "Anhörigstödet Kiruna", "receiving", "2584"),
            (LOG_CONTROL, "Loggkontrollen", "audit", "0180"),
            (REVIEWERS_ELSEWHERE, "Loggkontrollen i Kiruna", "audit", "2584"),
        ):
            staff_events.remember(
                uow.connection,
                unit_changed(unit, name=name, kind=kind, area=area, occurred_at=NOW),
            )
        for assignment, subject, unit, role in (
            (ESTER, "ester", LOG_CONTROL, "auditor"),
            (EVA, "eva", REVIEWERS_ELSEWHERE, "auditor"),
            (BO, "bo", SODERMALM, "adviser"),
        ):
            for number, issuer in enumerate(issuers):
                identity = assignment if number == 0 else UUID(int=assignment.int + 1000)
                granted = assignment_granted(
                    assignment_id=identity,
                    issuer=issuer,
                    subject=subject,
                    unit_id=unit,
                    role=role,
                    valid_from=NOW - timedelta(days=400),
                )
                staff_events.remember(uow.connection, granted)
        uow.commit()
    app = create_app(world.settings)
    file = world.settings.audit_signing_key_file
    assert file is not None
    yield Reviewers(world, app, file.parent)
    app.extensions[EXTENSION].engine.dispose()


@pytest.fixture
def story(world: World) -> Story:
    told = Story(uuid4(), uuid4())
    for event in (
        given(told.consent, told.referral),
        sent(told.referral, [told.consent]),
        opened(told.referral),
        looked(told.referral, [told.consent]),
        looked(told.referral, [], "refused", "cilla"),
        withdrawn(told.consent, told.referral),
    ):
        world.clock.advance(timedelta(minutes=1))
        world.hear(event)
    world.sequencer.run()
    return told
