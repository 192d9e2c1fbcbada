"""Every marshmallow schema of every service, found in its modules, and ways of getting each of its fields wrong."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import combinations
from typing import Any

from marshmallow import Schema, ValidationError, fields
from werkzeug.datastructures import MultiDict

from shared.settings import SERVICES

ABSENT = object()
UUID = "0190d1f0-0000-7000-8000-000000000000"
LONG = "å" * 12_000
# what people and systems write: some of it is right for one field and wrong for the next
TEXTS = (
    *("", " ", "-", "–", "\u200b", "x", "0", "7", "9999999", "-1", "true", "yes", "no", "sv", "tlh", LONG, "x" * 61),
    *("a b", "<b>", "x\0y", "två\nrader", "2026-03-31", "2026-13-45", "1066-10-14", "08:00", "25:99", "22:00"),
    *("08:00+02:00", "2026-03-31T08:00:00+02:00", "2026-03-31T08:00:00", "1900-01-01T00:00:00Z", UUID, "0180"),
    *("0180-sodermalm", "9999-ingenstans", "070-1740605", "650 12 34", "076-123 45 6", "191212121212", "400505-1233"),
    *("namn@example.se", "namn@", "info@anhörig.se", "https://example.se/", "www.example.se", "javascript:1", "$"),
)
OTHERS: tuple[Any, ...] = (
    *(None, True, 0, 1, -1, 7, 10**30, 1.5, float("inf"), [], {}, ["x"], [None], ["x"] * 500, ["sv", "sv"], [LONG]),
    *([UUID], [{}], [[]], {"x": 1}, {"": ""}),
)
LISTS: tuple[Any, ...] = ([], ["x"], ["sv"], ["", "x"], ["x"] * 500, [LONG], ["-"])


@cache
def schemas_of(service: str) -> tuple[type[Schema], ...]:
    """The schemas that a service's web rooms name, and those nested in them."""
    found: dict[str, type[Schema]] = {}
    for room in (f"services.{service}.web", "shared.web"):
        package = importlib.import_module(room)
        for info in pkgutil.walk_packages(package.__path__, room + "."):
            for thing in _named_in(vars(importlib.import_module(info.name))):
                if isinstance(thing, type) and issubclass(thing, Schema) and thing is not Schema:
                    _note(thing, found)
    return tuple(found[name] for name in sorted(found))


def _named_in(names: Mapping[str, Any]) -> Iterator[Any]:
    """What a module names, and what stands in its tables."""
    for thing in list(names.values()):
        yield thing
        if isinstance(thing, dict):
            yield from thing.values()


def every_schema() -> Iterator[tuple[str, type[Schema]]]:
    """Service and schema, for all that read something in."""
    for service in SERVICES:
        for schema in schemas_of(service):
            # what goes out is never read in
            if not schema.__name__.endswith("Out"):
                yield service, schema


def _note(schema: type[Schema], found: dict[str, type[Schema]]) -> None:
    if f"{schema.__module__}.{schema.__name__}" in found:
        return
    found[f"{schema.__module__}.{schema.__name__}"] = schema
    for field in schema().fields.values():
        while isinstance(field, fields.List):
            field = field.inner
        if isinstance(field, fields.Nested):
            _note(type(field.schema), found)


def is_of_a_page(schema: type[Schema]) -> bool:
    """Whether it reads a page's form, which holds texts and nothing else."""
    return any(base.__name__ == "Form" for base in schema.__mro__)


def errors_of(schema: type[Schema], given: dict[str, Any]) -> dict[Any, Any]:
    """What is wrong with it, as marshmallow tells it; empty when nothing is."""
    try:
        schema().load(MultiDict(given) if is_of_a_page(schema) else dict(given))
    except ValidationError as error:
        return error.messages_dict
    return {}


def mistakes(schema: type[Schema]) -> Iterator[tuple[dict[str, Any], dict[Any, Any]]]:
    """What was given, and what is wrong with it: each field in every way singly, then all fields in pairs.

    A pair takes one value of each sort that its field tells apart, the right ones too: two right values may still
    contradict one another.
    """
    sorts: dict[str, dict[str, Any]] = {name: _sorts(schema, name, field) for name, field in schema().fields.items()}
    right = {name: known[""] for name, known in sorts.items() if "" in known and known[""] is not ABSENT}
    for given in _singly(sorts, right):
        yield given, errors_of(schema, given)
    for one, other in combinations(sorts, 2):
        for first in sorts[one].values():
            for second in sorts[other].values():
                given = _without_absent({**right, one: first, other: second})
                yield given, errors_of(schema, given)
    for strange in ({"nobody_asked": "x"}, {"nobody_asked": "x", "nor_this": "y"}):
        yield strange, errors_of(schema, {**right, **strange})


def _singly(sorts: dict[str, dict[str, Any]], right: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield {}
    yield dict(right)
    for name, known in sorts.items():
        for value in known.values():
            yield _without_absent({name: value})
            yield _without_absent({**right, name: value})


def _sorts(schema: type[Schema], name: str, field: fields.Field[Any]) -> dict[str, Any]:
    """One value of each sort: by what is said of it, "" for a right one."""
    told: dict[str, Any] = {}
    for value in (ABSENT, *_values(schema, field)):
        said = errors_of(schema, _without_absent({name: value})).get(name, "")
        told.setdefault(str(said) if said else "", value)
    # a right value that says something is worth more than nothing
    for value in _values(schema, field):
        if told.get("") in (ABSENT, "", None, [], False) and not errors_of(schema, {name: value}).get(name):
            told[""] = value
    return told


def _values(schema: type[Schema], field: fields.Field[Any]) -> tuple[Any, ...]:
    codes = tuple(_codes(field))
    if is_of_a_page(schema):
        return (
            (*codes, *TEXTS, *LISTS, *([each] for each in codes)) if isinstance(field, fields.List) else codes + TEXTS
        )
    return (*codes, *([each] for each in codes), *TEXTS, *OTHERS)


def _codes(field: fields.Field[Any]) -> Iterator[str]:
    """The alternatives that a field knows of, a few of them."""
    for check in field.validators:
        yield from list(getattr(check, "choices", None) or getattr(check, "_codes", ()))[:3]
    if isinstance(field, fields.Enum):
        yield from [each.value for each in list(field.enum)[:3]]
    if isinstance(field, fields.List):
        yield from _codes(field.inner)


def _without_absent(given: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if value is not ABSENT}
