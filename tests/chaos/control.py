"""The control: nameko as it comes, dispatching after the commit, under the same faults. It must lose some.

Web: commit a row, then dispatch the event with nameko's own standalone dispatcher. Bus: nameko's own event handler
inserts the effect. There is no relay; where the plan kills one, the web is killed instead.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, replace

from sqlalchemy import text

from demo.one_machine.product import ready_file
from tests.chaos.faults import carry_out, plan
from tests.chaos.submitting import Clients
from tests.chaos.world import World
from tests.support.eventually import eventually

SCHEMA = """
    CREATE TABLE control_committed (id uuid PRIMARY KEY);
    CREATE TABLE control_effects (id uuid NOT NULL);
"""
QUIET_FOR = 10.0


@dataclass(frozen=True)
class Control:
    """How many were committed, never carried out, and carried out more than once."""

    committed: int
    lost: int
    doubled: int


def run_control(world: World, seed: int) -> Control:
    """Run the control in a world whose product is not running."""
    with world.engine("referral").begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS control_committed, control_effects"))
        connection.execute(text(SCHEMA))
    python, database = sys.executable, world.engine("referral").url.render_as_string(hide_password=False)
    broker = world.settings.admin_broker_url
    world.run(
        {
            "web": [python, "-m", "tests.chaos.control_web", database, broker, str(world.port)],
            "bus": [
                python,
                "-m",
                "tests.chaos.control_bus",
                database,
                broker,
                str(ready_file(world.box.folder, "bus")),
            ],
        }
    )
    for name in ("web", "bus"):
        eventually(lambda name=name: world.up(name), saying=f"the control's {name} to be up", within=300)
    clients = Clients(world.port, "none", seed=seed)
    clients.start()
    try:
        for fault in plan(seed):
            time.sleep(fault.pause)
            if fault.kind != "poison":
                carry_out(replace(fault, kind=fault.kind.replace("relay", "web")), world, lambda: None)
    finally:
        clients.stop()
    _wait_until_quiet(world)
    world.stop_processes()
    return _count(world)


def _wait_until_quiet(world: World) -> None:
    seen, since = -1, time.monotonic()

    def quiet() -> bool:
        nonlocal seen, since
        with world.engine("referral").connect() as connection:
            now = connection.execute(text("SELECT count(*) FROM control_effects")).scalar_one()
        if now != seen:
            seen, since = now, time.monotonic()
        return time.monotonic() - since > QUIET_FOR

    # nameko comes back up to a quarter of a minute after the broker
    time.sleep(20)
    eventually(quiet, saying="the control to be quiet", within=300, every=0.5)


def _count(world: World) -> Control:
    with world.engine("referral").connect() as connection:
        row = connection.execute(
            text("""
                SELECT count(*), count(*) FILTER (WHERE n IS NULL), count(*) FILTER (WHERE n > 1)
                FROM control_committed LEFT JOIN (SELECT id, count(*) AS n FROM control_effects GROUP BY id) AS effects
                USING (id)
            """)
        ).one()
    return Control(*row)
