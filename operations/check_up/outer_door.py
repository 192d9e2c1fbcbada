"""The certificate at the outer door, as everybody meets it: who vouches for it, and for how long.

Asked from outside the services, at the address of `LOTSA_PUBLIC_URL`, by the authorities that this machine trusts: in a
real installation those that everybody does (OpenSSL's own, or the file that `SSL_CERT_FILE` names).
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from cryptography import x509

from shared.settings import Settings

PATIENCE_SECONDS = 5
# a client that renews by itself does so at a third of a certificate's life; at a quarter it has not
EARLIEST, OF_ITS_LIFE = timedelta(days=21), 4
EXPIRED, NAME_DIFFERS = 10, 62  # OpenSSL's X509_V_ERR_CERT_HAS_EXPIRED and …_HOSTNAME_MISMATCH


@dataclass(frozen=True)
class Life:
    """From when until when the certificate of a host holds."""

    host: str
    begins: datetime
    ends: datetime

    @property
    def renewal_due(self) -> datetime:
        """By when a client that renews by itself has done so."""
        return self.ends - min(EARLIEST, (self.ends - self.begins) / OF_ITS_LIFE)


def life_at_the_outer_door(settings: Settings) -> Life | None:
    """Of the certificate that is shown there, whoever vouches for it, ended or not.

    None where nobody answers, or where people come over plain http, as on one machine.
    """
    host, port = _door(settings)
    if not host:
        return None
    anybodys = ssl.create_default_context()
    # whether it holds is asked elsewhere; of one that has ended one wants to know since when
    anybodys.check_hostname, anybodys.verify_mode = False, ssl.CERT_NONE
    try:
        with (
            socket.create_connection((host, port), timeout=PATIENCE_SECONDS) as line,
            anybodys.wrap_socket(line, server_hostname=host) as spoken,
        ):
            shown = x509.load_der_x509_certificate(spoken.getpeercert(binary_form=True) or b"")
    except (OSError, ValueError):
        return None
    return Life(host, shown.not_valid_before_utc, shown.not_valid_after_utc)


def about_the_outer_door(settings: Settings, now: datetime) -> Iterator[str]:
    """Each thing that is wrong with it, with what to do; nothing where people come over plain http."""
    host, port = _door(settings)
    if not host:
        return
    door = f"The outer door ({host}:{port})"
    answer = "docs/operating.md, “The certificate at the outer door”"
    try:
        life = life_of_the_certificate(host, port)
    except ssl.SSLCertVerificationError as refused:
        if refused.verify_code == EXPIRED:
            yield f"{door}: its certificate has expired, and browsers let nobody in. See {answer}."
        elif refused.verify_code == NAME_DIFFERS:
            yield f"{door} shows a certificate for another name. See {answer}."
        else:
            yield (
                f"{door} shows a certificate that no authority vouches for whom this machine trusts "
                f"({refused.verify_message}): browsers warn of it. See {answer}."
            )
    except OSError as trouble:
        yield (
            f"{door} could not be reached from here ({type(trouble).__name__}): nobody knows whether its certificate "
            "holds. Does the proxy run?"
        )
    else:
        if now > life.renewal_due:
            yield f"{door}: its certificate ends on {life.ends:%Y-%m-%d %H:%M} UTC and was not renewed. See {answer}."


def _door(settings: Settings) -> tuple[str, int]:
    """Host and port where people come in over TLS; no host where they do not."""
    parts = urlsplit(settings.public_url)
    return (parts.hostname or "" if parts.scheme == "https" else "", parts.port or 443)


def life_of_the_certificate(host: str, port: int) -> Life:
    """From when until when the certificate that is shown holds. Raises ssl.SSLCertVerificationError, OSError."""
    with (
        socket.create_connection((host, port), timeout=PATIENCE_SECONDS) as line,
        ssl.create_default_context().wrap_socket(line, server_hostname=host) as spoken,
    ):
        shown = spoken.getpeercert() or {}
    return Life(host, _moment(str(shown["notBefore"])), _moment(str(shown["notAfter"])))


def _moment(said: str) -> datetime:
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(said), UTC)
