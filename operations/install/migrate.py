"""Brings databases and broker to this version: tables by each service's migrations, then exchanges and queues."""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib import import_module

import amqp

from operations.bus_classes import bus_class
from operations.install.key_uses import asking, check_master_key
from operations.trouble import Trouble
from shared.contracts.contract import all_contracts
from shared.environment import SettingsAreWrong
from shared.messaging import topology
from shared.messaging.receive.subscribe import subscriptions_of
from shared.messaging.subscription import Subscription
from shared.settings import SERVICES, Settings
from shared.storage import key_register
from shared.storage.master_keys import read_master_keys
from shared.storage.migrations import migrate

TRIES = 5


def subscriptions() -> list[Subscription]:
    """What all services listen to."""
    found = []
    for service in SERVICES:
        module, _, name = bus_class(service).partition(":")
        found += subscriptions_of(getattr(import_module(module), name))
    return found


def migrate_databases(settings: Settings, progress: Callable[[str], None] = lambda _: None) -> None:
    """Run every service's migrations as its database's owner, and note which keys its data are sealed under.

    Raises SettingsAreWrong when a URL is missing, and KeyTrouble, with nothing changed in that service's database, when
    its key is not there or is another.
    """
    for service in SERVICES:
        progress(service)
        migrate_database(settings, service)


def migrate_database(settings: Settings, service: str) -> None:
    """The same for one service."""
    own = settings.service(service)
    if not own.owner_database_url:
        raise SettingsAreWrong(f"LOTSA_{service.upper()}_OWNER_DATABASE_URL is needed to migrate")
    if own.master_key_file is None:
        migrate(service, own.owner_database_url)
        return
    with asking(own.owner_database_url) as connection:
        check_master_key(service, own.master_key_file, connection)
    migrate(service, own.owner_database_url)
    with asking(own.owner_database_url) as connection:
        key_register.note(connection, read_master_keys(own.master_key_file))


def declare_topology(settings: Settings) -> list[tuple[str, str]]:
    """Declare exchanges and queues; returns the (publisher, event type) pairs that nobody would hear.

    Raises Trouble when the broker does not take them after several tries.
    """
    if not settings.admin_broker_url:
        raise SettingsAreWrong("LOTSA_ADMIN_BROKER_URL is needed to declare exchanges and queues")
    heard = subscriptions()
    _declare(settings.admin_broker_url, heard)
    published = [
        (publisher, contract.event_type)
        for contract in all_contracts()
        if not contract.superseded
        for publisher in (SERVICES if contract.publisher == "*" else (contract.publisher,))
    ]
    return topology.event_types_nobody_hears(published, heard)


def _declare(admin_broker_url: str, heard: list[Subscription]) -> None:
    for attempt in range(1, TRIES + 1):
        try:
            return topology.declare(admin_broker_url, SERVICES, heard)
        except amqp.PreconditionFailed as differs:
            raise Trouble(
                f"A queue exists with other arguments than this version wants: {differs.reply_text}."
            ) from None
        except (amqp.AMQPError, OSError) as trouble:
            # a broker that has just started answers "internal error" while its quorum queues elect their leaders
            if attempt == TRIES:
                raise Trouble(f"The broker does not take exchanges and queues: {type(trouble).__name__}.") from trouble
            time.sleep(attempt)
    return None
