"""Somebody of the cast with a browser profile of their own on disk, and a record of all that passed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Error, Page, Request, Response

from tests.support.browser import FLAGS, LONGEST_WAIT_MS, chromium

LOOK_EVERYWHERE = """async () => {
    const found = {cookies: document.cookie, local: {...localStorage}, session: {...sessionStorage}, caches: []};
    for (const name of await caches.keys())
        for (const asked of await (await caches.open(name)).keys()) found.caches.push(asked.url);
    found.databases = await indexedDB.databases();
    found.workers = (await navigator.serviceWorker.getRegistrations()).length;
    return JSON.stringify(found);
}"""


@dataclass(frozen=True)
class Seen:
    """One answer that a browser or a system got."""

    who: str
    method: str
    path: str
    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def place(self) -> str:
        """Where it was, for a message."""
        return f"{self.who}: {self.method} {self.path} → {self.status}"


class Visitor:
    """One person's browser. ``seen``: every page; ``addresses``: every URL and Referer that left it."""

    def __init__(self, who: str, context: BrowserContext) -> None:
        self.who = who
        self.context = context
        self.page: Page = context.pages[0] if context.pages else context.new_page()
        self.seen: list[Seen] = []
        self.addresses: list[str] = []
        self._unread: list[Response] = []
        context.on("request", self._note_request)
        context.on("response", self._note_response)

    def sign_in(self) -> None:
        """As the demonstration lets anybody."""
        self.go("/directory/login")
        with self.page.expect_navigation():
            self.page.click(f'button[name="who"][value="{self.who}"]')
        self.read()

    def go(self, path: str) -> int:
        """Open a page; its status."""
        answer = self.page.goto(path)
        self.read()
        return answer.status if answer else 0

    def fill(self, fields: Mapping[str, str]) -> None:
        """Fill in texts and choose in lists, by the fields' names."""
        for name, value in fields.items():
            place = self.page.locator(f'main [name="{name}"]').first
            place.evaluate("e => { const d = e.closest('details'); if (d) d.open = true; }")
            if place.evaluate("e => e.tagName") == "SELECT":
                place.select_option(value)
            else:
                place.fill(value)

    def choose(self, *choices: tuple[str, str]) -> None:
        """Tick boxes and radios, by name and value."""
        for name, value in choices:
            place = self.page.locator(f'main input[name="{name}"][value="{value}"]')
            place.evaluate("e => { const d = e.closest('details'); if (d) d.open = true; }")
            place.check()

    def send(self, button: str = 'main form button[type="submit"]') -> None:
        """Send the page's form, and read the answer."""
        with self.page.expect_navigation():
            self.page.locator(button).first.click()
        self.read()

    def read(self) -> None:
        """Keep every answer that has come since the last time."""
        self.page.wait_for_load_state("load")
        unread, self._unread = self._unread, []
        for response in unread:
            try:
                body = response.body()
            except Error:
                body = b""  # a redirect has none
            path = urlsplit(response.url).path
            headers = response.headers
            self.seen.append(Seen(self.who, response.request.method, path, response.status, headers, body))

    def kept_by_the_browser(self) -> str:
        """Cookies, local and session storage, caches, databases, service workers."""
        return str(self.page.evaluate(LOOK_EVERYWHERE)) + str(self.context.storage_state())

    def _note_request(self, request: Request) -> None:
        self.addresses += [request.url, request.headers.get("referer", "")]

    def _note_response(self, response: Response) -> None:
        if response.request.resource_type == "document":
            self._unread.append(response)


@contextmanager
def visitor(browser: Browser, who: str, base_url: str, profile: Path) -> Iterator[Visitor]:
    """A browser with its profile in a folder, as on somebody's desk; the folder is there afterwards to look into."""
    context = browser.browser_type.launch_persistent_context(
        profile, executable_path=chromium(), args=FLAGS, base_url=base_url, locale="sv-SE", reduced_motion="reduce"
    )
    context.set_default_timeout(LONGEST_WAIT_MS)
    try:
        yield Visitor(who, context)
    finally:
        context.close()
