"""The proxy's configuration in compose keeps the promises that the services make about what stands before them."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from lotsa.server.bodies import LONGEST_LISTENING
from lotsa.server.patience import HEAD_WITHIN_SECONDS, MOST_FROM_ONE_ADDRESS
from shared.storage.rates import Allowance
from shared.web.limits import ALLOWED, TOKENS

ROOT = Path(__file__).resolve().parents[3]
Block = list[tuple[list[str], "Block"]]
SAID_MORE_THAN_ONCE = {"proxy_set_header", "add_header", "limit_req_zone", "limit_req", "error_page"}


def parsed(text: str) -> Block:
    """An nginx configuration as directives, each with its words and what stands in its braces.

    Raises AssertionError where braces or semicolons do not fit.
    """
    words = re.findall(r'"[^"]*"|\'[^\']*\'|[{};]|[^\s{};"\']+', re.sub(r"(?m)(^|\s)#.*$", "", text))
    block, left = _block(words, 0, top=True)
    assert left == len(words)
    return block


def _block(words: list[str], at: int, *, top: bool) -> tuple[Block, int]:
    found: Block = []
    said: list[str] = []
    while at < len(words):
        word = words[at]
        at += 1
        if word == ";":
            assert said, "a semicolon that ends nothing"
            found.append((said, []))
            said = []
        elif word == "{":
            inner, at = _block(words, at, top=False)
            found.append((said, inner))
            said = []
        elif word == "}":
            assert not said, f"not ended: {said}"
            assert not top, "a brace that ends nothing"
            return found, at
        else:
            said.append(word)
    assert not said, f"not ended: {said}"
    assert top, "a brace that is not closed"
    return found, at


@pytest.fixture(scope="module")
def everywhere() -> dict[str, list[str]]:
    """The directives that hold for every server: name → the rest."""
    return {words[0]: words[1:] for words, inner in _http() if not inner}


def _http() -> Block:
    found = parsed((ROOT / "deploy/compose/nginx.conf").read_text())
    [inner] = [inner for words, inner in found if words == ["http"]]
    return inner


def _seconds(words: list[str]) -> float:
    assert words[0].endswith("s")
    return float(words[0][:-1])


def test_the_proxy_waits_for_nobody_without_end(everywhere: dict[str, list[str]]) -> None:
    """Heads and bodies have a time, not longer than the services' own."""
    assert 0 < _seconds(everywhere["client_header_timeout"]) <= HEAD_WITHIN_SECONDS
    assert 0 < _seconds(everywhere["client_body_timeout"]) <= HEAD_WITHIN_SECONDS
    assert 0 < _seconds(everywhere["send_timeout"]) <= 60


def test_one_address_has_so_many_connections_and_no_more(everywhere: dict[str, list[str]]) -> None:
    """By an address that no caller can choose, in a zone that is there; told as too many requests."""
    zone, most = everywhere["limit_conn"]
    assert everywhere["limit_conn_zone"] == ["$binary_remote_addr", f"zone={zone}:10m"]
    assert 0 < int(most) <= MOST_FROM_ONE_ADDRESS
    assert everywhere["limit_conn_status"] == everywhere["limit_req_status"] == ["429"]


def test_no_header_lifts_an_address_above_every_limit() -> None:
    """Requests are counted in zones that are there, one of them by the address alone: a made-up token passes none.

    That one lets through what the services let one system send; whoever has no token has less.
    """
    found = [words for words, _ in _http()]
    zones = {words[2].split(":")[0].removeprefix("zone="): words for words in found if words[0] == "limit_req_zone"}
    counted = [words[1].removeprefix("zone=") for words in found if words[0] == "limit_req"]
    assert sorted(counted) == sorted(zones)
    rates = {words[1]: int(words[3].removeprefix("rate=").removesuffix("r/s")) for words in zones.values()}
    tokens = Allowance.parse(ALLOWED[TOKENS])
    assert tokens is not None
    assert rates["$binary_remote_addr"] * tokens.seconds >= tokens.times
    assert max(rates.values()) == rates["$binary_remote_addr"]


