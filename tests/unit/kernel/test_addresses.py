"""Who calls is who has connected, or what a trusted proxy says; nobody else is believed."""

from __future__ import annotations

import pytest

from shared.kernel.addresses import UNKNOWN, Networks, caller

PROXY = Networks.parse("10.0.0.0/8, 2001:db8:ffff::1")


@pytest.mark.parametrize(
    ("peer", "forwarded", "who"),
    [
        ("192.0.2.1", "", "192.0.2.1"),
        ("192.0.2.1", "198.51.100.7", "192.0.2.1"),
        ("10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "", "10.0.0.1"),
        # what the caller wrote stands before what the proxy added
        ("10.0.0.1", "203.0.113.9, 198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "198.51.100.7, 10.0.0.2", "198.51.100.7"),
        ("10.0.0.1", "198.51.100.7, nonsense, 10.0.0.2", "10.0.0.1"),
        ("::ffff:10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("2001:db8:ffff::1", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::9", "", "2001:db8:1:2::"),
        ("nonsense", "198.51.100.7", UNKNOWN),
        ("", "", UNKNOWN),
    ],
)
def test_who_calls(peer: str, forwarded: str, who: str) -> None:
    """The last address that no trusted proxy has; of IPv6 the subscriber's network."""
    assert caller(peer, forwarded, PROXY) == who


def test_nobody_is_trusted_unless_told() -> None:
    """Without the setting X-Forwarded-For says nothing."""
    nobody = Networks.parse("")
    assert not nobody
    assert caller("10.0.0.1", "198.51.100.7", nobody) == "10.0.0.1"


@pytest.mark.parametrize("text", ["*", "proxy", "10.0.0.0/33", "10.0.0.1/8"])
def test_a_network_is_written_exactly(text: str) -> None:
    """A name, a star or a network with stray bits would trust somebody who was not meant."""
    with pytest.raises(ValueError, match=r"does not appear|has host bits"):
        Networks.parse(text)
