"""E-mail over SMTP (RFC 5321), with time-outs everywhere and TLS where the server offers or the setting demands it."""

from services.notifications.channels.email.channel import EmailChannel
from services.notifications.channels.email.mail_server import MailServer

__all__ = ["EmailChannel", "MailServer"]
