"""What is too large is refused in the product's own words, whole or in chunks, and heard out so that they are read."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from flask import Blueprint, Flask
from playwright.sync_api import expect

from lotsa.server import bodies
from shared.web.app import LARGEST_BODY, make_app
from tests.support.browser import axe_clean, fits, running_browser, visiting
from tests.support.serving import serving
from tests.support.web_gallery import StaffInMemory, settings_in

TITLE = "Det som skickades är för stort"
FORM = (
    '<!doctype html><html lang="sv"><title>Form</title><form method="post" action="/directory/told">'
    '<textarea name="why" aria-label="Why"></textarea><button>Send</button></form>'
)


@pytest.fixture
def ran() -> list[str]:
    """Which views ran."""
    return []


def hear(name: str, ran: list[str]) -> str:
    """A view that looks at no content at all."""
    ran.append(name)
    return ""


@pytest.fixture
def address(tmp_path: Path, ran: list[str]) -> Iterator[str]:
    """One service behind the product's server: two views that look at no content at all, and a form."""
    pages = Blueprint("told", __name__)
    for name, path in (("page", "/directory/told"), ("api", "/api/directory/told")):
        pages.add_url_rule(path, name, partial(hear, name, ran), methods=["POST"])
    pages.add_url_rule("/directory/form", view_func=lambda: FORM, endpoint="form")
    app: Flask = make_app(
        "directory", __name__, settings=settings_in(tmp_path), staff=StaffInMemory(), blueprints=[pages]
    )
    app.config["WTF_CSRF_ENABLED"] = False
    with serving(app) as served:
        yield served


def in_chunks(size: int) -> Iterator[bytes]:
    """So many bytes whose number is not told beforehand."""
    for _ in range(size // 10_000):
        yield b"x" * 10_000


def test_a_person_is_told_on_a_page_in_swedish(address: str, ran: list[str]) -> None:
    """In a browser that has a form of some megabytes to send: it is not left with a broken connection."""
    with running_browser() as browser, visiting(browser, address) as context:
        page = context.new_page()
        page.goto("/directory/form")
        page.get_by_label("Why").evaluate("(field, size) => { field.value = 'x'.repeat(size) }", 5 * LARGEST_BODY)
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
        expect(page.get_by_text("Inget sparades.")).to_be_visible()
        axe_clean(page)
        fits(page)
    assert ran == []


@pytest.mark.parametrize("size", [LARGEST_BODY + 10_000, 5 * LARGEST_BODY])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_system_is_told_with_a_problem(address: str, ran: list[str], size: int, chunked: bool) -> None:
    """413 and a slug, whether the size was told beforehand or not; no view has run."""
    data = in_chunks(size) if chunked else b"x" * size
    answer = requests.post(f"{address}/api/directory/told", data=data, timeout=20)
    assert answer.status_code == 413
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:lotsa:problem:http-413"
    assert ran == []


def test_the_largest_body_there_may_be_is_let_through(address: str, ran: list[str]) -> None:
    """One byte more is not."""
    for size, status in ((LARGEST_BODY, 200), (LARGEST_BODY + 1, 413)):
        answer = requests.post(f"{address}/api/directory/told", data=b"x" * size, timeout=20)
        assert answer.status_code == status
    assert ran == ["api"]


def told(address: str, *parts: bytes) -> bytes:
    """All that the server answers on one connection until it closes it."""
    where = urlsplit(address)
    with socket.create_connection((str(where.hostname), where.port or 0), timeout=10) as connection:
        for part in parts:
            connection.sendall(part)
        return b"".join(iter(lambda: connection.recv(65_536), b""))


def head(*lines: str) -> bytes:
    """The head of a request from a system."""
    return "\r\n".join(("POST /api/directory/told HTTP/1.1", "Host: 127.0.0.1", *lines, "", "")).encode()


@pytest.mark.parametrize(
    "lines",
    [
        (f"Content-Length: {bodies.LONGEST_LISTENING}",),
        (f"Content-Length: {LARGEST_BODY + 1}", "Expect: 100-continue"),
    ],
    ids=["far too large", "asks before it sends"],
)
def test_some_are_answered_before_they_send(address: str, lines: tuple[str, ...]) -> None:
    """At once, with one answer, and the connection is closed."""
    said = told(address, head(*lines))
    assert re.findall(rb"HTTP/1.1 (\d+)", said) == [b"413"]
    assert b"application/problem+json" in said


def test_nobody_is_listened_to_for_ever(address: str, ran: list[str]) -> None:
    """A line between two chunks that never ends: 413, and what follows is not taken for a request."""
    said = told(address, head("Transfer-Encoding: chunked"), b"1;" + b"x" * bodies.LONGEST_CHUNK_LINE)
    assert re.findall(rb"HTTP/1.1 (\d+)", said) == [b"413"]
    assert ran == []


def test_a_body_that_is_too_large_is_not_held() -> None:
    """Its size is known, its content is gone."""
    body = bodies.Body()
    body.append(b"x" * LARGEST_BODY)
    assert len(body.getfile().read()) == LARGEST_BODY
    body.append(b"x")
    assert len(body) == LARGEST_BODY + 1
    assert body.getfile().read() == b""
