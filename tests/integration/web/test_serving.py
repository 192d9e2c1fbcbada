"""The page server of the tests leaves nothing open, whatever browsers do to it.

What it left was closed by the garbage collector in the middle of some other test, which failed then.
"""

from __future__ import annotations

import os
import socket
import struct
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from flask import Flask, Response, request, send_file

from shared.web.app import LARGEST_BODY
from tests.support.eventually import eventually
from tests.support.serving import address_of, listening, serving

RESET = struct.pack("ii", 1, 0)  # lingers for no time: closing sends a reset, as a browser does that has lost interest
BROWSERS = 40


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A file larger than any buffer between us and the browser."""
    file = tmp_path / "large.bin"
    file.touch()
    os.truncate(file, 256 * 1024 * 1024)  # sparse: takes no room on the disk
    return file


@pytest.fixture
def app(large: Path) -> Flask:
    """Sends the file, and answers slowly when asked to."""
    made = Flask("served")
    made.add_url_rule("/large", "large", view_func=lambda: send_file(large))
    made.add_url_rule("/small", "small", view_func=lambda: "small")
    return made


def connect(address: str) -> socket.socket:
    """A connection to a server."""
    parts = urlsplit(address)
    return socket.create_connection((str(parts.hostname), parts.port or 0), timeout=10)


def ask_for(connection: socket.socket, path: str, more: str = "") -> None:
    """The head of a request."""
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{more}\r\n".encode())


def read_until(connection: socket.socket, end: bytes) -> None:
    """Read an answer as far as it goes."""
    seen = b""
    while not seen.endswith(end):
        part = connection.recv(4096)
        assert part, "the server closed the connection"
        seen += part


def opened(file: Path) -> int:
    """How many times this process has the file open."""
    count = 0
    for one in Path("/proc/self/fd").iterdir():
        try:
            count += os.readlink(one) == str(file)
        except FileNotFoundError:  # the listing's own
            continue
    return count


def sockets() -> set[str]:
    """The sockets and pipes that this process has open."""
    found = set()
    for one in Path("/proc/self/fd").iterdir():
        try:
            found.add(os.readlink(one))
        except FileNotFoundError:
            continue
    return {each for each in found if each.startswith(("socket:", "pipe:"))}


@contextmanager
def leaving_nothing(file: Path) -> Iterator[None]:
    """Assert that after the block no socket, no pipe, no thread and not the file is open that was not so before."""
    before, threads = sockets(), set(threading.enumerate())
    yield
    assert opened(file) == 0
    assert sockets() - before == set()
    assert set(threading.enumerate()) - threads == set()


@pytest.mark.parametrize("size", [1_000, 30_000, 8_000_000])
def test_browsers_that_reset_their_connections_leave_no_file_open(app: Flask, large: Path, size: int) -> None:
    """Each has asked for a file, is sent it, and is gone with a reset in the middle of it or at its end."""
    os.truncate(large, size)
    with leaving_nothing(large), serving(app) as address:
        for number in range(BROWSERS):
            connection = connect(address)
            ask_for(connection, "/large")
            if number % 2:
                assert connection.recv(1024)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            connection.close()
        eventually(lambda: opened(large) == 0, saying="every file to be closed while the server still runs")


def test_a_browser_that_keeps_its_connection_is_let_go_of(app: Flask, large: Path) -> None:
    """One has received half a file and reads no more; one sits idle between two pages; one has sent half a request."""
    with leaving_nothing(large):
        with serving(app) as address:
            reading, idle, halfway = connect(address), connect(address), connect(address)
            ask_for(reading, "/large")
            assert reading.recv(1024)
            ask_for(idle, "/small")
            read_until(idle, b"small")
            halfway.sendall(b"POST /small HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000\r\n\r\nhalf")
            assert opened(large) == 1
        for connection in (reading, idle, halfway):
            connection.close()


def test_an_answer_being_made_is_handed_over_before_the_server_ends(large: Path) -> None:
    """Leaving waits for a request that is being worked on; its caller gets the whole answer."""
    begun, go_on, answers = threading.Event(), threading.Event(), []
    app = Flask("slow")

    @app.get("/slow")
    def slow() -> str:
        begun.set()
        assert go_on.wait(10)
        return "whole"

    def caller(address: str) -> Callable[[], None]:
        return lambda: answers.append(requests.get(f"{address}/slow", timeout=20).text)

    with leaving_nothing(large):
        with serving(app) as address:
            asking = threading.Thread(target=caller(address))
            asking.start()
            assert begun.wait(10)
            later = threading.Timer(0.3, go_on.set)
            later.start()
        assert go_on.is_set(), "the server left while a request was being worked on"
        asking.join(10)
        later.join(10)
    assert answers == ["whole"]


def test_a_held_port_is_served_and_let_go_of(app: Flask, large: Path) -> None:
    """Its address is known beforehand, nobody else can take it, and a caller who came early is answered."""
    with leaving_nothing(large):
        with listening() as held:
            early = connect(address_of(held))
            ask_for(early, "/small", "Connection: close\r\n")
            with serving(app, held) as address:
                assert address == address_of(held)
                answer = b"".join(iter(lambda: early.recv(4096), b""))
            early.close()
        assert answer.startswith(b"HTTP/1.1 200 OK")
        with pytest.raises(ConnectionRefusedError):
            connect(address)


def test_nothing_that_is_sent_or_answered_goes_through_a_file(
    app: Flask, large: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the product's own bounds: the largest form, one that is too large, and an answer that is slowly taken."""
    made: list[str] = []
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda *_: made.append("a file") or BytesIO())
    app.add_url_rule("/told", "told", view_func=lambda: str(len(request.get_data())), methods=["POST"])
    app.add_url_rule("/export", "export", view_func=lambda: Response(bytes(65_536) for _ in range(300)))
    with leaving_nothing(large), serving(app) as address:
        body = b"x" * LARGEST_BODY
        assert requests.post(f"{address}/told", data=body, timeout=20).text == str(len(body))
        assert requests.post(f"{address}/told", data=4 * body, timeout=20).text == "0", "its sender is heard out"
        with connect(address) as slow:
            ask_for(slow, "/export", "Connection: close\r\n")
            seen = 0
            while part := slow.recv(1_000_000):
                seen += len(part)
        assert seen > 300 * 65_536
    assert made == []
