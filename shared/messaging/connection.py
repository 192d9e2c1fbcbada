"""A connection to the broker on which no wait is without end."""

from __future__ import annotations

import contextlib
import ssl
import time
from typing import ClassVar
from urllib.parse import parse_qs, unquote, urlsplit

import amqp

CONNECT_TIMEOUT = 3.0
HEARTBEAT = 5.0
WRITE_TIMEOUT = 5.0
ANSWER_TIMEOUT = 30.0
"""Seconds that the broker has for an answer to what is asked of it: a channel, confirms, a queue."""


class _Connection(amqp.Connection):  # type: ignore[misc]  # py-amqp is not typed
    # without "connection.blocked", which would make every publish look at the socket first: a broker that blocks
    # publishers shows itself by the missing confirm
    negotiate_capabilities: ClassVar[dict[str, bool]] = {
        "consumer_cancel_notify": True,
        "authentication_failure_close": True,
    }

    def drain_events(self, timeout: float | None = None) -> None:
        """Hear one thing from the broker, other than that it is there. Raises TimeoutError when none comes in time.

        The library's own begins to wait anew with each heartbeat, which a broker that confirms nothing goes on
        sending, and waits without end where no time is given.
        """
        ends = time.monotonic() + (ANSWER_TIMEOUT if timeout is None else timeout)
        while not self.blocking_read(max(0.0, ends - time.monotonic())):
            if time.monotonic() >= ends:
                raise TimeoutError


def connect(broker_url: str, name: str) -> amqp.Connection:
    """Connect to ``amqp[s]://user:password@host:port/vhost``; ``name`` shows in the broker's list of connections.

    ``amqps`` checks the certificate and the host's name; ``?cacertfile=`` names the authority's file.
    Raises OSError or amqp.AMQPError.
    """
    parts = urlsplit(broker_url)
    secure = parts.scheme == "amqps"
    host = parts.hostname or "127.0.0.1"
    authority = parse_qs(parts.query).get("cacertfile")
    connection = _Connection(
        host=f"{host}:{parts.port or (5671 if secure else 5672)}",
        userid=unquote(parts.username or "guest"),
        password=unquote(parts.password or "guest"),
        virtual_host=unquote(parts.path[1:]) or "/",
        ssl=_tls(host, authority[0] if authority else None) if secure else False,
        heartbeat=HEARTBEAT,
        connect_timeout=CONNECT_TIMEOUT,
        write_timeout=WRITE_TIMEOUT,
        client_properties={"connection_name": name, "product": "lotsa"},
    )
    try:
        connection.connect()
    except BaseException:
        drop(connection)
        raise
    return connection


def body_of(message: amqp.Message) -> bytes:
    """A message's body as it came. The channel's ``auto_decode`` must be off."""
    # py-amqp gives an empty body as text
    return message.body.encode() if isinstance(message.body, str) else bytes(message.body)


def drop(connection: amqp.Connection | None) -> None:
    """Cut a connection without a word: the farewell could hang on a broker that has stopped answering."""
    if connection is not None:
        # it may be broken already, in any way
        with contextlib.suppress(Exception):
            connection.collect()


def _tls(host: str, authority: str | None) -> dict[str, object]:
    # py-amqp checks the host's name only when it is told which to expect
    return {"server_hostname": host, "cert_reqs": ssl.CERT_REQUIRED, "ca_certs": authority}
