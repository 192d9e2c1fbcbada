"""Somebody who signs in at a provider without a browser: follows redirects, reads forms, fills them in."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import urljoin

import requests


class _Forms(HTMLParser):
    """Collects a page's forms: address, method, and the fields they would send."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, object]] = []
        self._fields: dict[str, str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._fields = {}
            form = {"action": given.get("action", ""), "method": given.get("method", "get"), "fields": self._fields}
            self.forms.append(form)
        elif tag in ("input", "button") and self._fields is not None and given.get("name"):
            if given.get("type") in ("checkbox", "radio") and "checked" not in given:
                return
            self._fields.setdefault(given["name"], given.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._fields = None


def send_form(session: requests.Session, page: requests.Response, **filled: str) -> requests.Response:
    """Fill in and send the page's form that has all these fields; an answer named None presses no button of its own."""
    parser = _Forms()
    parser.feed(page.text)
    for form in parser.forms:
        fields = form["fields"]
        assert isinstance(fields, dict)
        if set(filled) <= set(fields):
            address = urljoin(page.url, str(form["action"]))
            if str(form["method"]).lower() == "get":
                return session.get(address, params={**fields, **filled}, timeout=10)
            return session.post(address, data={**fields, **filled}, timeout=10)
    raise AssertionError(f"no form with {sorted(filled)} at {page.url}: {parser.forms}")
