"""An installation's databases, roles and broker users are its own."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

import psycopg
import pytest
import requests

from operations.install.installation import Installation
from shared.settings import SERVICES
from tests.support.infrastructure import Infrastructure, new_installation


def _connect(url: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(url.replace("+psycopg", ""), connect_timeout=5)


def test_each_role_reaches_its_own_database(installation: Installation) -> None:
    """Owner, application and log roles sign in with the URLs that the processes and the migrations are given."""
    environment = installation.environment()
    urls = {name: url for name, url in environment.items() if name.endswith("DATABASE_URL")}
    # the server's own administrator, for an operator's commands: no role of ours, and given to no process
    # (tests/unit/deploy/test_least_privilege.py)
    assert urls.pop("LOTSA_ADMIN_DATABASE_URL") == installation.servers.postgres_url
    assert len(urls) == 2 * len(SERVICES) + 1
    for url in urls.values():
        with _connect(url) as connection:
            assert connection.execute("SELECT current_user").fetchone() == (urlsplit(url).username,)


def test_no_role_reaches_a_neighbours_database(installation: Installation) -> None:
    """The referral service's role is refused by the directory's database."""
    foreign = installation.environment()["LOTSA_REFERRAL_DATABASE_URL"].rpartition("/")[0]
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        _connect(f"{foreign}/{installation.prefix}_directory")


def test_no_role_of_a_process_may_bypass_row_level_security(
    installation: Installation, infrastructure: Infrastructure
) -> None:
    """Neither superuser nor bypassrls: forced row-level security holds for every role of ours."""
    with _connect(infrastructure.postgres_url) as connection:
        found = connection.execute(
            "SELECT bool_or(rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb), count(*)"
            " FROM pg_roles WHERE rolname LIKE %s",
            [f"{installation.prefix}\\_%"],
        ).fetchone()
    assert found == (False, 2 * len(SERVICES) + 1)


def test_creating_twice_changes_nothing_that_data_hangs_on(installation: Installation) -> None:
    """Keys and passwords stay as they were."""
    folder = installation.folder / "keys"
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    installation.create()
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before


def test_keys_are_readable_by_their_owner_alone(installation: Installation) -> None:
    """No file among the keys has a permission for group or others, but for the sets of public keys."""
    keys = installation.folder / "keys"
    public = {keys / "token-jwks.json", keys / "session-jwks.json"}
    for file in {*keys.iterdir()} - public:
        assert file.stat().st_mode & 0o077 == 0, file.name
    for file in public:
        # the private part of an elliptic curve's key (RFC 7518, 6.2.2; RFC 8037, 2)
        assert [key for key in json.loads(file.read_text())["keys"] if "d" in key] == [], file.name


def test_dropping_leaves_nothing(infrastructure: Infrastructure) -> None:
    """Afterwards neither database, role, virtual host nor broker user carries the prefix."""
    with new_installation(infrastructure) as made:
        prefix = made.prefix
    with _connect(infrastructure.postgres_url) as connection:
        for table, column in (("pg_database", "datname"), ("pg_roles", "rolname")):
            query = f"SELECT count(*) FROM {table} WHERE {column} LIKE %s"
            assert connection.execute(query, [f"{prefix}%"]).fetchone() == (0,)
    for kind in ("vhosts", "users"):
        names = [
            found["name"] for found in requests.get(f"{infrastructure.rabbitmq_api}/api/{kind}", timeout=10).json()
        ]
        assert not [name for name in names if name.startswith(prefix)]


def test_a_log_that_begins_anew_is_held_to_no_checkpoint_of_the_one_before(infrastructure: Infrastructure) -> None:
    """A first start that broke off is begun anew; the sequencer would never sign a log shorter than the kept one."""
    with new_installation(infrastructure) as made:
        kept = made.settings().kept_checkpoint
        assert kept is not None
        kept.write_text("lotsa/audit\n7\n")
        made.drop_databases()
        assert not kept.exists()
        assert (made.folder / "keys" / "log-signing").exists()
