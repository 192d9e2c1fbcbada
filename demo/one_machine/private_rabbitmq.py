"""A RabbitMQ node of our own: on loopback, unprivileged, with a name, a home, ports and a port mapper of its own."""

from __future__ import annotations

import http.client
import json
import secrets
import shutil
import signal
import time
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from demo.one_machine import node_settings, ports
from demo.one_machine.node_log import said_since
from demo.one_machine.processes import Background
from demo.one_machine.service_user import ServiceUser
from demo.wait import wait_until
from operations.programs import Programs
from operations.trouble import NotInTime, Trouble
from operations.whole_files import write_whole

ADMIN = "lotsa-admin"
AGAIN_AFTER_SECONDS = 2.0
PORTS = ("amqp", "management", "distribution", "epmd")


class PrivateRabbitMQ:
    """One node with one port mapper (epmd). Every method may be called from a new process."""

    def __init__(self, folder: Path, programs: Programs, user: ServiceUser) -> None:
        self.folder = folder
        self._log = folder / "rabbitmq.log"
        self._data = folder / "mnesia"
        self._programs = programs
        self._user = user
        self._node = Background(folder / "node.pid")
        self._mapper = Background(folder / "epmd.pid")

    @property
    def amqp_url(self) -> str:
        """URL of the administrator on the default virtual host."""
        return f"amqp://{ADMIN}:{quote(self._password())}@{ports.LOOPBACK}:{self._ports()['amqp']}/%2F"

    @property
    def api_url(self) -> str:
        """URL of the management API with the administrator's credentials."""
        return f"http://{ADMIN}:{quote(self._password())}@{ports.LOOPBACK}:{self._ports()['management']}"

    @property
    def port(self) -> int:
        """The broker's own port on loopback; known after the first start."""
        return self._ports()["amqp"]

    def ports(self) -> list[int]:
        """Every port that the node and its port mapper listen on."""
        return list(self._ports().values())

    def running(self) -> bool:
        """Whether the node's process is alive, which a stopped one (SIGSTOP) is too."""
        return self._node.pid() is not None

    def start(self, *, within: float = 90) -> None:
        """Start the node and wait until it takes connections and its API answers. Raises Trouble, NotInTime."""
        if self.running():
            return
        try:
            self._start(within)
        except Trouble:
            if self.running():
                raise
            # one before it that was killed while it began may have left its name taken for a moment; and whatever
            # took a port of ours after we had looked takes none of those that are chosen now
            time.sleep(AGAIN_AFTER_SECONDS)
            self._mapper.stop(saying="the broker's port mapper to stop", within=5)
            self._write("ports.json", json.dumps(dict(zip(PORTS, ports.free_ports(len(PORTS)), strict=True))))
            self._start(within)

    def _start(self, within: float) -> None:
        self.configure()
        chosen = self._ports()
        environment = self.environment()
        self._write("rabbitmq.log", self._log.read_text(errors="replace")[-100_000:] if self._log.exists() else "")
        said_before = self._log.stat().st_size
        if self._mapper.pid() is None:
            command = [node_settings.port_mapper(environment), "-address", ports.LOOPBACK, "-port", str(chosen["epmd"])]
            self._mapper.start(command, log=self._log, environment=environment, user=self._user, cwd=self.folder)
            wait_until(lambda: ports.answers(chosen["epmd"]), saying="the broker's port mapper (epmd)", within=10)
        command = [self._programs["rabbitmq-server"]]
        self._node.start(command, log=self._log, environment=environment, user=self._user, cwd=self.folder)
        try:
            wait_until(self.ready, saying="the broker to be ready", within=within, every=0.1, give_up=self._ended)
        except NotInTime as late:
            self.stop()
            raise Trouble(
                f"{str(late).rstrip('.')}.{said_since(self._log, said_before)} More in {self._log}."
            ) from late

    def ready(self) -> bool:
        """Whether the broker takes connections, and its management API says that it is the broker who does.

        Where somebody else has taken the port, that one answers too, and the API does until the node gives up.
        """
        chosen = self._ports()
        if not ports.answers(chosen["amqp"]):
            return False
        credentials = b64encode(f"{ADMIN}:{self._password()}".encode()).decode()
        api = http.client.HTTPConnection(ports.LOOPBACK, chosen["management"], timeout=5)
        try:
            api.request("GET", "/api/overview", headers={"Authorization": f"Basic {credentials}"})
            answer = api.getresponse()
            return answer.status == http.HTTPStatus.OK and chosen["amqp"] in listened_to(answer.read())
        except (OSError, http.client.HTTPException):
            return False
        finally:
            api.close()

    def stop(self) -> None:
        """Stop the node in good order, then its port mapper."""
        self._node.stop(saying="the broker to stop", within=60)
        self._mapper.stop(saying="the broker's port mapper to stop", within=5)

    def kill(self) -> None:
        """End the node at once (SIGKILL), as a power cut would."""
        self._node.signal(signal.SIGKILL)
        wait_until(lambda: not self.running(), saying="the killed broker to be gone", within=10)

    def pause(self) -> None:
        """Stop the node without closing anything (SIGSTOP): connections stay and nobody answers."""
        self._node.signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a paused node go on."""
        self._node.signal(signal.SIGCONT)

    def configure(self) -> None:
        """Choose password and ports and write the settings, so that the URLs are known. `start` does it too.

        Of a node that runs nothing is changed.
        """
        if self.running():
            return
        self._user.own(self.folder)
        password = self._known_password() or secrets.token_urlsafe(24)
        known = self._known_ports()
        if not known or not self._can_keep(known):
            self._mapper.stop(saying="the broker's port mapper to stop", within=5)
            known = ports.free_ports(len(PORTS))
        chosen = dict(zip(PORTS, known, strict=True))
        self._write("admin-password", password + "\n")
        self._write("ports.json", json.dumps(chosen))
        self._write("rabbitmq.conf", node_settings.written(ADMIN, password, chosen))
        self._write("enabled_plugins", "[rabbitmq_management].\n")
        self._write("rabbitmq-env.conf", "")

    def _can_keep(self, known: Sequence[int]) -> bool:
        """Whether the node can have the same ports again, and nobody is likely to take them before it does."""
        for name, port in zip(PORTS, known, strict=True):
            if name == "epmd" and self._mapper.pid() is not None:
                continue
            # the node tries its distribution port on every address before it begins
            address = ports.EVERYWHERE if name == "distribution" else ports.LOOPBACK
            if ports.is_given_away(port) or not ports.is_free(port, address):
                return False
        return True

    def environment(self) -> dict[str, str]:
        """What the node, and the broker's own commands, find in their environment."""
        return node_settings.environment(self.folder, self._programs, self._ports())

    def _ended(self) -> str | None:
        return None if self.running() else "its process ended"

    def _write(self, name: str, text: str) -> None:
        path = self.folder / name
        write_whole(path, text)
        self._user.give(path)

    def _known_password(self) -> str:
        """The administrator's, which the node's data know; empty where there are none yet. Raises Trouble."""
        file = self.folder / "admin-password"
        known = file.read_text().strip() if file.exists() else ""
        if not known and self._data.exists():
            raise Trouble(
                f"There are a broker's data in {self._data}, and its password is not in {file}: put that file back, or"
                " “make reset” removes all data. Nothing was changed."
            )
        return known

    def _known_ports(self) -> list[int]:
        try:
            return [self._ports()[name] for name in PORTS]
        except (OSError, ValueError, KeyError):
            # never written: it is written whole
            return []

    def forget(self) -> None:
        """Remove what the node keeps: users, virtual hosts, queues. Only of one that does not run."""
        shutil.rmtree(self._data, ignore_errors=True)

    def _password(self) -> str:
        return (self.folder / "admin-password").read_text().strip()

    def _ports(self) -> dict[str, int]:
        return {name: int(port) for name, port in json.loads((self.folder / "ports.json").read_text()).items()}


def listened_to(overview: bytes) -> set[int]:
    """The ports at which a node takes AMQP connections, from what its management API says of it (`/api/overview`)."""
    listeners = json.loads(overview).get("listeners", [])
    return {int(each["port"]) for each in listeners if each.get("protocol") == "amqp"}
