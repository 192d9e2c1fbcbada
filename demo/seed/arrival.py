"""Waiting for what the seed has told to be heard: by every service, and by the log."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import partial

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from demo.seed.ids import UNIT
from demo.wait import wait_until
from operations.backlog import Arrived
from shared.settings import SERVICES, Settings
from shared.storage.engine import make_engine

HEARD_WITHIN_SECONDS = 120
DRAINED_WITHIN_SECONDS = 600


def wait_until_heard(settings: Settings) -> None:
    """Return when every service knows the units, and referral the routing rules. Raises NotInTime."""
    units = {"ids": list(set(UNIT.values()))}
    for service in SERVICES:
        if service == "directory":
            continue
        query = "SELECT count(*) = cardinality(:ids) FROM known_units WHERE unit_id = ANY(:ids)"
        wait_until(
            partial(_true, settings, service, query, units),
            saying=f"{service} to hear of the units (are relay and bus running?)",
            within=HEARD_WITHIN_SECONDS,
            every=0.2,
        )
    wait_until(
        lambda: _true(settings, "referral", "SELECT count(*) > 0 FROM routing_sets"),
        saying="referral to hear of the routing rules",
        within=HEARD_WITHIN_SECONDS,
        every=0.2,
    )


def wait_until_arrived(settings: Settings) -> None:
    """Return when no event is on its way any more and the log has taken in all of them. Raises NotInTime."""
    wait_until(Arrived(settings), saying="every event to arrive", within=DRAINED_WITHIN_SECONDS, every=0.3)
    wait_until(
        lambda: _true(settings, "audit", "SELECT count(*) = 0 FROM pending_entries"),
        saying="the log to take in every event",
        within=DRAINED_WITHIN_SECONDS,
        every=0.2,
    )


def _true(settings: Settings, service: str, query: str, values: Mapping[str, object] | None = None) -> bool:
    engine = make_engine(settings.service(service).database_url, pool_size=1, application_name="lotsa seed")
    try:
        # a database that is restarting has not said no
        with suppress(DBAPIError), engine.connect() as connection:
            return bool(connection.execute(text(query), dict(values or {})).scalar())
        return False
    finally:
        engine.dispose()
