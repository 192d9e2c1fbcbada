"""Sheds load at the edge: above a number of requests in flight the answer is 503 with Retry-After, at once.

What counts is requests in flight, never the length of any queue behind them: a broker that is down makes no request
wait, so it is no reason to turn anybody away.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from shared.settings import SERVICES

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

RETRY_AFTER_SECONDS = 2
TURN_WITHIN_SECONDS = 5.0
# a probe that is turned away because people are busy would have the process restarted
ALWAYS = frozenset(
    f"/{service}/{probe}" for service in SERVICES for probe in ("health/live", "health/ready", "metrics")
)


class InFlightLimit:
    """Wraps an application. At most `at_once` requests are worked on; up to `limit` are here, working or waiting."""

    def __init__(self, app: WSGIApplication, *, limit: int, at_once: int, sorry: str) -> None:
        self._app = app
        self._limit = limit
        self._turns = Turns(at_once)
        problem = {"type": "urn:lotsa:problem:busy", "title": sorry, "status": 503}
        self._problem = _refusal("application/problem+json", json.dumps(problem, ensure_ascii=False))
        self._sentence = _refusal("text/plain; charset=utf-8", f"{sorry}\n")
        self._lock = threading.Lock()
        self._here = 0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("PATH_INFO", "") in ALWAYS:
            return self._app(environ, start_response)
        if not self._enter():
            return self._shed(environ, start_response)
        if not self._turns.take(TURN_WITHIN_SECONDS):
            self._leave()
            return self._shed(environ, start_response)
        return _Answer(self._app, environ, start_response, self._done)

    def _enter(self) -> bool:
        with self._lock:
            if self._here >= self._limit:
                return False
            self._here += 1
            return True

    def _leave(self) -> None:
        with self._lock:
            self._here -= 1

    def _done(self) -> None:
        self._turns.give_back()
        self._leave()

    def _shed(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        headers, body = self._problem if environ.get("PATH_INFO", "").startswith("/api/") else self._sentence
        start_response("503 Service Unavailable", list(headers))
        return [body]


def _refusal(kind: str, text: str) -> tuple[list[tuple[str, str]], bytes]:
    """Made once: whoever is turned away is to cost next to nothing."""
    body = text.encode()
    headers = [("Content-Type", kind), ("Content-Length", str(len(body))), ("Cache-Control", "no-store")]
    return [*headers, ("Retry-After", str(RETRY_AFTER_SECONDS))], body


class Turns:
    """A number of turns, taken in the order of asking.

    A semaphore lets whoever comes just then go before those who wait, some of whom then wait for very long; here a turn
    that is given back goes to the one who has waited longest.
    """

    def __init__(self, count: int) -> None:
        self._free = count
        self._waiting: deque[threading.Lock] = deque()
        self._lock = threading.Lock()

    def take(self, within: float) -> bool:
        """Wait for a turn, at most so many seconds; False when none came."""
        with self._lock:
            if self._free:
                self._free -= 1
                return True
            mine = threading.Lock()
            mine.acquire()
            self._waiting.append(mine)
        if mine.acquire(timeout=within):
            return True
        with self._lock:
            try:
                self._waiting.remove(mine)
            except ValueError:
                # it came in this very moment
                return True
            return False

    def give_back(self) -> None:
        """End a turn."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1


class _Answer:
    """The application's answer; the turn ends when the server has sent or dropped it."""

    def __init__(
        self,
        app: WSGIApplication,
        environ: WSGIEnvironment,
        start_response: StartResponse,
        done: Callable[[], None],
    ) -> None:
        self._done = done
        try:
            self._body = app(environ, start_response)
        except BaseException:
            done()
            raise

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._body)

    def close(self) -> None:
        """Called by the server exactly once, however the answer ended (PEP 3333)."""
        try:
            close = getattr(self._body, "close", None)
            if close is not None:
                close()
        finally:
            self._done()
