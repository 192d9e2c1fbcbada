"""docs/journey.md as it is held to what happens: the steps of a chapter, and what it names besides."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.support.tracing import CHECKOUT, SERVICES, Way

JOURNEY = CHECKOUT / "docs" / "journey.md"
# chapters of which every module that is entered is named, and those that tell only what several have in common
BY_API, BY_PAGE = "Alva sends, by API", "Alva sends, by page"
RELAYED, HEARD = "The relay tells it", "Three services hear"
LISTENERS = {"Notifications": "notifications", "The directory": "directory", "Audit": "audit"}
FOLLOWED = (BY_API, BY_PAGE, RELAYED, HEARD)

# `path/to/file.py` or `path/to/file.py:name`
STEP = re.compile(r"`((?:services|shared|lotsa|operations|demo|tools)/[\w/.]+\.(?:py|html))(?::(\w+))?`")
# a row of the table of what is entered besides: a folder, and files in it
_BESIDES = re.compile(r"^\| `([\w/]+/)` \| (.+) \|$", re.MULTILINE)
_FILE = re.compile(r"`([\w.]+\.py)`")
_HEADING = re.compile(r"^#{2,3} (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Told:
    """What a chapter says: (file, name) in the order of its steps, and the files entered besides."""

    steps: tuple[tuple[str, str], ...]
    besides: tuple[str, ...]


def told_in(page: str, chapter: str) -> Told:
    """A chapter, from its heading to the next. Raises KeyError when the page has none of that name."""
    text = chapters(page)[chapter]
    besides = tuple(folder + file for folder, files in _BESIDES.findall(text) for file in _FILE.findall(files))
    return Told(tuple(STEP.findall(text)), besides)


def chapters(page: str) -> dict[str, str]:
    """Each chapter's text by its heading."""
    parts = _HEADING.split(page)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def untruths(told: Told, way: Way, *, common: Iterable[str] | None = ()) -> list[str]:
    """What the chapter says that is not so, a sentence each.

    ``common``: services' modules that another chapter names for this way too; None when this one names only some.
    """
    found = []
    last, before = -1, ""
    for file, name in told.steps:
        step = f"{file}:{name}" if name else file
        at = way.first(file, name)
        if at is None:
            found.append(f"{step} is a step, and is not entered")
        elif at < last:
            found.append(f"{step} is told after {before}, and is entered before it")
        else:
            last, before = at, step
    steps = {file for file, _ in told.steps}
    found += [f"{file} is named besides, and is not entered" for file in told.besides if way.first(file) is None]
    found += [f"{file} is named besides, and is a step" for file in told.besides if file in steps]
    if common is not None:
        named = {*steps, *told.besides, *common}
        found += [f"{file} is entered, and is not named" for file in way.modules(SERVICES) if file not in named]
    return found


def page() -> str:
    """The document."""
    return Path(JOURNEY).read_text(encoding="utf-8")
