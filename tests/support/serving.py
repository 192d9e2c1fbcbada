"""Serving an application to a browser or a client in the test's own process: behind waitress, as the product is.

On leaving, everything the server held is closed before the block ends, in an order that nothing can disturb: first no
more connections, then the requests that are being worked on, then what browsers keep open and the files that were
being sent to them. Nothing is left for the garbage collector, which would report it in the middle of another test.
"""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from waitress import wasyncore
from waitress.task import ThreadedTaskDispatcher

from lotsa.server import patience
from lotsa.web import NOTHING_ON_DISK

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

LOOPBACK = "127.0.0.1"
THREADS = 8
LONGEST_GOODBYE_SECONDS = 30


@contextmanager
def listening() -> Iterator[socket.socket]:
    """A port on loopback, held from now on: callers wait in line until somebody serves there.

    For those who must know the address before the application can be made. A port that was only looked up could be
    taken by another process before it is used.
    """
    with socket.create_server((LOOPBACK, 0)) as held:
        yield held


def address_of(held: socket.socket) -> str:
    """Where a held port is, as a URL without a slash at its end."""
    return f"http://{LOOPBACK}:{held.getsockname()[1]}"


@contextmanager
def serving(app: WSGIApplication, at: socket.socket | None = None) -> Iterator[str]:
    """The application on a port of its own, or `at` one held by `listening`, until the block ends; its address.

    Raises AssertionError when a request is still being worked on half a minute after the block has ended.
    """
    server = _Server(app, at)
    try:
        yield server.address
    finally:
        server.leave()


class _Workers(ThreadedTaskDispatcher):
    """Waitress's own, with threads that can be waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.started: list[threading.Thread] = []

    def start_new_thread(self, target: Callable[[int], None], thread_no: int) -> None:
        """One more worker."""
        thread = threading.Thread(target=target, name=f"page-server-{thread_no}", args=(thread_no,), daemon=True)
        self.started.append(thread)
        thread.start()


class _Server:
    """One application, its loop and its workers."""

    def __init__(self, app: WSGIApplication, at: socket.socket | None) -> None:
        self._workers = _Workers()
        self._workers.set_thread_count(THREADS)
        # the depth of the queue is of no interest to a test
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        where: dict[str, Any] = {"sockets": [at.dup()]} if at else {"listen": f"{LOOPBACK}:0"}
        made = patience.server(
            app,
            _dispatcher=self._workers,
            threads=THREADS,
            clear_untrusted_proxy_headers=False,
            ident=None,
            **NOTHING_ON_DISK,
            **where,
        )
        assert isinstance(made, patience.Server)
        self._server = made
        self._loop = threading.Thread(target=self._server.run, name="page-server", daemon=True)
        self._loop.start()

    @property
    def address(self) -> str:
        """Where it is, as a URL without a slash at its end."""
        return f"http://{LOOPBACK}:{self._server.effective_port}"

    def leave(self) -> None:
        """Close all of it. Only the loop's own thread touches what the loop looks at."""
        self._in_the_loop(self._accept_nobody)
        # the loop still runs, so a worker can hand over its answer to the end
        self._workers.shutdown(timeout=LONGEST_GOODBYE_SECONDS)
        for thread in self._workers.started:
            thread.join(LONGEST_GOODBYE_SECONDS)
        self._in_the_loop(self._let_go)
        self._loop.join(LONGEST_GOODBYE_SECONDS)
        left = [thread.name for thread in (self._loop, *self._workers.started) if thread.is_alive()]
        assert not left, f"the page server did not end within {LONGEST_GOODBYE_SECONDS} s: {left}"

    def _in_the_loop(self, thunk: Callable[[], None]) -> None:
        # the loop may be awake for another reason, and have carried out the last of these before it was woken for it
        with suppress(OSError):
            self._server.trigger.pull_trigger(thunk)

    def _accept_nobody(self) -> None:
        wasyncore.dispatcher.close(self._server)

    def _let_go(self) -> None:
        """Connections with the files on their way to them, half-received requests, and at last the loop's alarm."""
        for channel in list(self._server.active_channels.values()):
            if channel.request is not None:
                channel.request.close()
            channel.handle_close()
        self._server.trigger.close()
