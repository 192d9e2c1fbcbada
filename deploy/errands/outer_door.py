"""The certificate at the outer door, as everybody meets it: who vouches for it, and for how long.

Asked from outside the services, at the address of `LOTSA_PUBLIC_URL`, by the authorities that this machine trusts: in a
real installation those that everybody does (OpenSSL's own, or the file that `SSL_CERT_FILE` names).
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from shared.settings import Settings

PATIENCE_SECONDS = 5
# a client that renews by itself does so at a third of a certificate's life; at a quarter it has not
EARLIEST, OF_ITS_LIFE = timedelta(days=21), 4
EXPIRED, NAME_DIFFERS = 10, 62  # OpenSSL's X509_V_ERR_CERT_HAS_EXPIRED and …_HOSTNAME_MISMATCH


def about_the_outer_door(settings: Settings, now: datetime) -> Iterator[str]:
    """Each thing that is wrong with it, with what to do; nothing where people come over plain http, as on one box."""
    parts = urlsplit(settings.public_url)
    if parts.scheme != "https" or not parts.hostname:
        return
    host, port = parts.hostname, parts.port or 443
    door = f"The outer door ({host}:{port})"
    answer = "docs/operating.md, “The certificate at the outer door”"
    try:
        begins, ends = life_of_the_certificate(host, port)
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
        if ends - now < min(EARLIEST, (ends - begins) / OF_ITS_LIFE):
            yield f"{door}: its certificate ends on {ends:%Y-%m-%d %H:%M} UTC and was not renewed. See {answer}."


def life_of_the_certificate(host: str, port: int) -> tuple[datetime, datetime]:
    """From when until when the certificate that is shown holds. Raises ssl.SSLCertVerificationError, OSError."""
    with (
        socket.create_connection((host, port), timeout=PATIENCE_SECONDS) as line,
        ssl.create_default_context().wrap_socket(line, server_hostname=host) as spoken,
    ):
        shown = spoken.getpeercert() or {}
    return _moment(str(shown["notBefore"])), _moment(str(shown["notAfter"]))


def _moment(said: str) -> datetime:
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(said), UTC)
