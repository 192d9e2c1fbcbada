"""Web addresses: read as people write them, or told what is wrong, and safe to link to."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.vocabulary.web_address import (
    EmailInstead,
    HostIsWrong,
    NotAWebAddress,
    OtherKindOfLink,
    PortIsWrong,
    SecretInWebAddress,
    SignInWebAddress,
    SpaceInWebAddress,
    WebAddressIsTooLong,
    parse_web_address,
    shown_web_address,
)

MEANT = {
    "Https://exempel.se": "https://exempel.se",
    "HTTPS://Exempel.SE/Sida": "https://exempel.se/Sida",
    "www.exempel.se": "https://www.exempel.se",
    "exempel.se/sida?a=1#b": "https://exempel.se/sida?a=1#b",
    "exempel.se?a=b@c": "https://exempel.se?a=b@c",
    "//exempel.se": "https://exempel.se",
    "http://exempel.se/": "http://exempel.se/",
    " https://exempel.se\u200b ": "https://exempel.se",
    "<https://exempel.se>": "https://exempel.se",
    "https://anhörig.se/stöd": "https://xn--anhrig-yxa.se/stöd",
    "https://exempel.se.": "https://exempel.se",
    "https://exempel.se:443/a": "https://exempel.se/a",
    "http://exempel.se:8080": "http://exempel.se:8080",
    "exempel.se:8443/a": "https://exempel.se:8443/a",
}
WRONG = {
    "": NotAWebAddress,
    "javascript:alert(1)": OtherKindOfLink,
    "JavaScript://exempel.se/%0aalert(1)": OtherKindOfLink,
    "java\u200bscript:alert(1)": OtherKindOfLink,
    "data:text/html,x": OtherKindOfLink,
    "mailto:info@exempel.se": OtherKindOfLink,
    "ftp://exempel.se": OtherKindOfLink,
    "info@exempel.se": EmailInstead,
    "https://user" + ":word@exempel.se/": SecretInWebAddress,
    "https://exempel.se@elak.example.se/": SecretInWebAddress,
    "https://exempel.se /sida": SpaceInWebAddress,
    "exempel.se och annat.se": SpaceInWebAddress,
    "https://exempel.se\\@elak.se": SignInWebAddress,
    'https://exempel.se/"onclick="': SignInWebAddress,
    "https://": HostIsWrong,
    "https:///sida": HostIsWrong,
    "https:exempel.se": HostIsWrong,
    "exempel": HostIsWrong,
    "https://localhost/": HostIsWrong,
    "https://127.0.0.1/": HostIsWrong,
    "https://2130706433/": HostIsWrong,
    "https://[::1]/": HostIsWrong,
    "https://exempel..se": HostIsWrong,
    "https://exempel.se:0/": PortIsWrong,
    "https://exempel.se:99999/": PortIsWrong,
    "https://exempel.se:a/": PortIsWrong,
    "https://exempel.se/" + "a" * 5_000: WebAddressIsTooLong,
}


@pytest.mark.parametrize(("typed", "kept"), MEANT.items())
def test_an_address_is_read_as_it_is_meant(typed: str, kept: str) -> None:
    """With https where nothing was said; http stays where it was typed."""
    assert parse_web_address(typed) == kept


@pytest.mark.parametrize(("typed", "why"), WRONG.items())
def test_a_wrong_one_is_told_what_is_wrong(typed: str, why: type[NotAWebAddress]) -> None:
    """In a sentence of its own, which does not repeat it."""
    with pytest.raises(NotAWebAddress) as refused:
        parse_web_address(typed)
    assert type(refused.value) is why
    assert not typed or typed not in str(refused.value)


def test_an_address_is_shown_in_letters() -> None:
    """Those of other alphabets stay as the net knows them: what looks like a bank is not one."""
    assert shown_web_address("https://xn--anhrig-yxa.se/stöd") == "https://anhörig.se/stöd"
    assert shown_web_address(parse_web_address("https://аррӏе.se/x")).isascii()


@given(
    st.text(max_size=60)
    | st.builds(
        "{}{}{}".format, st.sampled_from(["https://", "http://", "", "//", "x:"]), st.text(max_size=20), st.text()
    )
)
def test_any_text_is_an_address_or_refused_by_name(typed: str) -> None:
    """What is taken is in its one form, leads to a public name over http(s), and tells no secret."""
    try:
        kept = parse_web_address(typed)
    except NotAWebAddress:
        return
    parts = urlsplit(kept)
    assert parts.scheme in ("https", "http")
    assert parts.hostname
    assert "." in parts.hostname
    assert parts.username is None
    assert parse_web_address(kept) == kept
    assert parse_web_address(shown_web_address(kept)) == kept
