"""One installation: a prefix, a folder of keys and passwords, and the environment that its processes are given.

The same code makes the demonstration on one machine and every test session's own installation.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import make_url

from operations.install.key_uses import asking, check_master_key, check_signing_key
from operations.install.make_keys import make_keys
from operations.install.postgres_roles import (
    create_roles_and_databases,
    database_names,
    drop_roles_and_databases,
    role_names,
)
from operations.install.rabbitmq_users import create_vhost_and_users, drop_vhost_and_users, user_names
from shared.settings import SERVICES, Settings
from shared.storage.encryption import KeyTrouble


@dataclass(frozen=True)
class Servers:
    """The database and the broker with an administrator's rights. The URLs carry credentials: never print them."""

    postgres_url: str = field(repr=False)
    amqp_url: str = field(repr=False)
    rabbitmq_api: str = field(repr=False)


@dataclass(frozen=True)
class Installation:
    """Where an installation's things are: `prefix` is in front of every database, role and broker user."""

    prefix: str
    folder: Path
    servers: Servers
    mode: str
    public_url: str
    extra: Mapping[str, str] = field(default_factory=dict)

    def create(self) -> None:
        """Make keys, passwords, databases, roles, virtual host and broker users; safe to repeat. Raises KeyTrouble."""
        self.create_keys()
        self.create_databases()
        self.create_broker_users()

    def create_keys(self) -> None:
        """Make the key files that are missing, and hold the others against the databases.

        A key that a database says should be there is never made anew. Raises KeyIsMissing, KeyIsWrong, with a sentence
        for each.
        """
        self._check_keys()
        make_keys(self.folder / "keys", self.prefix)

    def _check_keys(self) -> None:
        keys = self.folder / "keys"
        troubles: list[KeyTrouble] = []
        for service, url in self.existing_databases().items():
            checks = [partial(check_master_key, service, keys / f"{service}-master")]
            if service == "audit":
                checks.append(partial(check_signing_key, keys / "log-signing"))
            with asking(url) as connection:
                for check in checks:
                    try:
                        check(connection)
                    except KeyTrouble as trouble:
                        troubles.append(trouble)
        if troubles:
            raise type(troubles[0])("\n".join(map(str, troubles)))

    def existing_databases(self) -> dict[str, str]:
        """The superuser's URL of each service's database that is there, by service."""
        there = database_names(self.servers.postgres_url)
        url = make_url(self.servers.postgres_url)
        return {
            service: url.set(database=f"{self.prefix}_{service}").render_as_string(hide_password=False)
            for service in SERVICES
            if f"{self.prefix}_{service}" in there
        }

    def create_databases(self) -> None:
        """Make databases and roles."""
        create_roles_and_databases(self.servers.postgres_url, self.prefix, self._passwords())

    def create_broker_users(self) -> None:
        """Make the virtual host and the broker users with their rights."""
        create_vhost_and_users(self.servers.rabbitmq_api, self.prefix, self._passwords())

    def drop(self) -> None:
        """Remove databases, roles, virtual host and broker users; the folder stays."""
        self.drop_broker_users()
        self.drop_databases()

    def drop_databases(self) -> None:
        """Remove databases and roles, and what the sequencer kept of the log that goes with them."""
        drop_roles_and_databases(self.servers.postgres_url, self.prefix)
        # a log that begins anew has not grown out of this one, and would be taken for one that was cut
        kept = self.settings().kept_checkpoint
        if kept is not None:
            kept.unlink(missing_ok=True)

    def drop_broker_users(self) -> None:
        """Remove the virtual host with all its queues, and the broker users."""
        drop_vhost_and_users(self.servers.rabbitmq_api, self.prefix)

    def environment(self) -> dict[str, str]:
        """The `LOTSA_…` variables of every process of this installation."""
        keys = self.folder / "keys"
        found = {
            "LOTSA_MODE": self.mode,
            "LOTSA_PUBLIC_URL": self.public_url,
            "LOTSA_INSTALLATION": self.prefix,
            "LOTSA_VAR": str(self.folder),
            "LOTSA_SESSION_SIGNING_KEY_FILE": str(keys / "session-private.json"),
            "LOTSA_SESSION_VERIFYING_KEYS_FILE": str(keys / "session-jwks.json"),
            "LOTSA_AUDIT_SIGNING_KEY_FILE": str(keys / "log-signing"),
            "LOTSA_AUDIT_VERIFYING_KEY_FILE": str(keys / "log-verifying"),
            "LOTSA_TOKEN_ISSUER": self.public_url,
            "LOTSA_TOKEN_AUDIENCE": "lotsa",
            "LOTSA_TOKEN_JWKS_FILE": str(keys / "token-jwks.json"),
            "LOTSA_AUDIT_LOG_DATABASE_URL": self._database_url("audit", "log"),
            "LOTSA_ADMIN_BROKER_URL": self._broker_url("admin"),
            "LOTSA_ADMIN_DATABASE_URL": self.servers.postgres_url,
        }
        for service in SERVICES:
            name = service.upper()
            found[f"LOTSA_{name}_DATABASE_URL"] = self._database_url(service, "app")
            found[f"LOTSA_{name}_OWNER_DATABASE_URL"] = self._database_url(service, "owner")
            found[f"LOTSA_{name}_BROKER_URL"] = self._broker_url(service)
            found[f"LOTSA_{name}_MASTER_KEY_FILE"] = str(keys / f"{service}-master")
            found[f"LOTSA_{name}_COOKIE_KEY_FILE"] = str(keys / f"{service}-cookie")
        return {**found, **self.extra}

    def settings(self) -> Settings:
        """The settings that a process given `environment()` reads."""
        return Settings.from_environment(self.environment())

    def _passwords(self) -> dict[str, str]:
        """Passwords by role and broker user, made once and kept in a file beside the keys."""
        file = self.folder / "keys" / "passwords.json"
        known: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
        wanted = [*role_names(self.prefix), *user_names(self.prefix)]
        missing = [name for name in wanted if name not in known]
        if missing:
            known |= {name: secrets.token_urlsafe(24) for name in missing}
            draft = file.with_suffix(".draft")
            draft.touch(mode=0o600)
            draft.write_text(json.dumps(known))
            draft.rename(file)
        return known

    def _database_url(self, service: str, kind: str) -> str:
        role = f"{self.prefix}_{service}_{kind}"
        url = make_url(self.servers.postgres_url)
        ours = url.set(username=role, password=self._passwords()[role], database=f"{self.prefix}_{service}")
        return ours.render_as_string(hide_password=False)

    def _broker_url(self, who: str) -> str:
        user = f"{self.prefix}_{who}"
        address = self.servers.amqp_url.rpartition("@")[2].partition("/")[0]
        return f"amqp://{user}:{quote(self._passwords()[user], safe='')}@{address}/{quote(self.prefix, safe='')}"
