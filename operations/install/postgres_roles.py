"""Creates the databases and roles of an installation, as the database's superuser.

Each service has a database, a role that owns the tables (migrations) and a role that the processes use, which row-level
security applies to. The log has a role of its own, which may insert and select there and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from shared.settings import SERVICES


def role_names(prefix: str) -> list[str]:
    """Every role of an installation."""
    both = [f"{prefix}_{service}_{kind}" for service in SERVICES for kind in ("owner", "app")]
    return [*both, f"{prefix}_audit_log"]


def create_roles_and_databases(admin_url: str, prefix: str, passwords: Mapping[str, str]) -> None:
    """Create what is missing and set the roles' passwords; safe to repeat. `passwords` is keyed by role name."""
    with _connect(admin_url) as connection:
        for role in role_names(prefix):
            _role(connection, role, passwords[role])
        for service in SERVICES:
            _database(connection, prefix, service)


def database_names(admin_url: str) -> frozenset[str]:
    """Every database of the cluster."""
    with _connect(admin_url) as connection:
        return frozenset(str(name) for (name,) in connection.execute("SELECT datname FROM pg_database"))


def drop_roles_and_databases(admin_url: str, prefix: str) -> None:
    """Remove an installation's databases, whoever is connected to them, and its roles."""
    with _connect(admin_url) as connection:
        for service in SERVICES:
            database = sql.Identifier(f"{prefix}_{service}")
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(database))
            for aside in _laid_aside(connection, f"{prefix}_{service}"):
                connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(aside)))
        for role in role_names(prefix):
            connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))


def _laid_aside(connection: psycopg.Connection[tuple[object, ...]], name: str) -> list[str]:
    """What restores have kept or left of a database (operations/backup/restore.py)."""
    query = "SELECT datname FROM pg_database WHERE datname ~ %s"
    pattern = f"^{name}_(before|restoring|check)_[0-9]{{8}}t[0-9]{{6}}z$"
    return [str(row[0]) for row in connection.execute(query, [pattern])]


def _connect(admin_url: str) -> psycopg.Connection[tuple[object, ...]]:
    url = make_url(admin_url).set(drivername="postgresql")
    return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True, connect_timeout=10)


def _role(connection: psycopg.Connection[tuple[object, ...]], role: str, password: str) -> None:
    known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    verb = sql.SQL("ALTER" if known else "CREATE")
    rights = sql.SQL("LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD")
    statement = sql.SQL("{} ROLE {} {} {}").format(verb, sql.Identifier(role), rights, sql.Literal(password))
    connection.execute(statement)


def _database(connection: psycopg.Connection[tuple[object, ...]], prefix: str, service: str) -> None:
    name = f"{prefix}_{service}"
    owner = sql.Identifier(f"{name}_owner")
    database = sql.Identifier(name)
    if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE template0").format(database, owner)
        )
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    users = [f"{name}_app", f"{name}_log"] if service == "audit" else [f"{name}_app"]
    for user in users:
        connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, sql.Identifier(user)))
