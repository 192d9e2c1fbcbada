"""A page's forms as a browser without a window sees them: found, filled in and sent."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser

from flask.testing import FlaskClient

# what a person types in, as opposed to chooses
WRITTEN = ("text", "email", "tel", "url", "search", "number", "password", "textarea")
CHOSEN = ("radio", "checkbox", "select")


@dataclass
class Field:
    """One field: its attributes, its value as the page has it, and its choices if it has any."""

    name: str
    kind: str
    value: str
    attributes: dict[str, str]
    on: bool = False
    choices: list[str] = field(default_factory=list)


@dataclass
class Form:
    """One form of a page."""

    method: str
    action: str
    fields: list[Field] = field(default_factory=list)

    def names(self) -> set[str]:
        """What its fields are called, those for people."""
        return {each.name for each in self.fields if each.kind not in ("hidden", "submit", "button")}

    def asks(self) -> bool:
        """Whether there is anything to fill in."""
        return any(each.kind in WRITTEN + CHOSEN or each.kind in ("date", "time") for each in self.fields)

    def as_shown(self) -> dict[str, list[str]]:
        """What would be sent if nothing was touched, by the first button."""
        sent: dict[str, list[str]] = {}
        buttons = [each for each in self.fields if each.kind == "submit"]
        for each in self.fields:
            if each.name and (each.kind not in ("submit", "button", "radio", "checkbox") or each.on):
                sent.setdefault(each.name, []).append(each.value)
        for each in buttons[:1]:
            if each.name:
                sent[each.name] = [each.value]
        return sent

    def spoilt(self, text: str = "", choice: int | None = None) -> dict[str, list[str]]:
        """What is hidden as it is; ``text`` in all that is written; nothing chosen, or of each group the same one."""
        sent = {name: values for name, values in self.as_shown().items() if self._is_hidden(name)}
        sent |= {each.name: [text] for each in self.fields if each.kind in (*WRITTEN, "date", "time")}
        if choice is not None:
            sent |= {name: [of[choice % len(of)]] for name, of in self._groups().items()}
        return {name: values for name, values in sent.items() if name}

    def _groups(self) -> dict[str, list[str]]:
        groups: dict[str, list[str]] = {}
        for each in self.fields:
            if each.kind in ("radio", "checkbox", "select"):
                groups.setdefault(each.name, []).extend(each.choices or [each.value])
        return groups

    def _is_hidden(self, name: str) -> bool:
        return any(each.name == name and each.kind in ("hidden", "submit", "button") for each in self.fields)


def forms_in(page: str, path: str = "") -> list[Form]:
    """Every form of a page but the one for signing out; an empty action means ``path``."""
    reader = _Reader(path)
    reader.feed(page)
    return [each for each in reader.forms if each.action != "/directory/logout"]


def fields_in(page: str) -> Iterator[Field]:
    """Every field of a page, in a form or not."""
    reader = _Reader("")
    reader.feed(page)
    yield from reader.fields


class _Reader(HTMLParser):
    def __init__(self, path: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.fields: list[Field] = []
        self._path = path
        self._form: Form | None = None
        self._open: Field | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        match tag:
            case "form":
                self._form = Form(given.get("method", "get").lower(), given.get("action") or self._path)
                self.forms.append(self._form)
            case "input" | "button":
                kind = given.get("type", "text" if tag == "input" else "submit")
                self._add(Field(given.get("name", ""), kind, given.get("value", ""), given, "checked" in given))
            case "textarea" | "select":
                self._open = Field(given.get("name", ""), tag, "", given)
                self._add(self._open)
            case "option" if self._open is not None:
                self._open.choices.append(given.get("value", ""))
                if "selected" in given or len(self._open.choices) == 1:
                    self._open.value = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        if tag in ("textarea", "select"):
            self._open = None

    def handle_data(self, data: str) -> None:
        if self._open is not None and self._open.kind == "textarea":
            self._open.value += data

    def _add(self, made: Field) -> None:
        self.fields.append(made)
        if self._form is not None:
            self._form.fields.append(made)


ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22,27}|(?<=/)[0-9]+(?=/|$)|[0-9]{4}-[0-9]{2}-[0-9]{2}")
LINK = re.compile(r'<a [^>]*href="(/[^"#?]*)')
# what somebody may get wrong in a field: nothing, something that is no answer to it, too much
WAYS = (("", None), ("", 0), ("", 1), ("", 2), ("", -1), ("?", None), ("?", 0), ("å" * 5000, None))


def kind_of(path: str) -> str:
    """An address without what tells one thing from another."""
    return ID.sub("…", path)


def pages_from(client: FlaskClient, service: str, *starts: str) -> Iterator[tuple[str, str]]:
    """One page of each kind that links lead to within a service: its address and what it shows."""
    waiting, seen = deque(starts), set[str]()
    while waiting:
        path = unescape(waiting.popleft())
        if kind_of(path) in seen or not path.startswith(f"/{service}/"):
            continue
        seen.add(kind_of(path))
        answer = client.get(path, follow_redirects=True)
        if answer.status_code == 200 and answer.mimetype == "text/html":
            yield answer.request.path, answer.text
            waiting.extend(LINK.findall(answer.text))


def send_wrongly(client: FlaskClient, path: str, form: Form, text: str, choice: int | None = None) -> str:
    """Send a form with this in every field, and this choice of every group; the page that comes of it."""
    shown = client.get(path, follow_redirects=True)
    alike = [each for each in forms_in(shown.text, shown.request.path) if each.names() == form.names()]
    if not alike:
        return ""  # one of the ways was right, and what the form was about is done
    form = alike[0]
    answer = client.post(form.action, data=form.spoilt(text, choice), follow_redirects=True)
    assert answer.status_code in (200, 422), f"{form.action} answers {answer.status_code}"
    return str(answer.text)


def asks_for_corrections(page: str, where: str) -> bool:
    """Whether a page asks for something to be corrected; if so, it is asserted that nobody can miss it.

    Its title begins with it, the summary has focus without script, and each sentence leads to a field that is there.
    """
    if 'id="error-summary"' not in page:
        assert "<title>Rätta: " not in page, where
        return False
    title = page.partition("<title>")[2].partition("</title>")[0]
    assert title.startswith("Rätta: "), f"{where}: the title is “{title}”"
    summary = next(each for each in re.findall(r"<[^>]+>", page) if 'id="error-summary"' in each)
    assert "autofocus" in summary, f"{where}: {summary}"
    assert 'tabindex="-1"' in summary, f"{where}: {summary}"
    told = page.partition('id="error-summary"')[2].partition("</ul>")[0]
    lines = re.findall(r"<li>(.*?)</li>", told)
    assert lines, where
    assert len(set(lines)) == len(lines), f"{where}: {lines}"
    for target in re.findall(r'href="#([^"]+)"', told):
        assert f'id="{target}"' in page, f"{where}: nothing is called {target}"
    for said in lines:
        plain = unescape(re.sub(r"<[^>]+>", "", said))
        assert not ENGLISH.search(plain), f"{where}: {plain}"
    return True


def got_wrong_in_every_way(client: FlaskClient, path: str, form: Form) -> int:
    """How many of the ways of getting a form wrong ask for corrections; what is called optional never does so empty."""
    asked = 0
    for text, choice in WAYS:
        page = send_wrongly(client, path, form, text, choice)
        where = f"{kind_of(form.action)} with “{text[:9]}” and choice {choice}"
        asked += asks_for_corrections(page, where)
        assert text or not wrongly_called_optional(page), f"{where}: {wrongly_called_optional(page)}"
    return asked


# words that no Swedish sentence of ours has
ENGLISH = re.compile(r"\b(the|is|not|this|must|field|write|choose|give|valid|of|say)\b", re.IGNORECASE)


def forms_that_take_anything(client: FlaskClient, service: str, *starts: str) -> set[str]:
    """Get every form wrong that links lead to; those that never asked for a correction, by what kind they are."""
    never, asked = set[str](), set[str]()
    for path, page in list(pages_from(client, service, *starts)):
        for form in forms_in(page, path):
            kind = kind_of(form.action)
            if form.method != "post" or not form.asks() or kind in asked:
                continue
            if got_wrong_in_every_way(client, path, form):
                asked.add(kind)
            else:
                never.add(kind)
    assert asked, "no form was found to get wrong"
    return never - asked


def unchecked(page: str) -> set[str]:
    """The fields whose text a browser may send away to have its spelling checked, or suggestions made."""
    return {
        each.name
        for each in fields_in(page)
        if each.kind in WRITTEN
        and (
            each.attributes.get("spellcheck") != "false"
            or each.attributes.get("writingsuggestions", "false") != "false"
        )
    }


def wrongly_called_optional(page: str) -> set[str]:
    """The fields that a page says are optional, and tells of having been left empty."""
    told = set(re.findall(r'id="f-([^"]+)-error"', page))
    blank = {each.attributes.get("id", "").removeprefix("f-") for each in fields_in(page) if not each.value.strip()}
    labels = re.findall(r'<label class="ds-label" for="f-([^"]+)">(.*?)</label>', page)
    return {name for name, label in labels if "(frivilligt)" in label and name in told & blank}
