"""Which services do not hear the directory: there, what others have sent is closed, whether anybody asked or not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from operations.operator_act import database_of
from shared.settings import SERVICES, Settings
from shared.storage.heartbeat import CLOCKS_APART, heard

DIRECTORY = "directory"


def about_hearing(settings: Settings, now: datetime) -> Iterator[str]:
    """A sentence for each service that is closed, with where to look. Raises SQLAlchemyError."""
    within = timedelta(seconds=settings.heard_within)
    for service in SERVICES:
        if service == DIRECTORY:
            continue
        with database_of(settings, service) as engine, engine.connect() as connection:
            at = heard(connection)
        if at is None or not -CLOCKS_APART <= now - at <= within:
            since = "ever" if at is None else f"since {at.astimezone():%Y-%m-%d %H:%M:%S}"
            yield (
                f"{service} has not heard the directory {since}: what others have sent is closed there, sending goes"
                f" on. Look at the broker, the directory's relay and database, {service}'s bus, and all clocks."
            )
