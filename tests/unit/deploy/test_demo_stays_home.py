"""The demonstration lets anyone in, so it stays on the machine that it runs on and away from real settings."""

from __future__ import annotations

import pytest

from lotsa.loopback import only_loopback, refuse_production_settings
from operations.trouble import Trouble


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.53", "::1", "localhost"])
def test_this_machines_own_addresses_will_do(address: str) -> None:
    """Loopback in either version of the protocol."""
    assert only_loopback(address) == address


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.168.1.10", "", "example.org", "localhost.example.org"])
@pytest.mark.holds("the-demo-refuses-the-world")
def test_any_other_address_is_refused_with_a_sentence(address: str) -> None:
    """Also "all addresses", an empty one, and names that only look right."""
    with pytest.raises(Trouble, match="on this machine alone"):
        only_loopback(address)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LOTSA_MODE", "production"),
        ("LOTSA_OIDC_ISSUER", "https://id.example.org"),
        ("LOTSA_OIDC_CLIENT_SECRET_FILE", "/run/secrets/oidc"),
        ("LOTSA_SMTP_URL", "smtp://mail.example.org:25"),
    ],
)
def test_a_real_installations_settings_are_refused(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence names the setting that does not fit."""
    monkeypatch.setenv(name, value)
    with pytest.raises(Trouble, match=name):
        refuse_production_settings()


def test_no_settings_at_all_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plain environment is that of a demonstration."""
    for name in ("LOTSA_MODE", "LOTSA_OIDC_ISSUER", "LOTSA_OIDC_CLIENT_ID", "LOTSA_SMTP_URL"):
        monkeypatch.delenv(name, raising=False)
    refuse_production_settings()
