"""Which databases an installation has, and which roles use them, read from its settings."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import make_url

from shared.environment import SettingsAreWrong
from shared.settings import ServiceSettings, Settings


def admin_url(settings: Settings) -> str:
    """The superuser's URL. Raises SettingsAreWrong."""
    if not settings.admin_database_url:
        raise SettingsAreWrong("LOTSA_ADMIN_DATABASE_URL is needed to back up and to restore")
    return settings.admin_database_url


def database_name(settings: Settings, service: str) -> str:
    """The name of a service's database."""
    return make_url(settings.service(service).database_url).database or ""


def owner_of(settings: Settings, service: str) -> str:
    """The role that owns a service's tables."""
    return make_url(settings.service(service).owner_database_url).username or ""


def users_of(settings: Settings, service: str) -> list[str]:
    """The roles that may connect to a service's database, besides its owner."""
    urls = [settings.service(service).database_url]
    if service == "audit":
        urls.append(settings.audit_log_database_url)
    return [make_url(each).username or "" for each in urls]


def elsewhere(settings: Settings, service: str, database: str) -> Settings:
    """The same settings with one service's database under another name."""
    own = settings.service(service)
    moved = replace(
        own,
        database_url=_named(own.database_url, database),
        owner_database_url=_named(own.owner_database_url, database),
    )
    services: dict[str, ServiceSettings] = {**settings.services, service: moved}
    return replace(settings, services=services)


def _named(url: str, database: str) -> str:
    return make_url(url).set(database=database).render_as_string(hide_password=False)
