"""Whoever sends slowly, or without end, keeps nobody else out: real connections to the server of `make run`."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
import requests

from demo.one_machine import ports
from lotsa.server import bodies, patience
from shared.web.app import LARGEST_BODY
from tests.support.eventually import eventually
from tests.support.four_apps import environment_in

MANY = 1050
ANSWERED_WITHIN = 1.0
HEAD = b"POST /api/directory/v1/services HTTP/1.1\r\nHost: 127.0.0.1\r\n"


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Where the four services are served by a process of its own; they ask no database for what is asked here."""
    folder = tmp_path_factory.mktemp("served")
    port = ports.free_ports(1)[0]
    served = ["-m", "lotsa.web", "all", "--bind", f"127.0.0.1:{port}"]
    environment = {**os.environ, **environment_in(folder / "keys"), "LOTSA_PUBLIC_URL": f"http://127.0.0.1:{port}"}
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen([sys.executable, *served], env=environment, stdout=log, stderr=log) as process,
    ):
        try:
            eventually(lambda: _answers(port), saying="the pages to be served", within=60)
            yield port
        finally:
            process.terminate()
    assert "Traceback" not in (folder / "log").read_text()


def _answers(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/directory/health/live", timeout=1).ok
    except requests.ConnectionError:
        return False


@contextmanager
def crowd(port: int, addresses: int, first: bytes, count: int = MANY) -> Iterator[list[socket.socket]]:
    """Many connections that have each sent the same beginning, from so many addresses of this machine."""
    with ExitStack() as held:
        made = []
        for number in range(count):
            one = held.enter_context(socket.socket())
            one.settimeout(10)
            if addresses > 1:
                one.bind((f"127.0.1.{1 + number % addresses}", 0))
            one.connect(("127.0.0.1", port))
            one.sendall(first)
            made.append(one)
        yield made


def drip(connections: list[socket.socket], byte: bytes = b"x") -> list[socket.socket]:
    """One byte more on each; those that are still open."""
    left = []
    for one in connections:
        try:
            one.sendall(byte)
        except OSError:
            continue
        left.append(one)
    return left


def asked(port: int) -> float:
    """How long somebody else waits for a page, in seconds, on a connection of their own."""
    began = time.monotonic()
    answer = requests.get(f"http://127.0.0.1:{port}/directory/signed-out", timeout=10)
    assert answer.status_code == 200
    return time.monotonic() - began


@pytest.mark.parametrize("addresses", [1, 50], ids=["from one address", "from fifty"])
@pytest.mark.parametrize(
    "first", [HEAD + b"X-Slow: ", HEAD + b"Content-Length: 900000\r\n\r\n", b""], ids=["heads", "bodies", "silence"]
)
def test_a_thousand_that_drip_keep_nobody_out(port: int, addresses: int, first: bytes) -> None:
    """1,050 connections that send a byte now and then: whoever comes meanwhile is answered within a second."""
    with crowd(port, addresses, first) as dripping:
        waits = []
        for _ in range(5):
            waits.append(asked(port))
            if first:
                dripping = drip(dripping)
        assert max(waits) < ANSWERED_WITHIN
        assert len(drip(drip(dripping))) <= patience.MOST_CONNECTIONS


def test_a_head_has_a_total_time(port: int) -> None:
    """However regularly bytes come: after ten seconds the connection is closed, and not before."""
    with crowd(port, 1, HEAD + b"X-Slow: ", count=1) as [one]:
        began = time.monotonic()
        eventually(lambda: not drip([one]), saying="the connection to be closed", within=30, every=0.25)
        assert patience.HEAD_WITHIN_SECONDS - 1 < time.monotonic() - began < patience.HEAD_WITHIN_SECONDS + 5


def test_unfinished_bodies_take_bounded_memory(port: int) -> None:
    """200 senders of almost a megabyte each that never end: the oldest are let go of; the next is answered."""
    beginning = HEAD + f"Content-Length: {LARGEST_BODY}\r\n\r\n".encode() + b"x" * (LARGEST_BODY - 1000)
    with ExitStack() as held:
        made = []
        for _ in range(200):
            one = held.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
            one.sendall(beginning)
            made.append(one)
        assert asked(port) < ANSWERED_WITHIN
        most = patience.MOST_HELD // LARGEST_BODY
        eventually(lambda: len(drip(made)) <= most + 1, saying="the oldest bodies to be let go of")


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (b"Expect: 100-continue\r\n", b"400"),
        (b"Expect: 100-continue\r\nContent-Length: 0\r\n", b"400"),
        (b"Content-Length: " + b"9" * 20_000 + b"\r\n", b"400"),
        (b"Content-Length: " + b"9" * 4_000 + b"\r\n", b"413"),
        (b"Content-Length: -1\r\n", b"400"),
        (b"Content-Length: 1, 2\r\n", b"400"),
        (b"X-Long: " + b"x" * (patience.LONGEST_HEAD - len(HEAD) - 12) + b"\r\n", b"431"),
    ],
    ids=["nothing to go on with", "an empty body", "20,000 digits", "4,000 digits", "negative", "two", "a long head"],
)
def test_what_cannot_be_meant_is_refused_at_once(port: int, lines: bytes, status: bytes) -> None:
    """One clean answer, and the connection is closed; nothing waits for what never comes."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(HEAD + lines + b"\r\n")
        said = b"".join(iter(lambda: connection.recv(65_536), b""))
    assert re.findall(rb"HTTP/1.[01] (\d+)", said) == [status]


@pytest.mark.parametrize(
    "smuggled",
    [
        b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 100\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        b"Content-Length: 5\r\nContent-Length: 0\r\n\r\n",
        b"Content-Length: +0\r\n\r\n",
    ],
    ids=["length, chunked", "chunked, length", "gzip", "a space", "two lengths", "a sign"],
)
def test_one_request_is_not_taken_for_two(port: int, smuggled: bytes) -> None:
    """Where a request ends is never in doubt: of two ways to say it chunks count, or it is refused (RFC 9112, 6.3)."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(HEAD + smuggled + b"GET /directory/health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n")
        connection.sendall(b"Connection: close\r\n\r\n")
        try:
            said = b"".join(iter(lambda: connection.recv(65_536), b""))
        except ConnectionResetError:
            said = b""
    statuses = re.findall(rb"HTTP/1.[01] (\d+)", said)
    assert statuses in ([b"401", b"200"], [b"400"], [b"501"], []), statuses


def test_whoever_waits_to_be_asked_on_is(port: int) -> None:
    """``Expect: 100-continue`` with content that may come is answered as ever."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(HEAD + b"Expect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\n")
        assert connection.recv(65_536).startswith(b"HTTP/1.1 100")
        connection.sendall(b"{}")
        said = b"".join(iter(lambda: connection.recv(65_536), b""))
    assert re.findall(rb"HTTP/1.1 (\d+)", said) == [b"401"]


def test_the_bounds_leave_room_for_the_largest_there_may_be() -> None:
    """A body that is let through fits into what is held, and a system's files into what a process may open."""
    assert patience.MOST_HELD > 8 * LARGEST_BODY
    assert bodies.LONGEST_LISTENING > LARGEST_BODY
    assert patience.MOST_FROM_ONE_ADDRESS < patience.MOST_CONNECTIONS < 1024
