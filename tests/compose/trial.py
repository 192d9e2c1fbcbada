"""The running trial installation as somebody outside of it meets it: its certificate, its password, its containers."""

from __future__ import annotations

import base64
import hashlib
import socket
import ssl
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import urllib3
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from operations.checkout import CHECKOUT

HOST, PROVIDER, PORT = "lotsa.localhost", "id.lotsa.localhost", 8443
ORIGIN = f"https://{HOST}:{PORT}"
PROVIDER_ORIGIN = f"https://{PROVIDER}:{PORT}"
PASSWORD = CHECKOUT / ".compose/trial-password"
SYSTEM_SECRET = CHECKOUT / ".compose/trial-system-secret"


class NotRunning(Exception):
    """The installation cannot be met."""


@dataclass(frozen=True)
class Trial:
    """What whoever runs the installation hands out: the authority's certificate, the log's public key, the password."""

    folder: Path

    @classmethod
    def met(cls, folder: Path) -> Trial:
        """The running installation; copies go to `folder`. Raises NotRunning."""
        trial = cls(folder)
        try:
            trial.copy("proxy:/tls/ca.crt", "ca.crt")
            trial.copy("prepare:/installation/keys/log-verifying", "log-verifying")
        except (OSError, subprocess.SubprocessError) as trouble:
            raise NotRunning(getattr(trouble, "stderr", "") or str(trouble)) from trouble
        return trial

    @property
    def password(self) -> str:
        """The password of all invented people at the provider."""
        return PASSWORD.read_text().strip()

    @property
    def log_key(self) -> str:
        """The log's public key, by another way than the log's own pages."""
        return (self.folder / "log-verifying").read_text().strip()

    def token_of(self, client_id: str) -> str:
        """The access token that the provider gives one of the trial's systems for its secret."""
        basic = urllib3.make_headers(basic_auth=f"{client_id}:{SYSTEM_SECRET.read_text().strip()}")
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        asked = urlencode({"grant_type": "client_credentials"})
        answer = self.ask(PROVIDER, "POST", "/oauth/token", {**basic, **form}, asked)
        assert answer.status == 200, answer.data
        return str(answer.json()["access_token"])

    def ask(
        self, host: str, method: str, path: str, headers: Mapping[str, str], body: str | None = None
    ) -> urllib3.BaseHTTPResponse:
        """What a host of the installation answers a system, which trusts the installation's authority and no other."""
        with urllib3.HTTPSConnectionPool(
            # the names are this machine's own, whatever it has been told of them
            "127.0.0.1",
            PORT,
            ca_certs=str(self.folder / "ca.crt"),
            server_hostname=host,
            assert_hostname=host,
            timeout=60,
            retries=False,
        ) as line:
            return line.request(method, path, body=body, headers={"Host": f"{host}:{PORT}", **headers})

    def copy(self, source: str, name: str) -> None:
        """Copy a file out of a container."""
        compose("cp", source, str(self.folder / name))

    def certificate(self, host: str) -> x509.Certificate:
        """The certificate that is shown for a host name. Raises ssl.SSLError unless the authority vouches for it."""
        trust = ssl.create_default_context(cafile=self.folder / "ca.crt")
        with (
            socket.create_connection(("127.0.0.1", PORT), timeout=10) as line,
            trust.wrap_socket(line, server_hostname=host) as spoken,
        ):
            shown = spoken.getpeercert(binary_form=True)
        assert shown, "a server must show a certificate"
        return x509.load_der_x509_certificate(shown)

    def pin(self, host: str) -> str:
        """The hash of the public key that a browser may trust for this host: one that the authority vouches for."""
        key = self.certificate(host).public_key()
        written = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(hashlib.sha256(written).digest()).decode()


def compose(*words: str) -> str:
    """What `docker compose …` says. Raises subprocess.SubprocessError, OSError."""
    command = ["docker", "compose", *words]
    done = subprocess.run(command, cwd=CHECKOUT, check=True, capture_output=True, text=True, timeout=120)
    return done.stdout + done.stderr
