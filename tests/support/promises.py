"""Promises: where they are marked, where they are listed, and which tests hold them.

A mark stands right before its sentence, or before the name of the document that says it (a consent text's version):
`{# promise: slug #}` in a template, `# promise: slug` on the line above in
Python, `<!-- promise: slug -->` in a document. A row of docs/promises.md lists it. A test that carries
`@pytest.mark.holds("slug")` holds it, if pytest collects it, nothing skips it, and it asserts something.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

from tests.support.holders import Holder
from tools.translations import ROOMS, catalogue_of

ROOT = Path(__file__).resolve().parents[2]
LIST = ROOT / "docs" / "promises.md"
MARKED_PLACES = (
    "shared/**/*.py",
    "services/**/*.py",
    "lotsa/**/*.py",
    "operations/**/*.py",
    "demo/**/*.py",
    "tools/**/*.py",
    "shared/**/*.html",
    "services/**/*.html",
    "services/**/*.txt",
    "*.md",
    "docs/*.md",
)
MARK = re.compile(r"(?:\{#|^[ \t]*#|<!--) promise: ([a-z0-9-]+)(?: #\}| -->|$)", re.MULTILINE)
DOCUMENTS = "services/*/data/consent_texts/*/sv.txt"
# how far below its mark a sentence may begin
NEAR = 900
TO_WHOM = ("carer", "staff", "partner", "operator", "auditor", "everybody")
# what is run by commands of its own, and not by everybody who changes a sentence
APART = ("tests/compose", "tests/chaos", "tests/bench")


@dataclass(frozen=True)
class Promise:
    """A row: what is promised, to whom, in which file, and the tests that are said to hold it (path::name)."""

    slug: str
    sentence: str
    to: str
    where: str
    held_by: tuple[str, ...]


@dataclass(frozen=True)
class Mark:
    """A mark: its slug, the file that it stands in, and the text that follows it there."""

    slug: str
    where: str
    follows: str


def listed(text: str) -> list[Promise]:
    """The rows of docs/promises.md."""
    found = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if re.fullmatch(r"`[a-z0-9-]+`", cells[0]) and len(cells) == 5:
            held = tuple(re.findall(r"`([^`]+)`", cells[4]))
            found.append(Promise(cells[0].strip("`"), cells[1], cells[2], cells[3].strip("`"), held))
    return found


def marks_in(text: str, where: str) -> Iterator[Mark]:
    """Every mark in a file's text."""
    for found in MARK.finditer(text):
        yield Mark(found.group(1), where, text[found.end() : found.end() + NEAR])


def marked() -> list[Mark]:
    """Every mark of the product."""
    files = {file for pattern in MARKED_PLACES for file in ROOT.glob(pattern)} - {LIST}
    return [mark for file in sorted(files) for mark in marks_in(file.read_text(), str(file.relative_to(ROOT)))]


@cache
def spoken() -> tuple[tuple[str, str], ...]:
    """(message id, Swedish text) of all catalogues, each form of a plural by itself."""
    found = []
    for room in ROOMS:
        with catalogue_of(room).open("rb") as source:
            for message in read_po(source, locale="sv"):
                ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
                texts = message.string if isinstance(message.string, tuple | list) else (message.string,)
                found += [(each, str(text)) for each in ids for text in texts if each]
    return tuple(found)


@cache
def documents() -> dict[str, str]:
    """What the consent texts say in Swedish, by version."""
    return {each.parent.name: each.read_text(encoding="utf-8") for each in ROOT.glob(DOCUMENTS)}


def said_after(mark: Mark, sentence: str) -> bool:
    """Whether the sentence follows the mark: as it stands, or as the Swedish of a message that begins there."""
    follows = flat(mark.follows)
    if flat(sentence) in follows:
        return True
    if any(flat(sentence) in flat(text) and flat(key)[:60] in follows for key, text in spoken()):
        return True
    named = re.search(r'"([^"]+)"', mark.follows)
    return named is not None and flat(sentence) in flat(documents().get(named[1], ""))


def flat(text: str) -> str:
    """Without line ends and the joints of a literal in parts; quotes as they are said."""
    joined = re.sub(r'"\s*\n?\s*f?"', "", text)
    return " ".join(joined.replace('\\"', '"').replace("\\'", "'").replace("**", "").split())


def troubles(rows: list[Promise], marks: list[Mark], held: Iterable[Holder]) -> list[str]:
    """A sentence for each thing that is wrong between list, marks and tests."""
    slugs, places = {row.slug for row in rows}, {mark.slug for mark in marks}
    found = [f"{mark.where}: `{mark.slug}` is marked and not listed" for mark in marks if mark.slug not in slugs]
    found += [f"`{row.slug}` is listed twice" for row in {r.slug: r for r in rows}.values() if _count(rows, row) > 1]
    found += [f"{each.name}: holds `{each.slug}`, which is not listed" for each in held if each.slug not in slugs]
    found += [f"{each.name}: {each.trouble}" for each in held if each.trouble]
    for row in rows:
        if row.to not in TO_WHOM:
            found.append(f"`{row.slug}`: to whom? one of {', '.join(TO_WHOM)}")
        if row.slug not in places:
            found.append(f"`{row.slug}` is listed and marked nowhere")
        found += _of(row, [mark for mark in marks if mark.slug == row.slug])
        good = {each.name for each in held if each.slug == row.slug and not each.trouble}
        if not any(not name.startswith(APART) for name in good):
            found.append(f"`{row.slug}` is listed and no test that everybody runs holds it")
        found += [f"`{row.slug}`: {name} does not hold it" for name in row.held_by if name not in good]
        if not row.held_by:
            found.append(f"`{row.slug}` does not say which test holds it")
    return found


def _of(row: Promise, marks: list[Mark]) -> Iterator[str]:
    if marks and row.where not in {mark.where for mark in marks}:
        yield f"`{row.slug}` is not marked in {row.where}"
    for mark in marks:
        if mark.where == row.where and not said_after(mark, row.sentence):
            yield f"{mark.where}: “{row.sentence}” does not follow the mark `{row.slug}`"


def _count(rows: list[Promise], row: Promise) -> int:
    return sum(each.slug == row.slug for each in rows)
