"""One seed: clients submit while faults happen, everything drains, and everything is looked at."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from tests.chaos.checks import Findings, look
from tests.chaos.drained import wait_until_drained
from tests.chaos.ends import Ends
from tests.chaos.faults import carry_out, plan
from tests.chaos.poison import Poison
from tests.chaos.submitting import Clients
from tests.chaos.world import World


@contextmanager
def a_world(say: Callable[[str], None]) -> Iterator[World]:
    """Servers of our own in a folder of our own, gone afterwards; kept when something went wrong."""
    folder = Path(tempfile.mkdtemp(prefix="lotsa-chaos-"))
    # the servers' own user has to pass through
    folder.chmod(0o711)
    world = World(folder, say)
    try:
        world.start_servers()
        yield world
    finally:
        world.stop()
    if not world.keep:
        shutil.rmtree(folder, ignore_errors=True)


def run_seed(world: World, seed: int, poison: Poison | None = None) -> Findings:
    """Run one seed against a product that is up, and return what was found."""
    since = datetime.now(UTC)
    world.outages.clear()
    poison = poison or Poison(world.settings.service("referral").broker_url, seed)
    clients = Clients(world.port, world.token(), seed=seed)
    clients.start()
    ends = Ends(world)
    ends.start()
    faults = plan(seed)
    try:
        for number, fault in enumerate(faults, 1):
            time.sleep(fault.pause)
            world.say(f"seed {seed}, fault {number}/{len(faults)}: {fault.kind}")
            carry_out(fault, world, poison)
    finally:
        clients.stop()
        ends.stop()
    wait_until_drained(world)
    findings = look(world, clients.submissions, poison, ends, since)
    findings.counts["faults"] = len(faults)
    world.keep = world.keep or bool(findings.wrong)
    return findings
