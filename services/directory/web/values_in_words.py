"""A form's values in words, so that what somebody wrote can be compared with what a colleague saved meanwhile."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from shared.web.i18n.other_language import joined, with_lang

Options = Sequence[tuple[str, str]]


def in_words(
    values: Mapping[str, Any], choices: Mapping[str, Options] | None = None, boxes: Collection[str] = ()
) -> dict[str, str]:
    """Each value as its reader would say it: names for codes, in the page's order; "yes" or "no" for a single box.

    ``choices``: field → what it offers, as (code, name); a list's values come in that order. ``boxes``: the fields that
    are one box, which is not sent when it is not ticked.
    """
    offered = choices or {}
    told = {name: _said(value, offered.get(name, ())) for name, value in values.items()}
    return told | {name: _("Yes") if values.get(name) in (True, "true") else _("No") for name in boxes}


def _said(value: Any, options: Options) -> str:
    names = dict(options)
    if isinstance(value, (list, tuple, set, frozenset)):
        chosen = {str(each) for each in value}
        known = [name for code, name in options if code in chosen]
        return joined(", ", [*known, *sorted(chosen - names.keys())])
    # lines are sent with both characters, and kept with one
    said = "" if value is None else str(value).replace("\r\n", "\n").strip()
    if said in names:
        return names[said]
    written: str = with_lang(said)
    return written
