"""What breaks, and what operators see of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from uuid import uuid4

import requests
from rich.console import Console
from sqlalchemy import text

from demo.one_machine.product import quiet_process_is_ready
from demo.one_machine.start import web_is_ready
from operations import parked_messages
from operations.install.migrate import subscriptions
from shared.messaging import names
from shared.messaging.publish.publisher import ConfirmedPublisher, Outgoing
from shared.settings import SERVICES
from shared.storage.engine import make_engine
from tests.support.canary.marked import API, Canary
from tests.support.eventually import eventually
from tests.support.running import Running


@contextmanager
def table_gone(product: Running, service: str, table: str) -> Iterator[None]:
    """A table is away for a while: every statement on it fails, with its parameters in the exception."""
    engine = make_engine(product.settings.service(service).owner_database_url, pool_size=1)

    def rename(before: str, after: str) -> None:
        with engine.begin() as connection:
            connection.execute(text("SET LOCAL lock_timeout = '20s'"))
            connection.execute(text(f"ALTER TABLE {before} RENAME TO {after}"))

    rename(table, f"{table}_away")
    try:
        yield
    finally:
        rename(f"{table}_away", table)
        engine.dispose()


def break_things(canary: Canary) -> None:
    """Tables away, processes killed, poison on the bus: errors of every kind pass through every log."""
    product = canary.product
    with table_gone(product, "referral", "contents"):
        broken = canary.ask("alva", "POST", f"{API}/referrals", json=canary.body(name=canary.value["Broken"]))
        assert broken.status_code >= 500, broken.text
    log = product.folder / "logs" / "bus.log"
    with table_gone(product, "notifications", "notices"):
        canary.sent()
        eventually(lambda: '"put aside"' in log.read_text(), saying="a notice to be put aside for later", within=60)
    publisher = ConfirmedPublisher(product.settings.service("referral").broker_url, "canary")
    for body in (canary.poison_mark.encode(), b"\xff" + canary.poison_mark.encode()):
        publisher.publish([Outgoing(names.exchange("referral"), "referral.sent.v1", str(uuid4()), body)])
    publisher.close()
    eventually(lambda: '"parked"' in log.read_text(), saying="the poison to be parked", within=60)
    for name in ("bus", "relay", "web"):
        canary.sent()
        product.processes.kill(name)
    eventually(lambda: web_is_ready(product.port), saying="the pages to be back", within=90)
    for name in ("bus", "relay"):
        eventually(
            lambda name=name: quiet_process_is_ready(product.folder, name, product.processes.pid(name)),
            saying=f"{name} to be back",
            within=90,
        )


def what_operators_see(canary: Canary) -> None:
    """Metrics, health, descriptions, and what the command line says of parked messages."""
    for service in SERVICES:
        for path in (f"/{service}/metrics", f"/{service}/health/ready", f"/api/{service}/openapi.json"):
            answer = requests.get(canary.product.url + path, timeout=20)
            assert answer.status_code == 200, path
            canary.said.append(answer.text)
    heard = StringIO()
    console = Console(file=heard, width=300)
    assert parked_messages.show_counts(canary.product.settings, console) > 0
    for each in subscriptions():
        parked_messages.show(canary.product.settings, each.queue, console)
    canary.said.append(heard.getvalue())
