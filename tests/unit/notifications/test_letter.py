"""How a notice looks as a letter."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import SMTP
from uuid import UUID, uuid4

import pytest

from services.notifications.channels.email import letter as letters
from services.notifications.channels.email.letter import Sender, letter, written
from services.notifications.domain.notice import TO_THE_LOG, Link, LogLink, Notice, Template
from shared.kernel.identity import NoticeId, ReferralId
from tests.support.builders.notices import a_parcel

PARCEL = a_parcel(
    id=NoticeId(UUID("01990000-0000-7000-8000-000000000001")),
    notice=Notice(Template.NEW_REFERRAL_WAITS, Link(ReferralId(UUID("01990000-0000-7000-8000-000000000002")))),
    address="anhorigstod.sodermalm@example.se",
    queued_at=datetime(2026, 11, 21, 8, 30, tzinfo=UTC),
)
SENDER = Sender("https://lotsa.example.se")


def test_every_try_gives_the_same_bytes() -> None:
    """A repeat after a crash cannot be told from the first, so a mail server may recognise it by its Message-ID."""
    first = letter(PARCEL, "enhet@example.se", SENDER).as_bytes()
    later = replace(PARCEL, attempts=9)
    assert letter(later, "enhet@example.se", SENDER).as_bytes() == first


def test_the_message_id_is_the_notice_id() -> None:
    """Stable, and says nothing."""
    assert letter(PARCEL, "enhet@example.se", SENDER)["Message-ID"] == f"<{PARCEL.id}@lotsa.example.se>"


def test_a_letter_has_exactly_these_headers() -> None:
    """And no room where something might be added unseen."""
    message = message_from_bytes(letter(PARCEL, "enhet@example.se", SENDER).as_bytes(), policy=SMTP)
    assert dict(message.items()) == {
        "From": "Lotsa <lotsa@lotsa.example.se>",
        "To": "enhet@example.se",
        "Subject": "En ny lotsning väntar på er",
        "Date": "Sat, 21 Nov 2026 08:30:00 +0000",
        "Message-ID": "<01990000-0000-7000-8000-000000000001@lotsa.example.se>",
        "Auto-Submitted": "auto-generated",
        "Content-Language": "sv",
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": "quoted-printable",
        "MIME-Version": "1.0",
    }
    assert PARCEL.notice.link.path in message.get_content()


@pytest.mark.parametrize(
    ("url", "sender"),
    [
        ("http://127.0.0.1:8000", "lotsa@[127.0.0.1]"),
        ("http://[::1]:8000", "lotsa@[IPv6:::1]"),
        ("https://lotsa.example.se", "lotsa@lotsa.example.se"),
    ],
)
def test_the_sender_is_a_lawful_address(url: str, sender: str) -> None:
    """Also where the installation has an address for a name (RFC 5321, 4.1.3)."""
    assert Sender(url).from_address == sender


def test_an_address_with_a_line_break_writes_no_header() -> None:
    """Whoever edits a unit's function address cannot add a header."""
    with pytest.raises(ValueError, match=r"linefeed|newline"):
        letter(PARCEL, "enhet@example.se\r\nBcc: alla@example.org", SENDER)


@pytest.mark.parametrize("template", Template)
@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://lotsa.example.se", "enhet@example.se"),
        ("http://127.0.0.1:8000", "enhet@example.se"),
        ("https://[2001:db8::1]", "Enhet.Med-Punkt@example.se"),
        ("https://lotsa.härnösand.example.se", "enhet@example.se"),
        *((f"https://{'n' * long}.{'v' * long}.example.se", "enhet@example.se") for long in range(1, 60, 3)),
    ],
)
def test_a_letter_that_is_filled_in_is_the_one_that_is_put_together(template: Template, url: str, address: str) -> None:
    """To the byte, wherever the library breaks lines, whatever the id, the link and the hour are."""
    sender = Sender(url)
    for number in range(5):
        link = LogLink(uuid4()) if template in TO_THE_LOG else Link(ReferralId(uuid4()))
        queued_at = PARCEL.queued_at + number * timedelta(days=9, seconds=3_601.000007)
        parcel = replace(PARCEL, id=NoticeId(uuid4()), notice=Notice(template, link), queued_at=queued_at)
        assert written(parcel, address, sender) == letter(parcel, address, sender).as_bytes()


def test_the_usual_letter_is_filled_in_and_one_that_is_not_clear_is_put_together() -> None:
    """A link that is whole, one whose line is broken, and an address in which a mark stands that is to be replaced."""
    unclear = f"{letters._ITS_ID}@example.se"
    kinds = [("n.se", "enhet@example.se"), ("lotsa.example.se", "enhet@example.se"), ("n.se", unclear)]
    forms = [letters._form(PARCEL.notice.template, address, Sender(f"https://{host}")) for host, address in kinds]
    assert [form and bool(form.broken_at) for form in forms] == [False, True, None]
    assert written(PARCEL, unclear, SENDER) == letter(PARCEL, unclear, SENDER).as_bytes()
