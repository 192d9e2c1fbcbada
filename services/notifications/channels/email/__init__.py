"""E-mail over SMTP (RFC 5321), with time-outs everywhere and TLS where the server offers or the setting demands it."""

from services.notifications.channels.email.mail_server import MailServer
from services.notifications.channels.email.smtp import EmailChannel

__all__ = ["EmailChannel", "MailServer"]
