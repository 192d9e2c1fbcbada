"""The demonstration's letters, exactly as they would have gone out, the newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

from sqlalchemy import Connection, select

from services.notifications.adapters.tables import demo_mailbox

AT_MOST = 100


@dataclass(frozen=True)
class KeptLetter:
    """One letter: its headers in their order, its subject, its words."""

    subject: str
    address: str
    kept_at: datetime
    headers: tuple[tuple[str, str], ...]
    body: str


def letters(connection: Connection, *, limit: int = AT_MOST) -> list[KeptLetter]:
    """The newest letters."""
    query = select(demo_mailbox).order_by(demo_mailbox.c.kept_at.desc(), demo_mailbox.c.notice_id.desc()).limit(limit)
    return [_letter(row.raw, row.address, row.kept_at) for row in connection.execute(query)]


def _letter(raw: bytes, address: str, kept_at: datetime) -> KeptLetter:
    message: EmailMessage = message_from_bytes(raw, policy=SMTP)
    return KeptLetter(
        subject=str(message["Subject"]),
        address=address,
        kept_at=kept_at,
        headers=tuple((name, str(value)) for name, value in message.items()),
        body=str(message.get_content()).replace("\r\n", "\n").strip("\n"),
    )
