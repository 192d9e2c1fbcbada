"""docs/asvs.md judges every requirement of ASVS 5.0's levels 1 and 2 once, and each test that it names is there."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| (V\d+\.\d+\.\d+) \| ([12]) \| (met|not applicable|not met) \| (.*) \| ([^|]*) \|$", re.MULTILINE)
NAMED = re.compile(r"`(tests/[\w/.]+)::(\w+)`")
# how many requirements each section has at each level: the standard's own numbers, section by section
REQUIREMENTS = (ROOT / "tests/architecture/asvs-5.0.txt").read_text().split()


def rows() -> list[tuple[str, str, str, str, str]]:
    """Number, level, judgement, what it rests on, tests."""
    return ROW.findall((ROOT / "docs/asvs.md").read_text())


def test_every_requirement_is_judged_once() -> None:
    """By the standard's numbers and levels."""
    judged = [f"{number}/{level}" for number, level, *_ in rows()]
    assert [each for each, times in Counter(judged).items() if times > 1] == []
    assert sorted(judged) == sorted(REQUIREMENTS)


def test_every_test_that_is_named_is_there_and_is_run() -> None:
    """In its file, and not marked to be skipped."""
    seen = 0
    for number, _, judgement, _, tests in rows():
        for file, name in NAMED.findall(tests):
            source = (ROOT / file).read_text()
            found = re.search(rf"((?:^@.*\n|^[ )\]}}].*\n)*)^def {name}\(", source, re.MULTILINE)
            assert found, f"{number}: {file}::{name}"
            assert "skip" not in found[1], f"{number}: {file}::{name}"
            assert not re.search(r"^pytestmark = .*skip", source, re.MULTILINE), file
            seen += 1
        assert judgement == "met" or not tests.strip(), number
    assert seen > 150


def test_nothing_is_judged_without_a_word() -> None:
    """Each says what it rests on; a requirement is not applicable for a reason."""
    assert [number for number, _, _, why, _ in rows() if len(why) < 8] == []


def has_a_test(row: tuple[str, str, str, str, str]) -> bool:
    """Whether it names a test, which is there by the test above."""
    return bool(NAMED.findall(row[4]))


def test_most_of_what_applies_has_a_test() -> None:
    """At least 85 of a hundred; of level 1 everything is met, and has one."""
    applies = [row for row in rows() if row[2] != "not applicable"]
    assert sum(map(has_a_test, applies)) / len(applies) >= 0.85
    of_level_1 = [row for row in applies if row[1] == "1"]
    assert len(of_level_1) >= 50
    assert [number for number, _, judgement, *_ in of_level_1 if judgement != "met"] == []
    assert [row[0] for row in of_level_1 if not has_a_test(row)] == []


def test_what_stands_for_a_test_is_one() -> None:
    """No words in its place, which nobody would count; and what is said beside it names tests that there are."""
    for number, _, _, why, tests in rows():
        assert NAMED.sub("", tests).strip(" ,") == "", number
        for file, name in NAMED.findall(why):
            assert f"def {name}(" in (ROOT / file).read_text(), f"{number}: {file}::{name}"


def test_the_page_says_how_many_there_are() -> None:
    """Its table at the top, cell by cell."""
    judged = rows()
    columns = [[row for row in judged if row[1] in levels] for levels in ("1", "2", "12")]
    table = {
        "Requirements": [str(len(each)) for each in columns],
        **{
            judgement.capitalize(): [str(sum(row[2] == judgement for row in each)) for each in columns]
            for judgement in ("not applicable", "met", "not met")
        },
    }
    applies = [[row for row in each if row[2] != "not applicable"] for each in columns]
    with_test = [f"{sum(map(has_a_test, each))} of {len(each)}" for each in applies]
    with_test[2] += f" ({sum(map(has_a_test, applies[2])) / len(applies[2]):.0%})".replace("%", " %")
    table["Of those that apply, with a test"] = with_test
    page = (ROOT / "docs/asvs.md").read_text().split("\n## ")[0]
    for title, cells in table.items():
        assert f"| {title} | {' | '.join(cells)} |\n" in page, title


def test_every_package_is_locked_with_its_hash() -> None:
    """The inventory of what others have made: a version and hashes for each, from no other place than the index."""
    for file in sorted((ROOT / "requirements").glob("*.txt")):
        packages = re.split(r"\n(?=\S)", file.read_text().strip())
        assert len(packages) > 10
        for package in packages:
            assert re.match(r"[\w.\[\],-]+==\S+ ", package), (file.name, package[:80])
            assert "--hash=sha256:" in package, (file.name, package[:80])
        assert "://" not in file.read_text()
