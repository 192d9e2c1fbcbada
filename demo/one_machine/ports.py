"""Ports on loopback: which are free, which are taken, and which nobody is given by chance."""

from __future__ import annotations

import secrets
import socket
from pathlib import Path

LOOPBACK = "127.0.0.1"
EVERYWHERE = "0.0.0.0"
LOWEST = 10_000
HIGHEST = 65_535
ENOUGH = 2_000
_GIVEN_BY_THE_SYSTEM = Path("/proc/sys/net/ipv4/ip_local_port_range")


def is_free(port: int, address: str = LOOPBACK) -> bool:
    """Whether we could listen on the port now: nobody listens on it, and no connection goes out from it."""
    with socket.socket() as candidate:
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind((address, port))
            candidate.listen(1)
        except OSError:
            return False
        return True


def answers(port: int, address: str = LOOPBACK) -> bool:
    """Whether somebody accepts connections on the port."""
    with socket.socket() as caller:
        caller.settimeout(1)
        return caller.connect_ex((address, port)) == 0


def free_ports(count: int) -> list[int]:
    """Ports that nobody uses on any address, all different, and that the system gives to no outgoing connection.

    Those it would give may be anybody's by the time that one listens on them: a connection of another program, or one
    of our own that looks for a server that is away, and meets itself.
    """
    own = _ours_to_choose()
    chosen: set[int] = set()
    while len(chosen) < count:
        port = own[secrets.randbelow(len(own))] if own else _chosen_by_the_system()
        if is_free(port, EVERYWHERE):
            chosen.add(port)
    return list(chosen)


def is_given_away(port: int) -> bool:
    """Whether the system may give the port to somebody's outgoing connection."""
    return port in _given_by_the_system() and bool(_ours_to_choose())


def _ours_to_choose() -> list[int]:
    given = _given_by_the_system()
    ours = [port for port in range(LOWEST, HIGHEST + 1) if port not in given]
    return ours if len(ours) >= ENOUGH else []


def _given_by_the_system() -> range:
    try:
        lowest, highest = map(int, _GIVEN_BY_THE_SYSTEM.read_text().split())
    except (OSError, ValueError):
        # not a Linux: as IANA has it
        return range(49_152, HIGHEST + 1)
    return range(lowest, highest + 1)


def _chosen_by_the_system() -> int:
    with socket.socket() as one:
        one.bind((LOOPBACK, 0))
        return int(one.getsockname()[1])


def keep_or_choose(wanted: list[int]) -> list[int]:
    """The wanted ports where all are free and remain so, otherwise as many others.

    Ports are kept from one start to the next, so that a program that reconnects finds what it knew.
    """
    kept = wanted and all(is_free(port) and not is_given_away(port) for port in wanted)
    return wanted if kept else free_ports(len(wanted))
