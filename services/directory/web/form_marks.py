"""What a form showed when its page came: when somebody else was faster, only what was changed is set against theirs.

A form sends all its fields, also those that nobody touched. Each form therefore carries a mark of every value that it
showed. A field that comes back as it was shown says nothing of what its sender wants, and after a conflict it shows
what there is now; else saving again would undo unseen what a colleague did.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict

from services.directory.web.form_changes import as_a_browser_sends
from services.directory.web.forms import Form

MARK = "shown"
# a mark keeps nobody out, and need only tell one's own words from others
_DIGITS = 12


def shown(form: Form, values: Mapping[str, Any]) -> str:
    """The marks of what the form shows, for its hidden field: "name:0123456789ab summary:…"."""
    marks = _marks(form, as_a_browser_sends(values))
    return " ".join(f"{name}:{mark}" for name, mark in marks.items())


def after_conflict(form: Form, written: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """What the form shows when somebody else was faster: what its sender changed, and of the rest what there is now.

    A form without marks (of an earlier release, or a program's) is taken as changed throughout.
    """
    sent = as_a_browser_sends(written)
    before = dict(each.partition(":")[::2] for each in sent.get(MARK, "").split())
    try:
        untouched = {name for name, mark in _marks(form, sent).items() if before.get(name) == mark}
    except ValidationError:
        untouched = set()
    kept = {name: now[name] for name in untouched if name in now}
    return {**written, **kept, MARK: shown(form, now)}


def _marks(form: Form, values: MultiDict[str, str]) -> dict[str, str]:
    """By field. Raises ValidationError of what cannot be stored."""
    trimmed = form.trim(values)
    names = (name for name in form.fields if name != "version")
    return {name: _digest(_meant(form, name, trimmed.get(name))) for name in names}


def _meant(form: Form, name: str, value: Any) -> str:
    """A value as its field reads it, since a form may show an address or a number otherwise than it is kept."""
    if isinstance(value, list):
        return "\n".join(sorted(value))
    try:
        return str(form.fields[name].deserialize(value)) if value else ""
    except ValidationError:
        return str(value)


def _digest(meant: str) -> str:
    return hashlib.sha256(meant.encode(errors="replace")).hexdigest()[:_DIGITS]
