"""The proxy of the installation in containers, as a process: the real nginx with its own file, before a stand-in.

What hangs on containers is put in place of theirs: names, port, folders. Whatever else the file says is as it is there.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import urllib3

from demo.one_machine import ports
from demo.one_machine.debian import DebianFolder
from demo.one_machine.places import data_folder
from operations.checkout import CHECKOUT
from operations.install.own_certificate import make_certificate
from operations.programs import Programs
from operations.trouble import Trouble
from tests.support.eventually import eventually

HOST, PROVIDER = "lotsa.localhost", "id.lotsa.localhost"
SLOW_SECONDS = 3.0


@dataclass
class Behind:
    """What stands behind the proxy, and what came to it: method and path, headers, how much of a body."""

    port: int
    came: list[tuple[str, dict[str, str], int]] = field(default_factory=list)


@dataclass(frozen=True)
class Proxy:
    """One that runs."""

    port: int
    folder: Path
    behind: Behind

    def line(self) -> ssl.SSLSocket:
        """A connection, spoken over TLS, that has asked nothing yet."""
        trust = ssl.create_default_context(cafile=self.folder / "ca.crt")
        made = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        return trust.wrap_socket(made, server_hostname=HOST)

    def ask(
        self,
        path: str,
        headers: Mapping[str, str] | None = None,
        *,
        method: str = "GET",
        body: bytes = b"",
        host: str = HOST,
    ) -> urllib3.BaseHTTPResponse:
        """What it answers over TLS to somebody who trusts the installation's authority; the path goes out as given."""
        with urllib3.HTTPSConnectionPool(
            "127.0.0.1",
            self.port,
            ca_certs=str(self.folder / "ca.crt"),
            ssl_minimum_version=ssl.TLSVersion.TLSv1_2,
            server_hostname=host,
            assert_hostname=host,
            timeout=20,
            retries=False,
        ) as line:
            told = {"Host": f"{host}:{self.port}", **(headers or {})}
            return line.request(method, path, headers=told, body=body or None, redirect=False)


def nginx() -> Programs:
    """The machine's, or Debian's unpacked into the folder of such things. Raises Trouble."""
    installed = shutil.which("nginx", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"]))
    if installed:
        return Programs(Path(installed).parent)
    debian = DebianFolder(data_folder() / "debian")
    debian.get(["nginx"], mark="nginx")
    return Programs(debian.root / "usr/sbin", debian.environment())


def configuration(folder: Path, port: int, behind: int, changes: Mapping[str, str]) -> str:
    """The installation's own file with what hangs on containers replaced, and these changes; each must be there."""
    text = (CHECKOUT / "deploy/compose/nginx.conf").read_text()
    for old, new in {
        "/tmp/": f"{folder}/",
        "/etc/nginx/mime.types": str(folder / "mime.types"),
        "/tls/": f"{folder}/",
        "listen 8443 ssl": f"listen 127.0.0.1:{port} ssl",
        "http://$asked_of:8000": f"http://127.0.0.1:{behind}",
        "http://$provider:5000": f"http://127.0.0.1:{behind}",
        **changes,
    }.items():
        assert old in text, f"nginx.conf has no {old}"
        text = text.replace(old, new)
    return text


@contextmanager
def running(folder: Path, changes: Mapping[str, str], *, away: bool = False) -> Iterator[Proxy]:
    """The proxy before its stand-in, or before nobody, until the block is left."""
    program, port = nginx(), ports.free_ports(1)[0]
    make_certificate(folder, HOST, PROVIDER)
    (folder / "mime.types").write_text("types { text/html html; }\n")
    with _standing_behind() as behind:
        file = folder / "nginx.conf"
        file.write_text(configuration(folder, port, ports.free_ports(1)[0] if away else behind.port, changes))
        command = [program["nginx"], "-c", str(file), "-p", str(folder), "-e", "stderr", "-g", "daemon off;"]
        environment = {**os.environ, **program.environment}
        with (
            (folder / "log").open("wb") as log,
            subprocess.Popen(command, env=environment, stdout=log, stderr=log) as process,
        ):
            try:
                made = Proxy(port, folder, behind)
                eventually(lambda: _answers(made, process), saying="the proxy answers", within=20)
                yield made
            finally:
                process.terminate()


def checked(folder: Path) -> str:
    """What `nginx -t` says of the file that is run."""
    program = nginx()
    command = [program["nginx"], "-t", "-c", str(folder / "nginx.conf"), "-p", str(folder), "-e", "stderr"]
    environment = {**os.environ, **program.environment}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30, check=False)
    return done.stdout + done.stderr


def _answers(proxy: Proxy, process: subprocess.Popen[bytes]) -> bool:
    if process.poll() is not None:
        raise Trouble((proxy.folder / "log").read_text())
    try:
        return proxy.ask("/audit/metrics").status == 404
    except urllib3.exceptions.HTTPError:
        return False


@contextmanager
def _standing_behind() -> Iterator[Behind]:
    behind = Behind(0)

    class Answering(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            self.rfile.read(length)
            behind.came.append((f"{self.command} {self.path}", dict(self.headers.items()), length))
            if self.path.endswith("/slow"):
                time.sleep(SLOW_SECONDS)
            said = json.dumps({"path": self.path}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_POST = do_GET  # noqa: N815 - the library asks for it by this name

        def log_message(self, *given: object) -> None:
            """Nothing is written."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        behind.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield behind
        finally:
            server.shutdown()
            thread.join(timeout=10)
