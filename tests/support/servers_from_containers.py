"""Servers for tests from containers, when a Docker engine answers."""

from __future__ import annotations

import os
import secrets
import socket
from contextlib import ExitStack
from urllib.parse import urlsplit

import psycopg
import requests

from operations.install.installation import Servers
from operations.trouble import Trouble
from tests.support.eventually import eventually

POSTGRES_IMAGE = "postgres:17"
RABBITMQ_IMAGE = "rabbitmq:4-management"


def start(stack: ExitStack) -> Servers:
    """Start both; `stack` stops them. Raises Trouble when no engine answers or an image cannot be had."""
    if not _engine_answers():
        raise Trouble("no Docker engine answers.")
    # the library's own cleaner is one more image to fetch, and we stop what we start
    os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")
    from docker.errors import DockerException
    from testcontainers.core.container import DockerContainer

    password = secrets.token_urlsafe(16)
    postgres = DockerContainer(POSTGRES_IMAGE).with_env("POSTGRES_PASSWORD", password).with_exposed_ports(5432)
    postgres.with_command("postgres -c max_connections=300 -c fsync=off")
    rabbitmq = DockerContainer(RABBITMQ_IMAGE).with_exposed_ports(5672, 15672)
    rabbitmq.with_env("RABBITMQ_DEFAULT_USER", "lotsa-admin").with_env("RABBITMQ_DEFAULT_PASS", password)
    try:
        for container in (postgres, rabbitmq):
            container.start()
            stack.callback(container.stop)
    except (DockerException, OSError) as problem:
        raise Trouble(f"the engine answers, but cannot start a container: {type(problem).__name__}.") from problem
    host = postgres.get_container_host_ip()
    database = f"postgres:{password}@{host}:{postgres.get_exposed_port(5432)}/postgres"
    api = f"http://lotsa-admin:{password}@{host}:{rabbitmq.get_exposed_port(15672)}"
    eventually(lambda: _database_answers(database), saying="the database's container to answer", within=60, every=0.2)
    eventually(lambda: _broker_answers(api), saying="the broker's container to answer", within=120, every=0.5)
    amqp = f"amqp://lotsa-admin:{password}@{host}:{rabbitmq.get_exposed_port(5672)}/%2F"
    return Servers(f"postgresql+psycopg://{database}", amqp, api)


def _engine_answers() -> bool:
    """Whether somebody listens at the engine's address; asking first spares the client's half-open connections."""
    address = urlsplit(os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock"))
    family, where = (
        (socket.AF_UNIX, address.path)
        if address.scheme == "unix"
        else (socket.AF_INET, (address.hostname or "", address.port or 2375))
    )
    with socket.socket(family) as caller:
        caller.settimeout(2)
        return caller.connect_ex(where) == 0


def _database_answers(address: str) -> bool:
    try:
        psycopg.connect(f"postgresql://{address}", connect_timeout=2).close()
    except psycopg.Error:
        return False
    return True


def _broker_answers(api: str) -> bool:
    try:
        return requests.get(f"{api}/api/health/checks/port-listener/5672", timeout=5).ok
    except requests.RequestException:
        return False
