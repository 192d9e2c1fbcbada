"""A notice as an e-mail: rendered from the slug of its template and its link, and from nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache, lru_cache
from importlib.resources import files
from string import Template as Text
from typing import Any
from urllib.parse import urlsplit

from services.notifications.domain.notice import Notice, Parcel, Template

LANGUAGE = "sv"


@dataclass(frozen=True)
class Sender:
    """Whom e-mail comes from: the installation's own address, and the origin that links lead to."""

    public_url: str
    address: str = ""

    @property
    def host(self) -> str:
        """The host name of the public address."""
        return urlsplit(self.public_url).hostname or "localhost"

    @property
    def from_address(self) -> str:
        """The given address, or `lotsa@` the public address's host."""
        return self.address or f"lotsa@{_as_domain(self.host)}"


def subject_and_body(notice: Notice, public_url: str) -> tuple[str, str]:
    """The words of a notice, in Swedish."""
    subject, body = _wording(notice.template)
    return subject, body.substitute(link=public_url + notice.link.path)


def message_id(parcel: Parcel, sender: Sender) -> str:
    """The same for every try of one notice: a repeat after a crash is recognised as the same letter."""
    return f"<{parcel.id}@{_as_domain(sender.host)}>"


def letter(parcel: Parcel, address: str, sender: Sender) -> EmailMessage:
    """The whole e-mail. Every try of one notice gives the same bytes."""
    subject, body = subject_and_body(parcel.notice, sender.public_url)
    message = EmailMessage(policy=SMTP)
    message["From"] = _parsed("From", f"Lotsa <{sender.from_address}>")
    message["To"] = _parsed("To", address)
    message["Subject"] = _parsed("Subject", subject)
    message["Date"] = parcel.queued_at
    message["Message-ID"] = message_id(parcel, sender)
    # RFC 3834: no automatic answers, please
    message["Auto-Submitted"] = "auto-generated"
    # not every server on the way takes eight bits
    message.set_content(body, cte="quoted-printable")
    message["Content-Language"] = LANGUAGE
    return message


@lru_cache(maxsize=1_000)
def _parsed(name: str, value: str) -> Any:
    """A header read once: the library reads addresses with great care, and the same few come again and again."""
    return SMTP.header_store_parse(name, value)[1]


@cache
def _wording(template: Template) -> tuple[str, Text]:
    text = (
        files("services.notifications.channels")
        .joinpath("wording", LANGUAGE, f"{template.value}.txt")
        .read_text("utf-8")
    )
    subject, _, body = text.partition("\n\n")
    return subject.removeprefix("Subject: "), Text(body)


def _as_domain(host: str) -> str:
    # an IP address is no domain name: RFC 5321 wants it in brackets
    if ":" in host:
        return f"[IPv6:{host}]"
    return f"[{host}]" if host.replace(".", "").isdigit() else host
