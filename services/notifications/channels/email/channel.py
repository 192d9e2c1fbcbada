"""Hands letters to an SMTP server, many over one line, and tells temporary trouble from a final no."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from services.notifications.channels.email.letter import Sender, written
from services.notifications.channels.email.mail_server import MailServer
from services.notifications.domain.notice import Parcel
from services.notifications.domain.ports import ChannelIsAway, Handover
from shared.kernel.refusals import Failure

TIMEOUT_S = 10.0
PERMANENT = 500
SERVICE_SHUTS_DOWN = 421


class EmailChannel:
    """Sends notices as e-mail to units' function addresses."""

    name = "email"

    def __init__(
        self, server: MailServer, sender: Sender, *, timeout_s: float = TIMEOUT_S, trust: ssl.SSLContext | None = None
    ) -> None:
        self._server = server
        self._sender = sender
        self._timeout = timeout_s
        self._trust = trust or ssl.create_default_context()

    @contextmanager
    def open(self) -> Iterator[Handover]:
        """Connect, with TLS and a login as the settings say. Raises ChannelIsAway, which quotes no answer."""
        try:
            line = self._connect()
        except (OSError, smtplib.SMTPException) as trouble:
            # also a refused login: an operator can mend that, and meanwhile nothing may be lost
            raise ChannelIsAway(f"the mail server cannot be used: {type(trouble).__name__}") from None
        try:
            yield _Line(line, self._sender)
        finally:
            with suppress(OSError, smtplib.SMTPException):
                line.quit()
            line.close()

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        line: smtplib.SMTP
        if server.implicit_tls:
            line = smtplib.SMTP_SSL(server.host, server.port, timeout=self._timeout, context=self._trust)
        else:
            line = smtplib.SMTP(server.host, server.port, timeout=self._timeout)
        try:
            line.ehlo_or_helo_if_needed()
            wanted = not server.implicit_tls and server.starttls != "never"
            if wanted and (server.starttls == "required" or line.has_extn("starttls")):
                line.starttls(context=self._trust)
                line.ehlo()
            if server.password:
                line.login(server.user, server.password)
        except BaseException:
            line.close()
            raise
        return line


class _Line:
    """One open SMTP session."""

    def __init__(self, line: smtplib.SMTP, sender: Sender) -> None:
        self._line = line
        self._sender = sender

    def send(self, parcel: Parcel, address: str) -> None:
        """Send one letter.

        Raises Failure, permanent when the server says a final no; CannotBeWritten; ChannelIsAway when it is gone.
        """
        raw = written(parcel, address, self._sender)
        try:
            self._line.sendmail(self._sender.from_address, [address], raw)
        except smtplib.SMTPRecipientsRefused as refused:
            raise _failure(*next(iter(refused.recipients.values()))) from None
        except smtplib.SMTPSenderRefused as refused:
            # our own address is refused: a matter for the operator, not for this letter
            raise ChannelIsAway(f"the mail server refuses the sender ({refused.smtp_code})") from None
        except smtplib.SMTPResponseException as refused:
            raise _failure(refused.smtp_code, refused.smtp_error) from None
        except (OSError, smtplib.SMTPException) as trouble:
            raise ChannelIsAway(f"the line to the mail server broke: {type(trouble).__name__}") from None
        except Exception:
            # nobody knows what the server waits for now: this line is used no more, the others wait for a new one
            self._line.close()
            raise

    def finish(self) -> None:
        """Nothing is left to do: the server had answered for each letter before the next was sent."""


def _failure(code: int, _answer: bytes | str) -> Failure:
    # the server's own words may quote an address, so they go nowhere
    if code == SERVICE_SHUTS_DOWN or code < 0:
        return ChannelIsAway(f"the mail server is closing ({code})")
    return Failure(f"the mail server answered {code}", permanent=code >= PERMANENT)
