"""The limit on requests in flight: who is let in, who is turned away, and that turns are given back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from lotsa.server.in_flight import RETRY_AFTER_SECONDS, InFlightLimit, Turns
from tests.support.eventually import eventually

Answer = tuple[str, dict[str, str], bytes]


def _ask(app: Callable[..., Iterable[bytes]], path: str = "/referral/") -> Answer:
    seen: dict[str, Any] = {}

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> Callable[..., None]:
        seen.update(status=status, headers=dict(headers))
        return lambda _: None

    body = app({"PATH_INFO": path}, start_response)
    try:
        text = b"".join(body)
    finally:
        close = getattr(body, "close", None)
        if close:
            close()
    return seen["status"], seen["headers"], text


class _Slow:
    """An application that answers when it is told to."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.inside = 0
        self.most = 0
        self._lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        with self._lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
        self.go_on.wait(10)
        with self._lock:
            self.inside -= 1
        start_response("200 OK", [])
        return [b"ok"]


@pytest.fixture
def slow() -> Iterable[_Slow]:
    """A slow application, released at the end whatever happens."""
    app = _Slow()
    yield app
    app.go_on.set()


def _limit(app: Any, *, limit: int, at_once: int) -> Any:
    return InFlightLimit(app, limit=limit, at_once=at_once, sorry="Försök igen.")


def _callers(app: Any, count: int) -> tuple[list[threading.Thread], list[Answer]]:
    answers: list[Answer] = []
    threads = [threading.Thread(target=lambda: answers.append(_ask(app))) for _ in range(count)]
    for thread in threads:
        thread.start()
    return threads, answers


@pytest.mark.holds("too-many-are-told-at-once")
def test_whoever_is_too_many_is_told_when_to_come_back(slow: _Slow) -> None:
    """With two in flight of two, the third gets 503 with Retry-After, and as an API a problem."""
    app = _limit(slow, limit=2, at_once=2)
    threads, answers = _callers(app, 2)
    eventually(lambda: slow.inside == 2, saying="both requests are being worked on")
    status, headers, body = _ask(app, "/api/referral/v1/referrals")
    assert status.startswith("503")
    assert headers["Retry-After"] == str(RETRY_AFTER_SECONDS)
    assert headers["Content-Type"] == "application/problem+json"
    assert "urn:lotsa:problem:busy" in body.decode()
    slow.go_on.set()
    for thread in threads:
        thread.join(10)
    assert [answer[0] for answer in answers] == ["200 OK"] * 2


def test_a_page_is_turned_away_in_plain_words(slow: _Slow) -> None:
    """Somebody in a browser reads a sentence."""
    app = _limit(slow, limit=1, at_once=1)
    threads, _ = _callers(app, 1)
    eventually(lambda: slow.inside == 1, saying="the first request is being worked on")
    status, headers, body = _ask(app)
    assert (status[:3], headers["Content-Type"]) == ("503", "text/plain; charset=utf-8")
    assert body.decode() == "Försök igen.\n"
    slow.go_on.set()
    threads[0].join(10)


def test_no_more_are_worked_on_at_once_than_said(slow: _Slow) -> None:
    """Of six in flight two are worked on; the others wait their turn and get it."""
    app = _limit(slow, limit=6, at_once=2)
    threads, answers = _callers(app, 6)
    eventually(lambda: slow.inside == 2, saying="two requests are being worked on")
    slow.go_on.set()
    for thread in threads:
        thread.join(10)
    assert [answer[0] for answer in answers] == ["200 OK"] * 6
    assert slow.most == 2


def test_a_probe_is_answered_however_busy_it_is(slow: _Slow) -> None:
    """A busy process must not be taken for a dead one."""

    def either(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"].endswith("/health/live"):
            start_response("200 OK", [])
            return [b"live"]
        return slow(environ, start_response)

    app = _limit(either, limit=1, at_once=1)
    threads, _ = _callers(app, 1)
    eventually(lambda: slow.inside == 1, saying="the only turn is taken")
    assert _ask(app, "/referral/health/live")[0] == "200 OK"
    assert _ask(app, "/referral/anything/health/live")[0].startswith("503"), "only the probes themselves are let past"
    slow.go_on.set()
    threads[0].join(10)


def test_a_turn_is_given_back_when_the_application_breaks() -> None:
    """Errors, before the answer or in it, do not eat up the turns."""

    def breaks(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/at-once":
            raise RuntimeError
        start_response("200 OK", [])
        return _broken_body()

    app = _limit(breaks, limit=1, at_once=1)
    for _ in range(3):
        for path in ("/at-once", "/later"):
            with pytest.raises(RuntimeError):
                _ask(app, path)


def _broken_body() -> Iterable[bytes]:
    yield b"some"
    raise RuntimeError


def test_turns_are_taken_in_the_order_of_asking() -> None:
    """Nobody who comes later goes before somebody who waits, also not the one who has just been."""
    turns, order = Turns(1), []
    assert turns.take(0)

    def wait(name: int) -> None:
        assert turns.take(10)
        order.append(name)
        turns.give_back()

    threads = []
    for name in range(5):
        threads.append(threading.Thread(target=wait, args=[name]))
        threads[-1].start()
        eventually(lambda: len(turns._waiting) == len(threads), saying="the caller to stand in line")
    turns.give_back()
    assert turns.take(10)
    order.append(5)
    for thread in threads:
        thread.join(10)
    assert order == [0, 1, 2, 3, 4, 5]


def test_whoever_waited_in_vain_leaves_the_line() -> None:
    """The turn that comes later is the next one's, and is not lost on somebody who has gone."""
    turns = Turns(1)
    assert turns.take(0)
    assert not turns.take(0.01)
    turns.give_back()
    assert turns.take(0)
    assert not turns.take(0.01)


@pytest.mark.holds("too-many-are-told-at-once")
def test_nobody_who_is_turned_away_comes_as_far_as_the_application(slow: _Slow) -> None:
    """However many they are."""
    app = _limit(slow, limit=1, at_once=1)
    threads, _ = _callers(app, 1)
    eventually(lambda: slow.inside == 1, saying="the first request is being worked on")
    assert {_ask(app, "/api/referral/v1/referrals")[0][:3] for _ in range(50)} == {"503"}
    assert slow.most == 1
    slow.go_on.set()
    threads[0].join(10)