def test_its_configuration_is_whole() -> None:
    """Beside an image's own, a directive said twice stops nginx, as `keepalive_timeout` once did."""
    assert "./deploy/compose/nginx.conf:/etc/nginx/nginx.conf:ro" in _composed()["volumes"]

    def doubled(block: Block) -> list[str]:
        said = Counter(words[0] for words, inner in block if not inner and words[0] not in SAID_MORE_THAN_ONCE)
        here = [name for name, count in said.items() if count > 1]
        return here + [each for words, inner in block if words[0] != "map" for each in doubled(inner)]

    assert doubled(parsed((ROOT / "deploy/compose/nginx.conf").read_text())) == []


def test_it_is_waited_for_until_it_answers() -> None:
    """`make compose` ends when all are healthy: a proxy without a check would count as such while it dies."""
    assert "https://lotsa.localhost:8443/" in _composed()["healthcheck"]["test"][1]


def _composed() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    proxy: dict[str, Any] = read["services"]["proxy"]
    return proxy


def test_the_proxy_says_who_asks_and_lets_nobody_else_say_it() -> None:
    """Every place that passes on writes X-Forwarded-For anew; one with headers of its own inherits none."""
    text = (ROOT / "deploy/compose/nginx.conf").read_text()

    def places(block: Block, told: bool) -> list[tuple[str, bool]]:
        own = [words for words, _ in block if words[0] == "proxy_set_header"]
        told = ["proxy_set_header", "X-Forwarded-For", "$remote_addr"] in own if own else told
        here = [(words[1], told) for words, _ in block if words[0] == "proxy_pass"]
        return here + [each for _, inner in block for each in places(inner, told)]

    passed_on = places(parsed(text), told=False)
    assert len(passed_on) >= 3
    assert [where for where, told in passed_on if not told] == []


def test_the_services_refuse_what_is_too_large_in_their_own_words(everywhere: dict[str, list[str]]) -> None:
    """The proxy lets through what they hear out, and lays nothing of it down."""
    assert everywhere["client_max_body_size"] == [f"{LONGEST_LISTENING // 1_000_000}m"]
    assert everywhere["proxy_request_buffering"] == ["off"]
    assert everywhere["proxy_max_temp_file_size"] == ["0"]


@pytest.mark.parametrize("wrong", ["a b", "a { b; ", "a; }", ";", "a { b }"])
def test_the_reading_can_fail(wrong: str) -> None:
    """What nginx would not start with is not read."""
    with pytest.raises(AssertionError):
        parsed(wrong)


def _servers() -> list[Block]:
    return [inner for words, inner in _http() if words == ["server"]]


def test_it_speaks_tls_alone() -> None:
    """Of today's versions, on every port; nothing listens without."""
    assert len(_servers()) == 2
    for server in _servers():
        listens = [words for words, _ in server if words[0] == "listen"]
        assert listens
        assert all("ssl" in words for words in listens)
        assert not [words for words, _ in server if words[0] == "ssl_protocols"]
    assert [words[1:] for words, _ in _http() if words[0] == "ssl_protocols"] == [["TLSv1.2", "TLSv1.3"]]


def test_health_and_metrics_stay_inside() -> None:
    """Before any service is asked, of whichever of the four."""
    places = {" ".join(words): inner for words, inner in _servers()[0] if words[0] == "location"}
    [closed] = [where for where, inner in places.items() if (["return", "404"], []) in inner]
    pattern = re.compile(closed.split(" ", 2)[2])
    for service in ("referral", "directory", "notifications", "audit"):
        assert pattern.search(f"/{service}/metrics")
        assert pattern.search(f"/{service}/health/ready")
    assert not pattern.search("/directory/healthy")
    assert next(iter(places)) == closed, "the first that fits decides"
