"""Marshmallow's sentences in the reader's language. Own sentences are catalogue keys; the library's are listed here.

They are translated one by one, at the door, and only then put together: two sentences in one are in no catalogue.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from flask_babel import gettext as _

PATTERNS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = tuple(
    (re.compile(pattern), say)
    for pattern, say in (
        (r"Missing data for required field\.", lambda _m: _("This must be filled in.")),
        (r"Field may not be null\.", lambda _m: _("This must be filled in.")),
        (r"Unknown field\.", lambda _m: _("This field is not part of the form.")),
        (r"Not a valid (?:utf-8 )?string\.", lambda _m: _("Write this as text.")),
        (r"Not a valid (?:integer|number)\.", lambda _m: _("Write this as a number.")),
        (r"Not a valid boolean\.", lambda _m: _("Answer yes or no.")),
        (r"Not a valid UUID\.", lambda _m: _("This is not a valid identifier.")),
        (r"Not a valid date\.", lambda _m: _("Write the date as year-month-day, for example 2026-03-31.")),
        (r"Not a valid (?:datetime|time)\.", lambda _m: _("This is not a valid time.")),
        (
            r"Not a valid aware datetime\.",
            lambda _m: _("Write the time with its time zone, for example 2026-03-31T08:00:00+02:00."),
        ),
        (r"Number too large\.", lambda _m: _("This number is too large.")),
        (r"Not a valid (?:list|mapping type)\.", lambda _m: _("This has the wrong form.")),
        (r"Invalid (?:type|input type|input)\.", lambda _m: _("This has the wrong form.")),
        (r"Not a valid email address\.", lambda _m: _("Write an e-mail address, for example namn@example.se.")),
        (r"Not a valid URL\.", lambda _m: _("Write a web address that begins with https://.")),
        (r"Must be one of: .*\.", lambda _m: _("Choose one of the alternatives.")),
        (r"One or more of the choices you made was not in: .*\.", lambda _m: _("Choose among the alternatives.")),
        (r"String does not match expected pattern\.", lambda _m: _("This has the wrong form.")),
        (
            r"Longer than maximum length (\d+)\.",
            lambda m: _("Write at most %(number)s characters.", number=m[1]),
        ),
        (
            r"Shorter than minimum length (\d+)\.",
            lambda m: _("This must be filled in.") if m[1] == "1" else _("This is too short."),
        ),
        (
            r"Length must be between (\d+) and (\d+)\.",
            lambda m: _("Write between %(least)s and %(most)s characters.", least=m[1], most=m[2]),
        ),
        (
            r"Must be greater than or equal to (\d{4}-\d\d-\d\d)\b.* and less than or equal to (\d{4}-\d\d-\d\d)\b.*\.",
            lambda m: _("Give a date from %(first)s to %(last)s.", first=m[1], last=m[2]),
        ),
        (
            r"Must be greater than or equal to (\S+) and less than or equal to (\S+)\.",
            lambda m: _("Give a number from %(least)s to %(most)s.", least=m[1], most=m[2]),
        ),
        (
            r"Must be greater than or equal to (\S+)\.",
            lambda m: _("Give a number that is at least %(least)s.", least=m[1]),
        ),
        (
            r"Must be less than or equal to (\S+)\.",
            lambda m: _("Give a number that is at most %(most)s.", most=m[1]),
        ),
    )
)


def sentence(message: str) -> str:
    """One validation message in the reader's language."""
    for pattern, say in PATTERNS:
        found = pattern.fullmatch(message)
        if found:
            return str(say(found))
    return str(_(message))


def sentences(said: object) -> tuple[str, ...]:
    """What is said of one field, message by message in the reader's language, each once.

    ``said`` is one message or several. Where something is missing, what else was found wrong with the nothing that is
    there is left out: it would tell of rules to somebody who has not begun.
    """
    each = dict.fromkeys(map(sentence, _plainly(said)))
    missing = str(_("This must be filled in."))
    return (missing,) if missing in each else tuple(each)


def messages(errors: object) -> dict[str, str]:
    """Marshmallow's ``ValidationError.messages`` (or a Refusal's ``fields``) as field name → sentences, for the macros.

    Nested fields get dotted names: ``{"carer": {"name": [...]}}`` and ``{"/carer/name": ...}`` become ``carer.name``.
    What is wrong with one value of a list is said of the list, which is what a page has a field for. A field of which
    several things are true has them one after the other, each translated by itself and said once.
    """
    found: dict[str, list[str]] = {}
    for where, said in _flat(errors, ""):
        steps = [step for step in where.split("/") if step and not step.isdecimal()]
        found.setdefault(".".join(steps), []).extend(_plainly(said))
    return {name: " ".join(sentences(said)) for name, said in found.items()}


def _flat(errors: object, prefix: str) -> Iterator[tuple[str, object]]:
    if isinstance(errors, Mapping):
        for name, inner in errors.items():
            yield from _flat(inner, prefix if name == "_schema" else f"{prefix}/{str(name).lstrip('/')}")
    else:
        yield prefix, errors


def _plainly(said: object) -> list[str]:
    return [str(each) for each in said] if isinstance(said, list | tuple) else [str(said)]
