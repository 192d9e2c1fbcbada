"""The floor: what the database and the broker can do with nothing of ours on top, on the same servers."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import time
from pathlib import Path

import amqp
from kombu import Connection, Exchange, Queue
from sqlalchemy import create_engine, make_url, text

CLIENTS = 8
SCHEMA = """
create table floor_state (id bigserial primary key, body bytea not null, at timestamptz not null default now());
create table floor_outbox (id bigserial primary key, body bytea not null, at timestamptz not null default now());
create table floor_access (id bigserial primary key, body bytea not null, at timestamptz not null default now());
"""
# what a referral writes at the least: its state, its event, the record of who did it
TRANSACTION = """
begin;
insert into floor_state (body) values (decode(repeat('ab', 400), 'hex'));
insert into floor_outbox (body) values (decode(repeat('ab', 300), 'hex'));
insert into floor_access (body) values (decode(repeat('ab', 200), 'hex'));
commit;
"""
PUBLISH_BATCH = 500


def transactions_per_second(admin_url: str, pgbench: Path, seconds: int) -> float:
    """pgbench: a three-insert transaction, 8 clients, prepared statements; transactions per second.

    ``admin_url`` may create a database on the cluster to be measured; it is dropped afterwards.
    """
    admin = create_engine(admin_url, isolation_level="AUTOCOMMIT")
    name = f"lotsa_floor_{os.getpid()}"
    url = make_url(admin_url).set(database=name)
    with admin.connect() as connection:
        connection.execute(text(f'create database "{name}"'))
    try:
        own = create_engine(url)
        with own.begin() as connection:
            connection.execute(text(SCHEMA))
        own.dispose()
        return _pgbench(url, pgbench, seconds)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f'drop database if exists "{name}" with (force)'))
        admin.dispose()


def _pgbench(url: object, pgbench: Path, seconds: int) -> float:
    where = make_url(str(url)) if isinstance(url, str) else url
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(TRANSACTION)
        script.flush()
        command = [
            str(pgbench), "--no-vacuum", "--protocol=prepared", f"--client={CLIENTS}", "--jobs=2", f"--time={seconds}",
            f"--file={script.name}", "--host", where.host or "127.0.0.1", "--port", str(where.port or 5432),
            "--username", where.username or "postgres", where.database or "postgres",
        ]  # fmt: skip
        environment = {**os.environ, "PGPASSWORD": where.password or ""}
        result = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=seconds + 60, check=False
        )
    found = re.search(r"tps = ([\d.]+)", result.stdout)
    if not found:
        raise RuntimeError(f"pgbench said nothing of its rate: {result.stderr[-300:]}")
    return float(found.group(1))


def confirmed_messages_per_second(broker_url: str, seconds: int) -> float:
    """Persistent messages of 700 bytes into a quorum queue, confirmed in batches of 500; messages per second."""
    body = b"x" * 700
    with Connection(broker_url) as connection:
        channel = connection.default_channel
        exchange = Exchange(f"lotsa.floor.{os.getpid()}", type="direct", durable=False, auto_delete=True)
        arguments = {"x-queue-type": "quorum"}
        queue = Queue(exchange.name, exchange, routing_key="floor", durable=True, queue_arguments=arguments)
        queue(channel).declare()
        try:
            return _publish(connection, exchange.name, body, seconds)
        finally:
            queue(connection.channel()).delete()


def _publish(connection: Connection, exchange: str, body: bytes, seconds: int) -> float:
    channel = connection.channel()
    confirmed = 0

    def on_ack(delivery_tag: int, multiple: bool) -> None:
        nonlocal confirmed
        confirmed = max(confirmed, delivery_tag)

    channel.confirm_select()
    channel.events["basic_ack"].add(on_ack)
    sent, started = 0, time.monotonic()
    while time.monotonic() - started < seconds:
        for _ in range(PUBLISH_BATCH):
            message = amqp.Message(body, delivery_mode=2)
            channel._basic_publish(message, exchange=exchange, routing_key="floor", mandatory=True)
            sent += 1
        while confirmed < sent:
            connection.drain_events(timeout=10)
    return sent / (time.monotonic() - started)
