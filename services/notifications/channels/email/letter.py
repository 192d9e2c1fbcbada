"""A notice as an e-mail: rendered from the slug of its template and its link, and from nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime
from functools import cache, lru_cache
from importlib.resources import files
from string import Template as Text
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from services.notifications.domain.notice import TO_THE_LOG, Link, LogLink, Notice, Parcel, Template
from services.notifications.domain.ports import CannotBeWritten, ChannelIsAway
from shared.kernel.identity import NoticeId, ReferralId, UnitId
from shared.vocabulary.email_address import NotAnEmailAddress, parse_email

LANGUAGE = "sv"
# of these there are as many as there are units and templates; the others are new in each letter
STANDING = frozenset(
    ("From", "To", "Subject", "Auto-Submitted", "MIME-Version",
     "Content-Type", "Content-Transfer-Encoding", "Content-Language")
)  # fmt: skip
# what stands in a form for what is new in each letter, and is as long: lines break in the same places
_ITS_ID, _ITS_LINK = UUID("5eb21a65-9c43-4a1c-8a51-3f1b6d0e7c29"), UUID("b7a0c9d4-6e2f-4f38-9d17-c2a45e8f0163")
_ITS_DATE = datetime(2001, 1, 1, tzinfo=UTC)


class _Remembering(EmailPolicy):
    """SMTP's policy; it reads and folds headers with great care, so the standing ones are read and folded once."""

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        """The header as it is kept. Raises ValueError for a line break."""
        return _read(name, value) if name in STANDING else super().header_store_parse(name, value)

    def fold_binary(self, name: str, value: Any) -> bytes:
        """The header as it is sent."""
        standing = name in STANDING and not self.utf8
        return _folded(name, value) if standing else super().fold_binary(name, value)


@lru_cache(maxsize=1_000)
def _read(name: str, value: Any) -> tuple[str, Any]:
    return SMTP.header_store_parse(name, value)


@lru_cache(maxsize=1_000)
def _folded(name: str, value: Any) -> bytes:
    return SMTP.fold_binary(name, value)


LETTERS = _Remembering(linesep="\r\n")


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


@lru_cache(maxsize=1_000)
def is_plain(address: str) -> bool:
    """Whether a letter can be written to (or from) this address as it stands: one that the product takes today, in
    its kept form but for capitals. The library that writes headers stumbles on much else.
    """
    try:
        return parse_email(address).casefold() == address.casefold()
    except NotAnEmailAddress:
        return False


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
    message = EmailMessage(policy=LETTERS)
    message["From"] = f"Lotsa <{sender.from_address}>"
    message["To"] = address
    message["Subject"] = subject
    message["Date"] = parcel.queued_at
    message["Message-ID"] = message_id(parcel, sender)
    # RFC 3834: no automatic answers, please
    message["Auto-Submitted"] = "auto-generated"
    # not every server on the way takes eight bits
    message.set_content(body, cte="quoted-printable")
    message["Content-Language"] = LANGUAGE
    return message


def written(parcel: Parcel, address: str, sender: Sender) -> bytes:
    """The whole e-mail as it is sent: what ``letter`` gives. Raises CannotBeWritten when the address is no plain one or
    is too much for the library in some other way; ChannelIsAway when it was the machine's trouble and not the letter's.
    """
    if not is_plain(address):
        raise CannotBeWritten("the address is no plain one")
    try:
        form = _form(parcel.notice.template, address, sender)
        return letter(parcel, address, sender).as_bytes() if form is None else form.filled_in(parcel)
    except (OSError, MemoryError) as trouble:
        raise ChannelIsAway("no letters can be written here just now") from trouble
    except Exception as unfit:
        raise CannotBeWritten("no letter can be written to the address") from unfit


@dataclass(frozen=True)
class _Form:
    """Letters of one kind from one sender to one unit, but for what is new in each.

    ``broken_at``: after how many characters of the link's id its line is broken (RFC 2045, 6.7); 0 where it is whole.
    """

    text: bytes
    broken_at: int

    def filled_in(self, parcel: Parcel) -> bytes:
        """The letter."""
        filled = self.text.replace(_dated(_ITS_DATE), _dated(parcel.queued_at))
        filled = filled.replace(_mark(_ITS_ID), _mark(parcel.id))
        link = parcel.notice.link
        if isinstance(link, LogLink):
            return filled
        at = self.broken_at
        return filled.replace(_broken(_mark(_ITS_LINK), at), _broken(_mark(link.referral_id), at))


@lru_cache(maxsize=1_000)
def _form(template: Template, address: str, sender: Sender) -> _Form | None:
    """Made once, since putting a letter together costs the library a third of a millisecond.

    None where what is new does not stand in it once: nobody could tell then what to fill in.
    """
    link = LogLink(_ITS_LINK) if template in TO_THE_LOG else Link(ReferralId(_ITS_LINK))
    parcel = Parcel(NoticeId(_ITS_ID), Notice(template, link), UnitId(_ITS_ID), True, address, _ITS_DATE, 1)
    text, mark = letter(parcel, address, sender).as_bytes(), _mark(_ITS_LINK)
    if text.count(_mark(_ITS_ID)) != 1 or text.count(_dated(_ITS_DATE)) != 1:
        return None
    broken_at = next((at for at in range(len(mark)) if text.count(_broken(mark, at)) == 1), None)
    if broken_at is None:
        # where the link leads everybody to the same page there is nothing to fill in
        return _Form(text, 0) if isinstance(link, LogLink) else None
    return _Form(text, broken_at)


def _broken(mark: bytes, at: int) -> bytes:
    return mark[:at] + b"=\r\n" + mark[at:] if at else mark


def _mark(made_of: UUID) -> bytes:
    return str(made_of).encode("ascii")


def _dated(at: datetime) -> bytes:
    return format_datetime(at).encode("ascii")


@cache
def _wording(template: Template) -> tuple[str, Text]:
    text = (
        files("services.notifications.channels.email")
        .joinpath("templates", LANGUAGE, f"{template.value}.txt")
        .read_text("utf-8")
    )
    subject, _, body = text.partition("\n\n")
    return subject.removeprefix("Subject: "), Text(body)


def _as_domain(host: str) -> str:
    # an IP address is no domain name: RFC 5321 wants it in brackets
    if ":" in host:
        return f"[IPv6:{host}]"
    if host.replace(".", "").isdigit():
        return f"[{host}]"
    # the sender is no stranger, but å in it is as much too much for SMTP
    return host if host.isascii() else host.encode("idna").decode("ascii")
