"""A browser without a window that walks over the pages of all four services, and gets their forms wrong."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from werkzeug.test import Client, TestResponse

from tests.support.directory_city import token_in
from tests.support.forms import Form, forms_in, kind_of

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

LINK = re.compile(r'<a [^>]*href="(/[^"#]*)')
CHOSEN = re.compile(r"\b(cursor|lang|typed|next|group|area|form|q|saved|begun)=[^&]*&?")
# what may be got wrong, one of a kind: nothing, no answer to the question, too much, and the first and last choices
WAYS = (("", None), ("?", 0), ("å" * 5000, -1))


class Walker:
    """Somebody, or nobody, who asks for pages in one language.

    ``kinds``: how many addresses of each kind have been opened, and forms sent.
    """

    def __init__(self, app: WSGIApplication, language: str) -> None:
        self._client = Client(app)
        self._language = language
        self.kinds = Counter[str]()

    def get(self, path: str) -> TestResponse:
        """Open a page, and whatever it leads on to."""
        return self._ask(path, "GET")

    def post(self, path: str, fields: Mapping[str, object]) -> TestResponse:
        """Send a form, and open what comes of it."""
        return self._ask(path, "POST", fields)

    def sign_in(self, who: str) -> None:
        """As the demonstration lets anybody."""
        token = token_in(self.get("/directory/login").text)
        answer = self.post("/directory/login/demo", {"csrf_token": token, "who": who})
        assert answer.status_code == 200, answer.status

    def pages(self, *starts: str, each: int = 3) -> Iterator[TestResponse]:
        """Every page that links lead to from these, in the one language: of a kind, at most so many."""
        waiting, seen = deque(starts), set[str]()
        while waiting:
            path = unescape(waiting.popleft())
            kind = self.kind(path)
            if path in seen or self.kinds[kind] >= each:
                continue
            seen.add(path)
            self.kinds[kind] += 1
            answer = self.get(path)
            if answer.mimetype == "text/html":
                yield answer
                # a link that shows the same in another language leads nowhere else
                waiting.extend(link for link in LINK.findall(answer.text) if "lang=" not in link)

    def got_wrong(self, page: TestResponse) -> Iterator[TestResponse]:
        """What comes of each form of a page that asks for something, got wrong in each way."""
        path = page.request.path
        for number, form in enumerate(forms_in(page.text, path)):
            kind = f"{number} {kind_of(form.action)}"
            if not form.asks() or self.kinds[kind]:
                continue
            self.kinds[kind] += 1
            for text, choice in WAYS:
                shown = self._again(path, form)
                if shown is not None:
                    yield self.send(shown, shown.spoilt(text, choice))

    def pressed(self, page: TestResponse) -> Iterator[TestResponse]:
        """What comes of each form of a page, sent as it stands, and of a second click."""
        path = page.request.path
        for number, form in enumerate(forms_in(page.text, path)):
            kind = f"{number} {kind_of(form.action)} as it stands"
            shown = self._again(path, form) if form.method == "post" and not self.kinds[kind] else None
            if shown is not None:
                self.kinds[kind] += 1
                for _click in range(2):
                    yield self.send(shown, shown.as_shown())

    def send(self, form: Form, fields: Mapping[str, list[str]]) -> TestResponse:
        """Send a form of either method."""
        if form.method == "post":
            return self.post(form.action, fields)
        return self.get(f"{form.action.partition('?')[0]}?{urlencode(fields, doseq=True)}")

    @staticmethod
    def kind(path: str) -> str:
        """An address without what tells one thing from another."""
        return kind_of(CHOSEN.sub("", path)).rstrip("?&")

    def _again(self, path: str, form: Form) -> Form | None:
        """The same form as its page has it now, with the version and the token of now."""
        shown = self.get(path)
        alike = [
            each
            for each in forms_in(shown.text, shown.request.path)
            if each.names() == form.names() and kind_of(each.action) == kind_of(form.action)
        ]
        return alike[0] if alike else None

    def _ask(self, path: str, method: str, fields: Mapping[str, object] | None = None) -> TestResponse:
        return self._client.open(
            path,
            method=method,
            data=fields,
            headers={"Accept-Language": self._language},
            environ_overrides={"REMOTE_ADDR": "127.0.0.1"},
            follow_redirects=True,
        )
