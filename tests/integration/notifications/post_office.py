"""A mail server for tests (aiosmtpd): keeps what it takes, and misbehaves when asked to."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any, cast

from aiosmtpd.controller import Controller


@dataclass
class PostOffice:
    """What was taken, in its order; `answers` gives another answer than yes to RCPT or DATA, by address."""

    host: str = "127.0.0.1"
    port: int = 0
    taken: list[tuple[str, bytes]] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        """Yes, or the answer set for the address."""
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Take the letter."""
        for address in envelope.rcpt_tos:
            self.taken.append((address, envelope.content))
        return self.answers.get("DATA", "250 Taken")

    def message_ids(self) -> list[str]:
        """The Message-ID of every letter taken, repeats included."""
        return [str(self.letter(index)["Message-ID"]) for index in range(len(self.taken))]

    def letter(self, index: int = 0) -> EmailMessage:
        """A letter that was taken."""
        return cast(EmailMessage, message_from_bytes(self.taken[index][1], policy=SMTP))

    @property
    def url(self) -> str:
        """As LOTSA_SMTP_URL."""
        return f"smtp://{self.host}:{self.port}"


@contextmanager
def post_office(tls: ssl.SSLContext | None = None, port: int = 0) -> Iterator[PostOffice]:
    """A mail server at work on a free port."""
    office = PostOffice()
    controller = Controller(office, hostname=office.host, port=port, tls_context=tls, server_hostname="localhost")
    if port == 0:
        # aiosmtpd checks its own start by connecting to the port it was told, so it needs to know one
        controller.port = _free_port()
    office.port = controller.port
    controller.start()
    try:
        yield office
    finally:
        controller.stop()
        assert not any("aiosmtpd" in thread.name for thread in threading.enumerate())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
