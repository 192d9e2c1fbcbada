"""Ports on loopback: which are free, which are taken."""

from __future__ import annotations

import socket

LOOPBACK = "127.0.0.1"


def is_free(port: int, address: str = LOOPBACK) -> bool:
    """Whether we could listen on the port now."""
    with socket.socket() as candidate:
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind((address, port))
        except OSError:
            return False
        return True


def answers(port: int, address: str = LOOPBACK) -> bool:
    """Whether somebody accepts connections on the port."""
    with socket.socket() as caller:
        caller.settimeout(1)
        return caller.connect_ex((address, port)) == 0


def free_ports(count: int) -> list[int]:
    """Ports that nobody uses, all different. The system chooses them; hold on to them soon."""
    held = []
    try:
        for _ in range(count):
            one = socket.socket()
            one.bind((LOOPBACK, 0))
            held.append(one)
        return [one.getsockname()[1] for one in held]
    finally:
        for one in held:
            one.close()


def keep_or_choose(wanted: list[int]) -> list[int]:
    """The wanted ports where all are free, otherwise as many others.

    Ports are kept from one start to the next, so that a program that reconnects finds what it knew.
    """
    return wanted if wanted and all(is_free(port) for port in wanted) else free_ports(len(wanted))
