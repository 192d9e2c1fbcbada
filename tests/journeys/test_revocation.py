"""Whose right has ended sees nothing more in any service: within a second, and within a minute whatever is away.

The product runs as it does on one box, behind a wire to its broker that these tests cut and mend.
"""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace

import pytest
import requests

from tests.bench.referrals import body
from tests.integration.messaging.wire import Wire
from tests.support.cast import ASSIGNMENT
from tests.support.eventually import eventually, never
from tests.support.infrastructure import Infrastructure
from tests.support.running import Running, running_product
from tests.support.tokens import token_of

# a second on a machine with nothing else to do; tests share theirs, so it is measured, printed, and bounded so
SOON_S = 10.0
HEARD_WITHIN_S = 25
CLOCKS_APART_S = 5
LIST, NOTICES, LOG, OWN = "/referral/", "/notifications/", "/audit/", "/directory/assignment"
BOS, ESTERS = (LIST, NOTICES, OWN), (LOG, OWN)


@dataclass
class Trial:
    """The product, and the wire between it and its broker."""

    product: Running
    wire: Wire

    def signed_in(self, who: str, browser: requests.Session | None = None) -> requests.Session:
        """A browser in which somebody of the cast has signed in, anew if it is given."""
        browser = browser or requests.Session()
        browser.trust_env = False
        page = browser.get(f"{self.product.url}/directory/login", timeout=20).text
        self.post(browser, "/directory/login/demo", page, who=who)
        return browser

    def post(self, browser: requests.Session, path: str, page: str, **fields: str) -> requests.Response:
        """Send a form with the token of a page."""
        token = re.findall(r'name="csrf_token" value="([^"]+)"', page)[0]
        answer = browser.post(
            self.product.url + path, data={"csrf_token": token, **fields}, timeout=20, allow_redirects=False
        )
        assert answer.status_code == 303, answer.text
        return answer

    def sign_out(self, browser: requests.Session) -> None:
        """By the button that stands on every page."""
        self.post(browser, "/directory/logout", self.get(browser, OWN).text)

    def get(self, browser: requests.Session, path: str) -> requests.Response:
        """One page, and no further."""
        return browser.get(self.product.url + path, timeout=20, allow_redirects=False)

    def thief_of(self, browser: requests.Session) -> requests.Session:
        """Somebody with a copy of a browser's cookies."""
        thief = requests.Session()
        thief.trust_env = False
        thief.cookies.update(browser.cookies)
        return thief

    def statuses(self, browser: requests.Session, paths: tuple[str, ...]) -> set[int]:
        """What is answered at these pages."""
        return {self.get(browser, path).status_code for path in paths}


@pytest.fixture(scope="module")
def trial(infrastructure: Infrastructure) -> Iterator[Trial]:
    """A product of this room's own; nobody else's broker is touched."""
    with Wire(infrastructure.amqp_url) as wire:
        behind = replace(infrastructure, amqp_url=wire.url)
        with running_product(behind, LOTSA_HEARD_WITHIN=str(HEARD_WITHIN_S)) as product:
            yield Trial(product, wire)


def _measured(what: str, began: float) -> float:
    took = time.monotonic() - began
    sys.stderr.write(f"\n{what}: {took:.2f} s\n")
    return took


def _by_signing_out(trial: Trial, browser: requests.Session, who: str) -> None:
    trial.sign_out(browser)


def _by_signing_in_anew(trial: Trial, browser: requests.Session, who: str) -> None:
    trial.signed_in(who, browser)


def _by_an_administrator(trial: Trial, browser: requests.Session, who: str) -> None:
    answer = trial.product.ask("hanna", "DELETE", f"/api/directory/v1/assignments/{ASSIGNMENT[who]}/sessions")
    assert answer.json()["ended"] >= 1


ENDS: list[Callable[[Trial, requests.Session, str], None]] = [_by_signing_out, _by_signing_in_anew]


@pytest.mark.holds("revocation-holds-everywhere-soon", "signed-out-in-all-browsers")
@pytest.mark.parametrize(
    ("who", "paths", "end"),
    [
        *(("bo", BOS, end) for end in ENDS),
        ("bo", BOS, _by_an_administrator),
        *(("ester", ESTERS, end) for end in ENDS),
    ],
    ids=lambda value: getattr(value, "__name__", "").strip("_") or None,
)
def test_a_copied_cookie_opens_nothing_in_any_service_soon(
    trial: Trial, who: str, paths: tuple[str, ...], end: Callable[[Trial, requests.Session, str], None]
) -> None:
    """The broker is up: sign-out, a new sign-in and an administrator's word hold everywhere, and it is measured."""
    browser = trial.signed_in(who)
    thief = trial.thief_of(browser)
    eventually(lambda: trial.statuses(thief, paths) == {200}, saying="the copy opened pages", within=30)
    end(trial, browser, who)
    began = time.monotonic()
    eventually(lambda: trial.statuses(thief, paths) == {303}, saying="the copy opened nothing", within=SOON_S)
    assert _measured(f"{who}, {end.__name__.strip('_')}: held everywhere after", began) <= SOON_S


