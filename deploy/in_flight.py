"""Sheds load at the edge: above a number of requests in flight the answer is 503 with Retry-After, at once.

What counts is requests in flight, never the length of any queue behind them: a broker that is down makes no request
wait, so it is no reason to turn anybody away.
"""

from __future__ import annotations

import json
import threading
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
        self._turns = threading.BoundedSemaphore(at_once)
        self._sorry = sorry
        self._lock = threading.Lock()
        self._here = 0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("PATH_INFO", "") in ALWAYS:
            return self._app(environ, start_response)
        if not self._enter():
            return self._shed(environ, start_response)
        if not self._turns.acquire(timeout=TURN_WITHIN_SECONDS):
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
        self._turns.release()
        self._leave()

    def _shed(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("PATH_INFO", "").startswith("/api/"):
            problem = {"type": "urn:lotsa:problem:busy", "title": self._sorry, "status": 503}
            kind, body = "application/problem+json", json.dumps(problem, ensure_ascii=False).encode()
        else:
            kind, body = "text/plain; charset=utf-8", f"{self._sorry}\n".encode()
        headers = [("Content-Type", kind), ("Content-Length", str(len(body))), ("Cache-Control", "no-store")]
        start_response("503 Service Unavailable", [*headers, ("Retry-After", str(RETRY_AFTER_SECONDS))])
        return [body]


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
