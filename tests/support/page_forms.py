"""Forms as a browser reads them off a page: what would be sent if one pressed a button without typing anything."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

_BY_THE_SECOND = re.compile(r'name="csrf_token" value="[^"]*"|data-left="\d+"')


def without_seconds(page: str) -> str:
    """A page but for what goes by the second: each form's token, and how long the session still lasts."""
    return _BY_THE_SECOND.sub("", page)


def shown_again(client: FlaskClient, answer: Any) -> Any:
    """The page that shows a form again which was not carried out: where its answer leads to, as a browser follows it.

    Any other answer stays what it is.
    """
    there = str(answer.headers.get("Location", ""))
    return client.get(there) if answer.status_code == 303 and "?typed=" in there else answer


@dataclass
class PageForm:
    """One form. ``fields``: what stands in it, as it would be sent; ``choices``: what boxes and lists offer."""

    action: str
    method: str
    fields: MultiDict[str, str] = field(default_factory=MultiDict)
    choices: MultiDict[str, str] = field(default_factory=MultiDict)
    kinds: dict[str, str] = field(default_factory=dict)

    def typed(self, **changes: str | list[str]) -> dict[str, list[str]]:
        """What is sent when some fields hold something else than the page shows."""
        sent = {name: self.fields.getlist(name) for name in self.fields}
        for name, value in changes.items():
            sent[name] = [value] if isinstance(value, str) else list(value)
        return sent


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self._form: PageForm | None = None
        self._area: str | None = None
        self._list: str | None = None
        self._option: tuple[str, bool] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A form begins, or a field of it."""
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = PageForm(told.get("action", ""), told.get("method", "get").lower())
            self.forms.append(self._form)
        if self._form is None:
            return
        name = told.get("name", "")
        if tag == "input" and name:
            self._input(self._form, name, told)
        elif tag == "textarea":
            self._area, self._form.kinds[name] = name, "textarea"
            self._form.fields.add(name, "")
        elif tag == "select":
            self._list, self._form.kinds[name] = name, "select"
        elif tag == "option" and self._list:
            self._form.choices.add(self._list, told.get("value", ""))
            if "selected" in told or self._list not in self._form.fields:
                # a list without a choice sends its first
                self._form.fields.setlist(self._list, [told.get("value", "")])

    def _input(self, form: PageForm, name: str, told: dict[str, str]) -> None:
        kind = told.get("type", "text")
        form.kinds[name] = kind
        if kind in ("checkbox", "radio"):
            form.choices.add(name, told.get("value", "on"))
            if "checked" in told:
                form.fields.add(name, told.get("value", "on"))
        elif kind not in ("submit", "button"):
            form.fields.add(name, told.get("value", ""))

    def handle_data(self, data: str) -> None:
        """The words in a field of several lines."""
        if self._form is not None and self._area:
            before = self._form.fields[self._area]
            self._form.fields.setlist(self._area, [before + data])

    def handle_endtag(self, tag: str) -> None:
        """A field or the form ends."""
        if tag == "textarea" and self._form is not None and self._area:
            # the line break right after the tag belongs to the page, and lines are sent with both characters
            words = self._form.fields[self._area].removeprefix("\n").replace("\r\n", "\n").replace("\n", "\r\n")
            self._form.fields.setlist(self._area, [words])
            self._area = None
        elif tag == "select":
            self._list = None
        elif tag == "form":
            self._form = None


def forms_of(page: str) -> list[PageForm]:
    """Every form of a page, in order."""
    reader = _Reader()
    reader.feed(page)
    return reader.forms


def form_of(page: str, action: str) -> PageForm:
    """The form of a page that is sent to an address, without its query."""
    found = [each for each in forms_of(page) if each.method == "post" and each.action.partition("?")[0] == action]
    assert found, f"no form is sent to {action}"
    return found[0]
