"""A RabbitMQ of a test's own, to be stopped, killed and filled; its folder goes afterwards."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from demo.one_machine.debian import DebianFolder
from demo.one_machine.places import data_folder
from demo.one_machine.private_rabbitmq import PrivateRabbitMQ
from demo.one_machine.programs import rabbitmq_programs
from demo.one_machine.service_user import service_user
from operations.programs import Programs


@contextmanager
def private_broker() -> Iterator[PrivateRabbitMQ]:
    """Configured, and not started."""
    user = service_user()
    folder = Path(tempfile.mkdtemp(prefix="lotsa-broker-"))
    user.give(folder)
    broker = PrivateRabbitMQ(folder / "rabbitmq", broker_programs(), user)
    try:
        yield broker
    finally:
        if (folder / "rabbitmq").exists():
            broker.stop()
        shutil.rmtree(folder)


def broker_programs() -> Programs:
    """Installed, or as `make run` fetches them."""
    return rabbitmq_programs(DebianFolder(data_folder() / "debian"))


def rabbitmqctl(broker: PrivateRabbitMQ, *arguments: str) -> str:
    """Tell the node something; what it answers."""
    return subprocess.run(
        [broker_programs()["rabbitmqctl"], "--longnames", "--quiet", *arguments],
        env=broker.environment(),
        cwd=broker.folder,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout
