"""Brings databases and broker to this version: tables by each service's migrations, then exchanges and queues."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from shared.contracts.contract import all_contracts
from shared.messaging import topology
from shared.messaging.subscribe import subscriptions_of
from shared.messaging.subscription import Subscription
from shared.settings import SERVICES, Settings, SettingsAreWrong
from shared.storage.migrating import migrate


def service_class_path(service: str) -> str:
    """Where the service's bus class is, as `run_bus` wants it: `services.referral.service:Referral`."""
    return f"services.{service}.service:{service.capitalize()}"


def subscriptions() -> list[Subscription]:
    """What all services listen to."""
    found = []
    for service in SERVICES:
        module, _, name = service_class_path(service).partition(":")
        found += subscriptions_of(getattr(import_module(module), name))
    return found


def migrate_databases(settings: Settings, progress: Callable[[str], None] = lambda _: None) -> None:
    """Run every service's migrations as its database's owner. Raises SettingsAreWrong when a URL is missing."""
    for service in SERVICES:
        owner_url = settings.service(service).owner_database_url
        if not owner_url:
            raise SettingsAreWrong(f"LOTSA_{service.upper()}_OWNER_DATABASE_URL is needed to migrate")
        progress(service)
        migrate(service, owner_url)


def declare_topology(settings: Settings) -> list[tuple[str, str]]:
    """Declare exchanges and queues; returns the (publisher, event type) pairs that nobody would hear."""
    if not settings.admin_broker_url:
        raise SettingsAreWrong("LOTSA_ADMIN_BROKER_URL is needed to declare exchanges and queues")
    heard = subscriptions()
    topology.declare(settings.admin_broker_url, SERVICES, heard)
    published = [
        (publisher, contract.event_type)
        for contract in all_contracts()
        for publisher in (SERVICES if contract.publisher == "*" else (contract.publisher,))
    ]
    return topology.event_types_nobody_hears(published, heard)
