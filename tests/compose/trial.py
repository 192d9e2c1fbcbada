"""The running trial installation as somebody outside of it meets it: its certificate, its password, its containers."""

from __future__ import annotations

import base64
import hashlib
import socket
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from deploy.onebox.places import CHECKOUT

HOST, PROVIDER, PORT = "lotsa.localhost", "id.lotsa.localhost", 8443
ORIGIN = f"https://{HOST}:{PORT}"
PROVIDER_ORIGIN = f"https://{PROVIDER}:{PORT}"
PASSWORD = CHECKOUT / ".compose/trial-password"


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
