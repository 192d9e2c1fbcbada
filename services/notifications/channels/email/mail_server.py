"""Which mail server, read from one URL."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

from shared.vocabulary.email_address import NotAnEmailAddress, parse_email

STARTTLS = ("required", "if-offered", "never")
PORTS = {"smtp": 587, "smtps": 465}


class MailServerIsWrong(ValueError):
    """The mail server's URL cannot be read. The message never quotes it: it may carry a password."""


@dataclass(frozen=True)
class MailServer:
    """A next hop for e-mail.

    `smtp://[user:password@]host[:port][?starttls=required|if-offered|never][&sender=address]`, or `smtps://` for TLS
    from the first byte. Certificates are checked whenever TLS is spoken. With a password, TLS is always required.
    """

    host: str
    port: int
    implicit_tls: bool = False
    starttls: str = "if-offered"
    user: str = ""
    password: str = field(default="", repr=False)
    sender: str = ""

    @classmethod
    def from_url(cls, url: str) -> MailServer:
        """Read a URL. Raises MailServerIsWrong."""
        try:
            parts = urlsplit(url)
            query = parse_qs(parts.query, strict_parsing=bool(parts.query))
            port = parts.port or PORTS[parts.scheme]
        except (ValueError, KeyError):
            raise MailServerIsWrong("the mail server's URL must be smtp://host:port or smtps://host:port") from None
        password = unquote(parts.password or "")
        starttls = query.get("starttls", ["required" if password else "if-offered"])[0]
        if not parts.hostname or starttls not in STARTTLS or set(query) - {"starttls", "sender"}:
            raise MailServerIsWrong("the mail server's URL needs a host, and knows only ?starttls= and ?sender=")
        if password and parts.scheme == "smtp" and starttls != "required":
            raise MailServerIsWrong("a password for the mail server is sent over TLS only: ?starttls=required")
        try:
            sender = parse_email(query["sender"][0]) if "sender" in query else ""
        except NotAnEmailAddress:
            raise MailServerIsWrong("the mail server's ?sender= is no e-mail address that can be written to") from None
        return cls(
            host=parts.hostname,
            port=port,
            implicit_tls=parts.scheme == "smtps",
            starttls=starttls,
            user=unquote(parts.username or ""),
            password=password,
            sender=sender,
        )
