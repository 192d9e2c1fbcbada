"""PostgreSQL's own programs, which write a database out and read it in; what goes through is on no disk unsealed."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO

from sqlalchemy import make_url

from operations.backup.moment import Snapshot
from operations.checkout import var_folder
from operations.programs import Programs, UnpackedPackages, newest_postgres
from operations.trouble import Trouble

DUMPS, RESTORES = "pg_dump", "pg_restore"
INSTALLED_UNDER = Path("/")
WHOLE_WITHIN_SECONDS = 6 * 3600


def programs() -> Programs:
    """`pg_dump` and `pg_restore`: those on the path, which an image brings, or those that `make run` uses.

    They are found and never fetched. Raises Trouble when they are nowhere.
    """
    on_the_path = shutil.which(DUMPS)
    if on_the_path and shutil.which(RESTORES):
        return Programs(Path(on_the_path).parent)
    installed = newest_postgres(INSTALLED_UNDER, (DUMPS, RESTORES))
    if installed:
        return Programs(installed)
    # where the demonstration on this machine keeps what it has fetched (demo/one_machine/box.py)
    fetched = UnpackedPackages((var_folder() / "debian").resolve())
    there = newest_postgres(fetched.root, (DUMPS, RESTORES))
    if there is None:
        raise Trouble(
            f"{DUMPS} and {RESTORES} are not on this machine: install PostgreSQL's client programs, of the server's"
            " version or newer (Debian: postgresql-client). Nothing was done."
        )
    return Programs(there, fetched.environment())


def dump(admin_url: str, snapshot: Snapshot, take: Callable[[IO[bytes]], None]) -> None:
    """Write one database out, as it is in a snapshot, to whoever takes it. Raises Trouble."""
    tools = programs()
    command = [tools[DUMPS], "--format=custom", "--compress=6", f"--snapshot={snapshot.snapshot_id}"]
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=_environment(tools, admin_url, snapshot.database),
    ) as running:
        said = _drained(running)
        try:
            assert running.stdout is not None  # it is a pipe
            take(running.stdout)
        except BaseException:
            running.kill()
            raise
        _finish(running, DUMPS, said)


def restore(admin_url: str, database: str, give: Callable[[IO[bytes]], None]) -> None:
    """Read a database in, from whoever gives it, into one that is there and empty: all or nothing. Raises Trouble."""
    tools = programs()
    command = [tools[RESTORES], "--exit-on-error", "--single-transaction", f"--dbname={database}"]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=_environment(tools, admin_url, database),
    ) as running:
        said = _drained(running)
        assert running.stdin is not None
        try:
            give(running.stdin)
            running.stdin.close()
        except BrokenPipeError:
            pass  # it has given up, and says why below
        except BaseException:
            running.kill()
            raise
        _finish(running, RESTORES, said)


def _environment(tools: Programs, admin_url: str, database: str) -> dict[str, str]:
    # by the environment: a command line can be read by everybody on the machine
    url = make_url(admin_url)
    return {
        **os.environ,
        **tools.environment,
        "PGHOST": url.host or "",
        "PGPORT": str(url.port or 5432),
        "PGUSER": url.username or "",
        "PGPASSWORD": str(url.password or ""),
        "PGDATABASE": database,
        "PGAPPNAME": "lotsa backup",
        "LC_ALL": "C.UTF-8",
    }


def _drained(running: subprocess.Popen[bytes]) -> list[bytes]:
    said: list[bytes] = []
    saying = running.stderr
    assert saying is not None  # it is a pipe
    threading.Thread(target=lambda: said.append(saying.read()), daemon=True).start()
    return said


def _finish(running: subprocess.Popen[bytes], program: str, said: list[bytes]) -> None:
    status = running.wait(WHOLE_WITHIN_SECONDS)
    if status:
        # its first line names versions, tables and constraints; the others may quote a row
        first = b"".join(said).decode(errors="replace").strip().splitlines()[:1]
        raise Trouble(f"{program} did not succeed: {' '.join(first)[:300]}")
