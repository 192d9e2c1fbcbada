"""A PostgreSQL cluster of our own: on loopback, unprivileged, its data in one folder."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from pathlib import Path
from urllib.parse import quote

from demo.one_machine import ports
from demo.one_machine.service_user import ServiceUser
from operations.programs import Programs
from operations.trouble import NoRoom, Trouble
from operations.whole_files import write_whole

SUPERUSER = "postgres"
LEAST_ROOM = 300 * 1024 * 1024  # bytes: a fresh cluster with its first write-ahead log, and some to breathe

SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 300
shared_buffers = 256MB
password_encryption = scram-sha-256
logging_collector = off
log_min_messages = log
log_error_verbosity = terse
log_min_error_statement = panic
log_parameter_max_length_on_error = 0
timezone = 'UTC'
log_timezone = 'UTC'
"""
# An error's message, its detail and its statement may carry a person's data, and the server's log must not: errors are
# the client's to handle. In the server's order, "log" stands above "error".


class PrivatePostgres:
    """One cluster. `start` creates it the first time; every method may be called from a new process."""

    def __init__(self, folder: Path, programs: Programs, user: ServiceUser, *, fsync: bool = True) -> None:
        self.folder = folder
        self._data = folder / "data"
        self._log = folder / "postgres.log"
        self._password_file = folder / "superuser-password"
        self._port_file = folder / "port"
        self._programs = programs
        self._user = user
        self._fsync = fsync

    @property
    def url(self) -> str:
        """SQLAlchemy URL of the superuser on the maintenance database."""
        password = quote(self._password_file.read_text().strip())
        return f"postgresql+psycopg://{SUPERUSER}:{password}@{ports.LOOPBACK}:{self._port_file.read_text().strip()}/postgres"

    @property
    def port(self) -> int:
        """The port on loopback; known after the first start."""
        return int(self._port_file.read_text())

    def exists(self) -> bool:
        """Whether the cluster has been created."""
        return (self._data / "PG_VERSION").exists() and self._password_file.exists()

    def running(self) -> bool:
        """Whether the server runs."""
        return self.exists() and self._pg_ctl("status", check=False).returncode == 0

    def start(self) -> None:
        """Create the cluster when there is none, and start it when it does not run. Raises NoRoom, Trouble."""
        if not self.exists():
            self._create()
        if self.running():
            return
        written = self._port_file.read_text().strip() if self._port_file.exists() else ""
        known = [int(written)] if written.isdigit() else [0]
        port = ports.keep_or_choose(known)[0] if known != [0] else ports.free_ports(1)[0]
        write_whole(self._port_file, f"{port}\n", mode=0o644)
        options = f"-p {port}" + ("" if self._fsync else " -F")
        self._pg_ctl("start", "-w", "-t", "60", "-l", str(self._log), "-o", options)

    def stop(self, mode: str = "fast") -> None:
        """Stop the server: `fast` as a rule, `immediate` to have it recover at the next start."""
        if self.running():
            self._pg_ctl("stop", "-w", "-t", "60", "-m", mode)

    def restart_immediately(self) -> None:
        """Break off every session and transaction, and come back through crash recovery."""
        self.stop("immediate")
        self.start()

    def _create(self) -> None:
        self._user.own(self.folder)
        free = shutil.disk_usage(self.folder).free
        if free < LEAST_ROOM:
            raise NoRoom(
                f"The disk that holds {self.folder} has {free // 2**20} MB left; the database needs"
                f" {LEAST_ROOM // 2**20} MB to begin with. Nothing was started."
            )
        if (self._data / "PG_VERSION").exists():
            raise Trouble(
                f"There is a database in {self._data}, and its password is not in {self._password_file}: put that file"
                " back, or “make reset” removes all data. Nothing was changed."
            )
        # what a creation that was broken off has left
        made = self._data.with_name("data.made")
        for place in (made, self._data):
            shutil.rmtree(place, ignore_errors=True)
        self._write(self._password_file, secrets.token_urlsafe(24) + "\n")
        self._write(self._log, "")
        self._run(
            "initdb", "--pgdata", str(made), "--username", SUPERUSER, "--pwfile", str(self._password_file),
            "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-instructions",
        )  # fmt: skip
        with (made / "postgresql.conf").open("a") as settings:
            settings.write(SETTINGS)
        # whole or not at all, and its password before it
        made.rename(self._data)

    def _write(self, path: Path, text: str) -> None:
        path.touch(mode=0o600)
        path.write_text(text)
        self._user.give(path)

    def _pg_ctl(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return self._run("pg_ctl", "-D", str(self._data), *arguments, check=check)

    def _run(self, program: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        # output to a file: the server inherits it, and a pipe would keep us waiting for its end
        said = self.folder / f"{program}.said"
        with said.open("w+") as output:
            done = subprocess.run(
                [self._programs[program], *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **self._programs.environment, "LC_ALL": "C.UTF-8"},
                cwd=self.folder,
                timeout=120,
                **self._user.popen(),
            )
        if check and done.returncode:
            self._explain(program, said.read_text())
        return subprocess.CompletedProcess(done.args, done.returncode, "", "")

    def _explain(self, program: str, said: str) -> None:
        log = self._log.read_text(errors="replace")[-2000:] if self._log.exists() else ""
        if "No space left" in said + log:
            raise NoRoom(f"The disk that holds {self.folder} is full: the database cannot run.")
        last = [line for line in (log or said).splitlines() if line.strip()][-3:]
        raise Trouble(f"The database ({program}) did not start. It said: {' / '.join(last)}  More in {self._log}.")
