"""E-mail: time-outs, TLS, and temporary trouble told from a final no."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from services.notifications.channels.email import EmailChannel, MailServer
from services.notifications.channels.email.letter import Sender
from services.notifications.domain.notice import Template
from services.notifications.domain.ports import CannotBeWritten, ChannelIsAway
from shared.kernel.refusals import Failure
from tests.integration.notifications.post_office import PostOffice, post_office
from tests.support.builders.notices import a_parcel

SENDER = Sender("https://lotsa.example.se")
PARCEL = a_parcel(Template.SOMETHING_HAPPENED)


@pytest.fixture
def office() -> Iterator[PostOffice]:
    """A mail server without TLS."""
    with post_office() as running:
        yield running


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 and its key, in one file, that only a test trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.example.se")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "mail.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


def send(channel: EmailChannel, address: str = "enhet@example.se") -> None:
    with channel.open() as line:
        line.send(PARCEL, address)


def channel_to(url: str, **how: object) -> EmailChannel:
    return EmailChannel(MailServer.from_url(url), SENDER, timeout_s=1, **how)  # type: ignore[arg-type]


def test_many_letters_go_over_one_line(office: PostOffice) -> None:
    """A line is opened once for a batch."""
    with channel_to(office.url).open() as line:
        for number in range(3):
            line.send(PARCEL, f"enhet{number}@example.se")
    assert [address for address, _ in office.taken] == [f"enhet{number}@example.se" for number in range(3)]


@pytest.mark.parametrize(
    ("answer", "permanent"),
    [("550 No such user", True), ("553 Bad name", True), ("450 Later", False), ("451 Later", False)],
)
def test_what_the_server_says_of_a_recipient(office: PostOffice, answer: str, permanent: bool) -> None:
    """5xx is a final no, 4xx is a no for now (RFC 5321, 4.2.1); the line can be used for the next letter."""
    office.answers["nej@example.se"] = answer
    with channel_to(office.url).open() as line:
        with pytest.raises(Failure) as failure:
            line.send(PARCEL, "nej@example.se")
        line.send(PARCEL, "ja@example.se")
    assert failure.value.permanent is permanent
    assert not isinstance(failure.value, ChannelIsAway)
    assert "nej@example.se" not in str(failure.value)


def test_a_letter_refused_after_it_was_read(office: PostOffice) -> None:
    """An answer to DATA counts in the same way."""
    office.answers["DATA"] = "554 Looks like spam"
    with pytest.raises(Failure) as failure:
        send(channel_to(office.url))
    assert failure.value.permanent


def test_a_server_that_is_closing_is_away(office: PostOffice) -> None:
    """421 says nothing about the letter."""
    office.answers["enhet@example.se"] = "421 Going down"
    with pytest.raises(ChannelIsAway):
        send(channel_to(office.url))


def test_nobody_at_the_port_is_away() -> None:
    """A refused connection is no fault of the letter's."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    with pytest.raises(ChannelIsAway):
        send(channel_to(f"smtp://127.0.0.1:{port}"))


@pytest.mark.timeout(60)
def test_a_server_that_never_answers_is_given_up() -> None:
    """Every wait has an end: without the channel's time-out the test's own limit would end it."""
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        with pytest.raises(ChannelIsAway):
            send(channel_to(f"smtp://127.0.0.1:{mute.getsockname()[1]}"))


def test_tls_is_spoken_when_the_server_offers_it(certificate: Path) -> None:
    """And the certificate is checked."""
    server_side = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server_side.load_cert_chain(certificate)
    trust = ssl.create_default_context(cafile=str(certificate))
    with post_office(tls=server_side) as office:
        send(channel_to(office.url, trust=trust))
        assert len(office.taken) == 1
        with pytest.raises(ChannelIsAway):
            send(channel_to(office.url))
        assert len(office.taken) == 1, "an unknown certificate is not put up with"


def test_where_tls_is_required_nothing_goes_without(office: PostOffice) -> None:
    """A server that does not offer it gets no letter."""
    with pytest.raises(ChannelIsAway):
        send(channel_to(f"{office.url}?starttls=required"))
    assert office.taken == []


def test_an_address_that_would_write_a_header_is_a_final_no(office: PostOffice) -> None:
    """It never reaches the server."""
    with pytest.raises(Failure) as failure:
        send(channel_to(office.url), "enhet@example.se\r\nBcc: alla@example.org")
    assert failure.value.permanent
    assert office.taken == []


def test_an_address_beyond_ascii_is_that_letters_trouble_alone(office: PostOffice) -> None:
    """Not every server on the way takes it (SMTPUTF8); one unit's å does not hold up the others' letters."""
    with channel_to(office.url).open() as line:
        with pytest.raises(CannotBeWritten) as failure:
            line.send(PARCEL, "vårdcentral@example.se")
        assert failure.value.permanent
        assert not isinstance(failure.value, ChannelIsAway)
        line.send(PARCEL, "enhet@example.se")
    assert [address for address, _ in office.taken] == ["enhet@example.se"]


def test_a_line_on_which_something_unforeseen_happened_is_used_no_more(
    office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody knows what the server waits for; what comes after is for a new line, not for this letter's ill luck."""
    with channel_to(office.url).open() as line:
        with monkeypatch.context() as patched:
            patched.setattr(smtplib.SMTP, "rcpt", lambda *_: len(None))  # type: ignore[arg-type]
            with pytest.raises(TypeError):
                line.send(PARCEL, "enhet@example.se")
        with pytest.raises(ChannelIsAway):
            line.send(PARCEL, "enhet@example.se")
    assert office.taken == []
    send(channel_to(office.url))
    assert len(office.taken) == 1
