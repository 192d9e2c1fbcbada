"""Which mail server, from one URL."""

from __future__ import annotations

import pytest

from services.notifications.channels.email import MailServer
from services.notifications.channels.email.mail_server import MailServerIsWrong


def test_a_plain_url_offers_tls_when_the_server_does() -> None:
    """Without a word about it, TLS is used wherever it is offered."""
    server = MailServer.from_url("smtp://mail.example.se:2525")
    assert (server.host, server.port, server.implicit_tls, server.starttls) == (
        "mail.example.se",
        2525,
        False,
        "if-offered",
    )


def test_the_usual_ports() -> None:
    """587 for submission, 465 for TLS from the first byte (RFC 8314)."""
    assert MailServer.from_url("smtp://mail.example.se").port == 587
    assert MailServer.from_url("smtps://mail.example.se") == MailServer("mail.example.se", 465, implicit_tls=True)


def test_a_password_makes_tls_required() -> None:
    """It is never sent in the clear, and cannot be told to be."""
    server = MailServer.from_url("smtp://lotsa:hemligt%40@mail.example.se")
    assert (server.user, server.password, server.starttls) == ("lotsa", "hemligt@", "required")
    with pytest.raises(MailServerIsWrong):
        MailServer.from_url("smtp://lotsa:hemligt@mail.example.se?starttls=never")  # pragma: allowlist secret


def test_the_password_is_not_shown() -> None:
    """Neither in a representation nor in a refusal."""
    address = "lotsa:hemligt@mail.example.se"
    assert "hemligt" not in repr(MailServer.from_url(f"smtp://{address}"))
    with pytest.raises(MailServerIsWrong) as wrong:
        MailServer.from_url(f"ftp://{address}")
    assert "hemligt" not in str(wrong.value)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail.example.se",
        "smtp://",
        "smtp://mail:port",
        "smtp://mail?starttls=perhaps",
        "smtp://mail?tls=1",
        "smtp://mail?sender=a@[b",
    ],
)
def test_a_url_that_cannot_be_meant_is_refused(url: str) -> None:
    """Rather than guessed at."""
    with pytest.raises(MailServerIsWrong):
        MailServer.from_url(url)


def test_the_sender_may_be_given() -> None:
    """Where the public host name takes no post."""
    assert MailServer.from_url("smtp://mail?sender=anhorigstod@example.se").sender == "anhorigstod@example.se"
