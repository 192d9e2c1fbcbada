"""Names are the field's, and modules are things or acts: what docs/naming.md gives up does not come back."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from operations.checkout import CHECKOUT
from tests.support.rooms import PRODUCT
from tools.syntax import tree_of

PAGE = (CHECKOUT / "docs/naming.md").read_text(encoding="utf-8")
NOT_YET = tomllib.loads(Path(__file__).with_name("not_yet_renamed.toml").read_text(encoding="utf-8"))
# names in which a given-up word means something else
OTHERWISE_MEANT = {"belong_together", "insert_together", "put_together", "_office_hour"}
# how a word ends that says what is being done, or was
PARTICIPLE = re.compile(
    r".+(?:ing|ed)|drawn|given|heard|held|kept|known|left|lost|made|said|seen|sent|shown|taken|told|written"
)
WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def table(heading: str) -> list[list[str]]:
    """The rows of the table that begins with this heading."""
    rows = [line for line in PAGE.partition(f"| {heading} |")[2].partition("\n\n")[0].splitlines() if line]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[2:]]


THINGS = {word for row in table("Word") for word in re.findall(r"`(\w+)`", row[0])}
GIVEN_UP = [tuple(row[0].strip("`").split()) for row in table("Given up")]


def modules() -> Iterator[Path]:
    """Every module of the product, and every folder; migrations are frozen, and named by what they did."""
    for room in PRODUCT:
        for path in sorted((CHECKOUT / room).rglob("*.py")):
            if "versions" not in path.parts:
                yield path.parent if path.name == "__init__.py" else path


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name, however it is written."""
    return tuple(word.lower() for word in WORD.findall(name))


def is_a_participle(module: str) -> bool:
    """Whether a module's name says what is being done, or was, and of no thing."""
    if module.startswith("when_"):
        # a reaction is a whole sentence: what has happened, and what is done
        return False
    last = module.rpartition("_")[2]
    return last not in THINGS and PARTICIPLE.fullmatch(last) is not None


def given_up(name: str) -> bool:
    """Whether a name has a word that was given up, alone or in the plural."""
    one_by_one = words_of(name)
    ways_to_say_it = (one_by_one, tuple(word.removesuffix("s") for word in one_by_one))
    return name not in OTHERWISE_MEANT and any(
        words[at : at + len(wanted)] == wanted
        for words in ways_to_say_it
        for wanted in GIVEN_UP
        for at in range(len(words))
    )


def names_in(tree: ast.Module) -> Iterator[str]:
    """What a module names: classes, functions, arguments, variables and attributes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr


def test_modules_are_things_or_acts() -> None:
    """A new one that is neither is refused, and one that was renamed is taken off the list of those that were not."""
    found = {path.stem for path in modules() if is_a_participle(path.stem)}
    assert sorted(found - set(NOT_YET["modules"])) == []
    assert sorted(set(NOT_YET["modules"]) - found) == [], "renamed: take it off tests/architecture/not_yet_renamed.toml"


def test_words_that_were_given_up_stay_given_up() -> None:
    """In modules' and folders' names, and in what is defined, taken and bound there."""
    found = {path.stem for path in modules() if given_up(path.stem)}
    for path in modules():
        if path.suffix == ".py":
            found |= {name for name in names_in(tree_of(path.read_text(encoding="utf-8"))) if given_up(name)}
    assert sorted(found - set(NOT_YET["names"])) == []
    assert sorted(set(NOT_YET["names"]) - found) == [], "renamed: take it off tests/architecture/not_yet_renamed.toml"


def test_tests_use_none_of_them_either() -> None:
    """But for two words that mean something else there: what happens together, and a post office."""
    tests = [path for path in sorted((CHECKOUT / "tests").rglob("*.py")) if path.name != Path(__file__).name]
    found = {path.stem for path in tests if given_up(path.stem)}
    for path in tests:
        found |= {name for name in names_in(tree_of(path.read_text(encoding="utf-8"))) if given_up(name)}
    assert sorted(name for name in found if not {"together", "office"} & set(words_of(name))) == []


def test_the_page_is_read() -> None:
    """A table under another heading would give up nothing."""
    assert {"routing", "published"} <= THINGS
    assert {("errand",), ("ways", "back"), ("lapsed",)} <= set(GIVEN_UP)


@pytest.mark.parametrize("name", ["doctoring", "restored", "told_to_prometheus_sent", "sealed", "hearing_told", "kept"])
def test_a_participle_would_be_found(name: str) -> None:
    assert is_a_participle(name)


@pytest.mark.parametrize(
    "name", ["routing", "parked_messages", "when_a_referral_is_sent", "check_up", "rotate", "log", "seed"]
)
def test_a_thing_or_an_act_is_none(name: str) -> None:
    assert not is_a_participle(name)


@pytest.mark.parametrize(
    "name",
    ["errand", "KEPT_FORM", "AnErrand", "an_errands_name", "LapsedForm", "TOGETHER", "_ways_back", "hold_office"],
)
def test_a_given_up_word_would_be_found(name: str) -> None:
    assert given_up(name)


@pytest.mark.parametrize("name", ["put_together", "_office_hour", "ways", "official", "parts", "command"])
def test_another_word_is_none(name: str) -> None:
    assert not given_up(name)
