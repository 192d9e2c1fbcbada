"""A service that does not hear the directory says so to whoever runs it, before anybody asks for contents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import yaml
from prometheus_client import REGISTRY
from sqlalchemy import text

from operations.check_up import check_up
from operations.check_up.silence import about_hearing
from operations.checkout import CHECKOUT
from operations.install.installation import Installation
from operations.install.key_uses import asking
from operations.operator_act import database_of
from services.audit import bootstrap as audit
from services.audit.service import Audit
from services.notifications import bootstrap as notifications
from services.notifications.service import Notifications
from services.referral import bootstrap as referral
from services.referral.service import Referral
from shared.settings import SERVICES
from shared.storage import heartbeat as hearing
from shared.storage.migrations import migrate
from tests.support.infrastructure import Infrastructure, new_installation

LISTENING = {"referral": (referral, Referral), "notifications": (notifications, Notifications), "audit": (audit, Audit)}
NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def standing(infrastructure: Infrastructure) -> Iterator[Installation]:
    """All four databases."""
    with new_installation(infrastructure) as made:
        for service in SERVICES:
            migrate(service, made.settings().service(service).owner_database_url)
        yield made


@pytest.fixture
def heard(standing: Installation) -> Installation:
    """Each service has heard the directory a second ago."""
    for service in LISTENING:
        hear(standing, service, NOW - timedelta(seconds=1))
    return standing


def hear(installation: Installation, service: str, at: datetime | None) -> None:
    """The last word of the directory that a service has heard; None when it never has."""
    with database_of(installation.settings(), service) as engine, engine.begin() as connection:
        if at is not None:
            hearing.note(connection, NOW + timedelta(days=1), NOW + timedelta(days=1))
            # what lies ahead of the clock is from before the clock was put right
            hearing.note(connection, at, at)
    if at is None:
        with asking(installation.existing_databases()[service]) as connection:
            connection.execute(text("delete from directory_heard"))


def test_while_all_hear_it_doctor_has_nothing_to_say(heard: Installation) -> None:
    """Nor at the very bound."""
    assert list(about_hearing(heard.settings(), NOW)) == []
    assert list(about_hearing(heard.settings(), NOW + timedelta(seconds=44))) == []
    ahead = list(about_hearing(heard.settings(), NOW - timedelta(seconds=7)))
    assert len(ahead) == len(LISTENING), "a word from the future is none, by this machine's clock"


@pytest.mark.parametrize("service", LISTENING)
def test_doctor_names_the_service_that_does_not_hear_it(heard: Installation, service: str) -> None:
    """That one alone, since when, and where to look; also one that never has."""
    hear(heard, service, NOW - timedelta(seconds=46))
    [told] = about_hearing(heard.settings(), NOW)
    assert told.startswith(f"{service} has not heard the directory since 20")
    hear(heard, service, None)
    [told] = about_hearing(heard.settings(), NOW)
    assert told.startswith(f"{service} has not heard the directory ever")
    assert "relay" in told


def test_doctor_asks(standing: Installation) -> None:
    """Of an installation: by the clock on the wall everything here was heard long ago."""
    assert len([each for each in check_up._hearing(standing.settings()) if "has not heard" in each]) == len(LISTENING)


def rings(expression: str, service: str, at: datetime) -> bool:
    """What the rule's expression comes to for a service, by what the process serves at this moment."""
    rule = re.fullmatch(r"time\(\) - max by \(service\) \((\w+)\) > (\d+)", expression)
    assert rule, "the rule is of another form: evaluate it anew"
    value = REGISTRY.get_sample_value(rule[1], {"service": service})
    assert value is not None
    return at.timestamp() - value > int(rule[2])


@pytest.mark.parametrize("service", LISTENING)
def test_the_rule_rings_when_it_is_silent(heard: Installation, service: str) -> None:
    """By what each service's own timer measures: not while it speaks, not of a word or two that are lost."""
    rules = yaml.safe_load((CHECKOUT / "deploy/prometheus/alerts.yml").read_text())["groups"]
    [rule] = [each for group in rules for each in group["rules"] if each["alert"] == "LotsaDirectoryIsSilent"]
    bootstrap, timers = LISTENING[service]
    parts = bootstrap.for_bus(heard.settings())  # type: ignore[attr-defined]
    try:
        timers(parts).sweep()  # type: ignore[attr-defined]
        assert not rings(rule["expr"], service, NOW)
        assert not rings(rule["expr"], service, NOW + timedelta(seconds=100))
        assert rings(rule["expr"], service, NOW + timedelta(seconds=121))
        hear(heard, service, None)
        timers(parts).sweep()  # type: ignore[attr-defined]
        assert rings(rule["expr"], service, NOW), "it never spoke"
    finally:
        parts.engine.dispose()