def _broker_away(trial: Trial) -> AbstractContextManager[None]:
    @contextmanager
    def away() -> Iterator[None]:
        trial.wire.cut()
        try:
            yield
        finally:
            trial.wire.mend()

    return away()


def _relay_stands_still(trial: Trial) -> AbstractContextManager[None]:
    return _stopped(trial, "relay")


def _bus_stands_still(trial: Trial) -> AbstractContextManager[None]:
    return _stopped(trial, "bus")


@contextmanager
def _stopped(trial: Trial, name: str) -> Iterator[None]:
    pid = trial.product.processes.pid(name)
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@pytest.mark.timeout(240)
@pytest.mark.holds("revocation-holds-everywhere-within-a-minute", "opens-again-by-itself", "sending-goes-on")
@pytest.mark.parametrize("trouble", [_broker_away, _relay_stands_still, _bus_stands_still])
def test_what_cannot_be_heard_closes_contents_and_stops_no_sending(
    trial: Trial, trouble: Callable[[Trial], AbstractContextManager[None]]
) -> None:
    """Signed out meanwhile, a copied cookie sees no contents after the bound; referrals are sent; then all opens."""
    bo, ester = trial.signed_in("bo"), trial.signed_in("ester")
    thief, watcher = trial.thief_of(bo), trial.signed_in("cilla")
    eventually(lambda: trial.statuses(thief, (LIST, NOTICES)) == {200}, saying="all was open", within=30)
    with trouble(trial):
        began = time.monotonic()
        trial.sign_out(bo)
        assert trial.get(thief, OWN).status_code == 303, "the directory knows at once"
        bound = HEARD_WITHIN_S + CLOCKS_APART_S
        eventually(
            lambda: trial.statuses(thief, (LIST, NOTICES)) <= {503, 303} and trial.get(ester, LOG).status_code == 503,
            saying="contents were closed",
            within=bound + SOON_S,
        )
        assert _measured(f"{trouble.__name__.strip('_')}: contents closed after", began) <= bound + SOON_S
        page = trial.get(watcher, LIST)
        assert (page.status_code, page.headers["Retry-After"]) == (503, "10")
        assert trial.product.ask("bo", "GET", "/api/referral/v1/referrals").status_code == 503
        assert [_sends(trial, number).status_code for number in range(3)] == [201] * 3
        assert trial.get(watcher, "/directory/services").status_code == 200
        never(lambda: trial.get(thief, LIST).status_code == 200, saying="contents opened meanwhile", during=2)
        trial.sign_out(trial.signed_in("dani"))
    began = time.monotonic()
    opens = lambda: trial.get(watcher, LIST).status_code == 200 and trial.get(ester, LOG).status_code == 200  # noqa: E731
    eventually(opens, saying="all opened by itself", within=60)
    _measured(f"{trouble.__name__.strip('_')}: open again after", began)
    eventually(lambda: trial.get(thief, LIST).status_code == 303, saying="the end was heard of", within=30)


@pytest.mark.holds("revocation-holds-everywhere-soon")
def test_an_ended_assignments_token_opens_nothing(trial: Trial) -> None:
    """Its last use is before its end is heard, which is soon."""
    token = token_of(trial.product.settings, "cilla")
    asked = {"Authorization": f"Bearer {token}"}

    def asks(path: str) -> int:
        return requests.get(trial.product.url + path, headers=asked, timeout=20).status_code

    paths = ("/api/referral/v1/referrals", "/api/notifications/v1/notices")
    eventually(lambda: {asks(path) for path in paths} == {200}, saying="it opened lists", within=30)
    ended = trial.product.ask("hanna", "DELETE", f"/api/directory/v1/assignments/{ASSIGNMENT['cilla']}")
    assert ended.status_code == 204
    began = time.monotonic()
    eventually(lambda: {asks(path) for path in paths} == {403}, saying="it opened nothing", within=SOON_S)
    _measured("an ended assignment: held everywhere after", began)


def _sends(trial: Trial, number: int) -> requests.Response:
    return trial.product.ask("alva", "POST", "/api/referral/v1/referrals", body(number))
