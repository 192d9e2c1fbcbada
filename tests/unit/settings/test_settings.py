"""Settings that would let somebody listen or pretend are refused with a sentence that names them."""

from __future__ import annotations

import pytest

from shared.environment import SettingsAreWrong
from shared.settings import Settings

ADDRESSES = ("PUBLIC_URL", "OIDC_ISSUER", "TOKEN_ISSUER")
HERE = ("http://127.0.0.1:8000", "http://127.0.0.53", "http://localhost:9", "http://[::1]:9")
NOT_HTTPS = (
    "http://id.example.se",
    "http://localhost.example.se",
    "http://127.0.0.1.example.se",
    "http://127.0.0.1@id.example.se",
    "HTTPS://id.example.se",
    "https://",
    "https:///path",
    "https://[::1",
    "id.example.se",
    "//id.example.se",
    " https://id.example.se",
)


def read(mode: str, **given: str) -> Settings:
    """Settings read from an environment with an acceptable origin."""
    origin = "http://127.0.0.1:8000" if mode == "demo" else "https://lotsa.example.se"
    environment = {"MODE": mode, "PUBLIC_URL": origin, **given}
    return Settings.from_environment({f"LOTSA_{name}": value for name, value in environment.items()})


@pytest.mark.parametrize("name", ADDRESSES)
@pytest.mark.parametrize("address", [*NOT_HTTPS, *HERE])
def test_in_production_only_https_will_do(name: str, address: str) -> None:
    """Not even this machine's own address: where people's data is, somebody else is in front of it."""
    with pytest.raises(SettingsAreWrong, match=f"LOTSA_{name} must be https:// in production"):
        read("production", **{name: address})


@pytest.mark.parametrize(
    ("name", "mode"),
    # demo mode has no provider at all
    [*((name, "test") for name in ADDRESSES), ("PUBLIC_URL", "demo"), ("TOKEN_ISSUER", "demo")],
)
@pytest.mark.parametrize("address", NOT_HTTPS)
def test_elsewhere_plain_http_goes_nowhere_but_to_this_machine(name: str, mode: str, address: str) -> None:
    """A name that only looks like loopback is refused as well."""
    with pytest.raises(SettingsAreWrong, match=f"LOTSA_{name} must be https://, or http:// on this machine"):
        read(mode, **{name: address})


@pytest.mark.parametrize("address", HERE)
def test_loopback_is_excepted_in_demo_and_test(address: str) -> None:
    """Nobody is on the line."""
    assert read("test", OIDC_ISSUER=address, TOKEN_ISSUER=address, PUBLIC_URL=address).oidc_issuer == address
    assert read("demo", TOKEN_ISSUER=address).token_issuer == address


@pytest.mark.parametrize("address", ["https://lotsa.example.se", "https://127.0.0.1.example.se"])
def test_the_demo_has_no_address_in_the_world(address: str) -> None:
    """Anybody may sign in as anybody there, so nobody else is told where it is."""
    with pytest.raises(SettingsAreWrong, match="demo needs a LOTSA_PUBLIC_URL on this machine"):
        read("demo", PUBLIC_URL=address)


def test_https_and_no_issuer_at_all_will_do() -> None:
    """Without a token issuer the systems' door stays shut; that is not this check's affair."""
    settings = read("production", OIDC_ISSUER="https://id.example.se/realms/staff")
    assert (settings.oidc_issuer, settings.token_issuer) == ("https://id.example.se/realms/staff", "")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ACCESSIBILITY_EMAIL", "nobody"),
        ("ACCESSIBILITY_EMAIL", "a@example.se b@example.se"),
        ("ACCESSIBILITY_EMAIL", "a@example"),
        ("ACCESSIBILITY_PHONE", "ring oss"),
        ("ACCESSIBILITY_PHONE", "12"),
    ],
)
def test_a_contact_that_nobody_could_use_is_refused(name: str, value: str) -> None:
    """The accessibility statement must name a way that works."""
    with pytest.raises(SettingsAreWrong, match=f"LOTSA_{name}: "):
        read("production", **{name: value})


def test_a_contact_is_read() -> None:
    """As everywhere in the product: in its one written form."""
    settings = read("production", ACCESSIBILITY_EMAIL=" a@Anhörig.se ", ACCESSIBILITY_PHONE="0846500400")
    assert settings.accessibility_email == "a@xn--anhrig-yxa.se"
    assert settings.accessibility_phone == "08-465 004 00"
