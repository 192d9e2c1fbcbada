"""One referral about two people, really sent by API and by page, published, and heard by three services: the ways.

Each is taken twice, and the second time followed: the first fills what is filled once in a process's life (prepared
statements, keys, schemas).
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

from operations.install.installation import Installation
from operations.install.migrate import declare_topology, migrate_databases
from services.audit import bootstrap as audit
from services.audit.service import Audit
from services.directory import bootstrap as directory
from services.directory.service import Directory
from services.notifications import bootstrap as notifications
from services.notifications.service import Notifications
from shared.contracts.referral import ReferralSent
from shared.kernel.actor import Role
from shared.kernel.clock import FixedClock
from shared.messaging.publish.relay import Relay
from shared.storage import staff_events
from tests.integration.referral.conftest import Cast, Room, at_the_pages
from tests.support.builders.answers import EVERY_ANSWER
from tests.support.builders.bodies import a_referral_about_both
from tests.support.builders.events import assignment_granted, unit_changed
from tests.support.cast import HEALTH_CENTRE, NOON, SODERMALM, STAND_IN
from tests.support.page_forms import form_of
from tests.support.traced_bus import listening
from tests.support.tracing import Way, traced

LISTENERS = ("notifications", "directory", "audit")


@dataclass(frozen=True)
class Ways:
    """What one sending enters: by API, by page (the check page, and then its form), in the relay, at each listener."""

    by_api: Way
    check_page: Way
    by_page: Way
    relayed: Way
    heard: Mapping[str, Way]


def follow(installation: Installation) -> Ways:
    """Send, publish and hear it on the databases and the broker of a new installation."""
    settings = installation.settings()
    migrate_databases(settings)
    declare_topology(settings)
    room = Room(installation, FixedClock(NOON))
    with ExitStack() as leaving:
        leaving.callback(room.parts.engine.dispose)
        room.a_unit(HEALTH_CENTRE, "referring")
        room.a_unit(SODERMALM, "receiving", area="0180-sodermalm", stand_in=STAND_IN)
        room.a_unit(STAND_IN, "receiving", area="0180")
        room.rules()
        alva = room.somebody("alva", Role.REFERRER, HEALTH_CENTRE)
        by_api = [_by_api(alva, key) for key in ("first", "second")][-1]
        check_page, by_page = [_by_page(alva) for _ in range(2)][-1]
        services = {each.name: each for each in _listeners(room, alva)}
        for each in services.values():
            leaving.callback(each._parts.engine.dispose)
        buses = {
            name: leaving.enter_context(listening(services[name], settings.service(name).broker_url, ReferralSent))
            for name in LISTENERS
        }
        relayed = _publish(room, alva)
        heard = {name: bus.way_of(ReferralSent, 5) for name, bus in buses.items()}
    return Ways(by_api, check_page, by_page, relayed, heard)


def _by_api(alva: Cast, key: str) -> Way:
    with traced() as way:
        answer = alva.send(a_referral_about_both(), Idempotency_Key=key)
    assert answer.status_code == 201, answer.text
    return way


def _by_page(alva: Cast) -> tuple[Way, Way]:
    draft = alva.ask("POST", "/drafts", {"answers": EVERY_ANSWER}).json["id"]
    browser = at_the_pages(alva)
    with traced() as looked:
        page = browser.get(f"/referral/drafts/{draft}/check")
    assert page.status_code == 200, (page.status_code, page.headers.get("Location"))
    form = form_of(page.text, f"/referral/drafts/{draft}/send")
    with traced() as sent:
        answer = browser.client.post(form.action, data=form.typed())
    assert answer.status_code == 303, answer.text
    assert answer.headers["Location"].endswith("/receipt"), answer.headers["Location"]
    return looked, sent


def _listeners(room: Room, alva: Cast) -> tuple[Any, ...]:
    """The three, which have heard of the units and of Alva."""
    settings, clock = room.parts.settings, room.clock
    listeners = (
        Notifications(replace(notifications.for_bus(settings), clock=clock)),
        Directory(replace(directory.for_bus(settings), clock=clock)),
        Audit(replace(audit.for_bus(settings), clock=clock)),
    )
    for service in listeners:
        if service.name == directory.SERVICE:
            continue  # it is the one who says so
        with service.unit_of_work() as uow:
            for unit, kind in ((HEALTH_CENTRE, "referring"), (SODERMALM, "receiving")):
                told = unit_changed(unit, kind=kind, function_address="enhet@example.se")
                staff_events.remember(uow.connection, told)
            staff_events.remember(uow.connection, assignment_granted(alva.actor))
            uow.commit()
    return listeners


def _publish(room: Room, alva: Cast) -> Way:
    """Two rounds of the relay: what has been sent so far, and then one more referral."""
    broker_url = room.parts.settings.service("referral").broker_url
    relay = Relay(room.parts.engine, broker_url, "referral", room.parts.settings.installation)
    stopped = threading.Event()
    stopped.set()
    try:
        with room.parts.engine.connect() as opened:
            connection = opened.execution_options(isolation_level="AUTOCOMMIT")
            relay.round(connection)
            _by_api(alva, "third")
            with traced() as way:
                relay.round(connection)
    finally:
        # a relay that is told to stop at once does no more than leave the broker
        relay.run(stopped)
    return way
