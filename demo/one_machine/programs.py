"""Where PostgreSQL's and RabbitMQ's programs are: installed on the machine, or fetched into a folder of ours."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from demo.one_machine.debian import DebianFolder
from operations.programs import Programs, newest_postgres
from operations.trouble import Trouble

POSTGRES_SERVER = ("initdb", "postgres")


def postgres_programs(debian: DebianFolder) -> Programs:
    """`initdb`, `postgres`, `pg_ctl`. Raises Trouble when they are neither here nor to be had."""
    installed = newest_postgres(Path("/"), POSTGRES_SERVER)
    if installed:
        return Programs(installed)
    debian.get(["postgresql"], mark="postgresql")
    fetched = newest_postgres(debian.root, POSTGRES_SERVER)
    if fetched is None:
        raise Trouble(f"Debian's postgresql was fetched to {debian.root}, but holds no database server.")
    return Programs(fetched, debian.environment())


def rabbitmq_programs(debian: DebianFolder) -> Programs:
    """`rabbitmq-server` itself, not Debian's wrapper, which insists on a user of its own. Raises Trouble as above."""
    installed = _newest_rabbitmq(Path("/"))
    if installed and shutil.which("erl"):
        return Programs(installed)
    debian.get(["rabbitmq-server"], mark="rabbitmq-server")
    fetched = _newest_rabbitmq(debian.root)
    if fetched is None:
        raise Trouble(f"Debian's rabbitmq-server was fetched to {debian.root}, but holds no broker.")
    if any(sign.isspace() for sign in str(fetched)):
        raise Trouble(
            f"RabbitMQ's own scripts cannot lie in a path with a space in it: {fetched}. Name another place for data"
            " and programs: LOTSA_VAR=/somewhere/else make run. Nothing was started."
        )
    environment = debian.environment()
    # erl has /usr/lib/erlang written into it, unless it is told otherwise
    erlang = debian.root / "usr/lib/erlang"
    if erlang.is_dir():
        environment["ERL_ROOTDIR"] = str(erlang)
        _mend_erl(erlang)
        environment["PATH"] = os.pathsep.join([str(erlang / "bin"), environment["PATH"]])
    return Programs(fetched, environment)


def _mend_erl(erlang: Path) -> None:
    """Make `erl` name its own folder, for older ones that do not read ERL_ROOTDIR."""
    script = erlang / "bin" / "erl"
    text = script.read_text()
    if 'ROOTDIR="/usr/lib/erlang"' in text or "ROOTDIR=/usr/lib/erlang" in text:
        script.write_text(text.replace("/usr/lib/erlang", str(erlang)))


def _newest_rabbitmq(under: Path) -> Path | None:
    found = sorted(under.glob("usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin/rabbitmq-server"))
    return found[-1].parent if found else None
