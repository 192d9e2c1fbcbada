"""The proxy of the installation in containers does what its file is meant to say: the real nginx is asked."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support import proxy as proxies
from tests.support.proxy import PROVIDER, Proxy

MANY = 1000
# as in the file, only smaller: what one machine asks in a test must be able to exceed it
SMALL = {
    "rate=100r/s": "rate=30r/m",
    "burst=500 ": "burst=10 ",
    "rate=1000r/s": "rate=30r/m",
    "burst=2000 ": "burst=20 ",
}
FEW = {"limit_conn connections 100;": "limit_conn connections 5;"}
TOKEN = {"Authorization": "Bearer nobody.knows.it"}


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """One with its own limits."""
    with proxies.running(tmp_path_factory.mktemp("proxy"), {}) as made:
        yield made


@pytest.fixture
def strict(tmp_path: Path) -> Iterator[Proxy]:
    """One whose limits are small, and nobody has asked it anything."""
    with proxies.running(tmp_path, {**SMALL, **FEW}) as made:
        made.behind.came.clear()
        yield made


def test_nginx_takes_the_file(proxy: Proxy) -> None:
    """As it is in the image, and without a warning."""
    said = proxies.checked(proxy.folder)
    assert "test is successful" in said
    assert "[warn]" not in said


def test_a_mistake_in_it_would_be_seen(proxy: Proxy, tmp_path: Path) -> None:
    """The check can fail: what once kept the proxy from starting is one said twice."""
    text = (proxy.folder / "nginx.conf").read_text()
    (tmp_path / "nginx.conf").write_text(text.replace("http {", "http { keepalive_timeout 65;", 1))
    assert '"keepalive_timeout" directive is duplicate' in proxies.checked(tmp_path)


@pytest.mark.parametrize(
    "path",
    [
        "/referral/metrics",
        "/directory/health/ready",
        "/audit/%6detrics",
        "//notifications/metrics",
        "/directory/./metrics",
        "/referral/x/../health/live",
    ],
)
def test_health_and_metrics_stay_inside(proxy: Proxy, path: str) -> None:
    """However they are written, nobody behind is asked."""
    before = len(proxy.behind.came)
    assert proxy.ask(path).status == 404
    assert len(proxy.behind.came) == before


def test_who_asks_is_said_by_the_proxy_alone(proxy: Proxy) -> None:
    """What a caller claims of themselves does not come through."""
    claimed = {"X-Forwarded-For": "203.0.113.9", "Forwarded": "for=203.0.113.9", "X-Real-IP": "203.0.113.9"}
    for host in (proxies.HOST, PROVIDER):
        assert proxy.ask("/api/referral/v1/referrals", claimed, host=host).status == 200
        _, came, _ = proxy.behind.came[-1]
        assert came["X-Forwarded-For"] == "127.0.0.1"
        assert came["Host"] == f"{host}:{proxy.port}"
        if host == proxies.HOST:
            assert not {"Forwarded", "X-Real-IP"} & came.keys()


@pytest.mark.parametrize("headers", [{}, TOKEN, {"Authorization": "x"}], ids=["none", "a wrong token", "anything"])
def test_too_often_is_told_as_such(strict: Proxy, headers: dict[str, str]) -> None:
    """Whatever stands in Authorization: 429 and when to come back, in Swedish, and nobody behind is asked any more."""
    answers = [strict.ask("/api/directory/v1/services", headers) for _ in range(60)]
    refused = [each for each in answers if each.status == 429]
    assert refused
    assert len(strict.behind.came) == len(answers) - len(refused)
    said = refused[0].json()
    assert (said["type"], said["status"]) == ("urn:lotsa:problem:too-often", 429)
    pages = [strict.ask("/directory", headers) for _ in range(5)]
    page = next(each for each in pages if each.status == 429)
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "försök igen" in page.data.decode()
    for each in (refused[0], page):
        assert int(each.headers["Retry-After"]) > 0
        assert each.headers["Cache-Control"] == "no-store"
    # and it is so: after that time there is an answer again
    time.sleep(int(page.headers["Retry-After"]))
    assert strict.ask("/directory", headers).status == 200


def test_an_address_is_answered_so_many_at_once(strict: Proxy) -> None:
    """Five in the test; the sixth is told to wait while they are worked for."""
    with ThreadPoolExecutor(6) as pool:
        held = [pool.submit(strict.ask, "/directory/slow") for _ in range(6)]
        codes = sorted(each.result().status for each in held)
    assert codes == [200, 200, 200, 200, 200, 429]


def test_a_large_body_is_heard_by_the_services_and_an_endless_one_is_not(proxy: Proxy) -> None:
    """They refuse what is larger than a megabyte in their own words; beyond sixteen the proxy does."""
    assert proxy.ask("/api/referral/v1/referrals", method="POST", body=b"x" * 3_000_000).status == 200
    assert proxy.behind.came[-1][2] == 3_000_000
    before = len(proxy.behind.came)
    with proxy.line() as line:
        line.sendall(b"POST / HTTP/1.1\r\nHost: lotsa.localhost\r\nContent-Length: 17000000\r\n\r\n")
        assert b" 413 " in line.recv(200)
    assert len(proxy.behind.came) == before


def test_a_thousand_that_drip_keep_nobody_else_out(proxy: Proxy) -> None:
    """Others are answered within a second, and those who never come to a whole head are let go."""
    with ExitStack() as held:
        crowd = [held.enter_context(socket.create_connection(("127.0.0.1", proxy.port), 10)) for _ in range(MANY)]
        for each in crowd:
            each.sendall(b"\x16")
        began = time.monotonic()
        assert proxy.ask("/directory").status == 200
        assert time.monotonic() - began < 1
        time.sleep(12)
        left = 0
        for each in crowd:
            each.setblocking(False)
            try:
                left += bool(each.recv(1))
            except BlockingIOError:
                left += 1
            except ConnectionError:
                pass
        assert left == 0


def test_a_service_that_is_away_is_told_of_in_swedish(tmp_path: Path) -> None:
    """A page for people, a problem for systems, both with when to try again; never nginx's own."""
    with proxies.running(tmp_path, {}, away=True) as made:
        page, problem = made.ask("/directory"), made.ask("/api/audit/v1/log")
        assert (page.status, problem.status) == (503, 503)
        assert page.headers["Content-Type"] == "text/html; charset=utf-8"
        assert "Lotsa svarar inte just nu" in page.data.decode()
        assert problem.json()["status"] == 503
        for each in (page, problem):
            assert int(each.headers["Retry-After"]) > 0
            assert each.headers["Cache-Control"] == "no-store"
            assert b"nginx" not in each.data


def test_nothing_is_written_of_who_asked_for_what(tmp_path: Path) -> None:
    """Not even where an answer is refused or cannot be had: addresses are somebody's."""
    with proxies.running(tmp_path, {**SMALL, **FEW}, away=True) as made:
        for _ in range(40):
            made.ask("/directory/services")
    written = (tmp_path / "log").read_text()
    assert "127.0.0.1" not in written
    assert "/directory" not in written
