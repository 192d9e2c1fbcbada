"""What refusals, misreadings and schemas say is marked where it is written, so that Babel finds it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

import pytest
from marshmallow import ValidationError

from services.referral.domain import codes
from shared.kernel.refusals import NotThere, Refusal
from shared.vocabulary.misread import Misread
from tools.syntax import tree_of
from tools.translations import ALSO, CHECKOUT, ROOMS, SHARED, used_in

PLANTED = """
class NoWind(Refusal):
    slug = "no-wind"
    title = "There is no wind."

def sail():
    flash("She sails.", "success")
    flash(_("She sails on."), "success")
    raise NotThere("Wait here.", fields={"/sail": says("Reef first."), "/mast": "Step it first."})

class In(Schema):
    name = fields.String(error_messages={"required": "Name her."}, validate=Length(1, error=_("Too short.")))
"""

OF_THE_BUS = (".service", ".subscribe", ".run_bus", ".timers", ".database_waits")


def everything() -> None:
    """Import every module, so that every class is known."""
    for room in ("shared", "services"):
        for info in walk_packages(import_module(room).__path__, room + "."):
            # the bus's modules bring eventlet, and migrations are run by Alembic
            if ".migrations" not in info.name and not info.name.endswith(OF_THE_BUS):
                import_module(info.name)


def below(kind: type) -> Iterator[type[Any]]:
    """A class and all that are made of it in the product."""
    if kind.__module__.split(".")[0] in ("shared", "services"):
        yield kind
    for each in kind.__subclasses__():
        yield from below(each)


def room_of(kind: type) -> str:
    """The catalogue that a class's sentences are to be in."""
    return next((room for room in ROOMS if kind.__module__.startswith(room.replace("/", ".") + ".")), SHARED)


@pytest.fixture(scope="module")
def marked() -> dict[str, set[str]]:
    """Room → the messages that Babel finds in it and in the shared rooms."""
    everything()
    shared = {part for key in used_in(SHARED) for part in key}
    return {room: shared | {part for key in used_in(room) for part in key} for room in ROOMS}


def test_every_title_is_marked(marked: dict[str, set[str]]) -> None:
    """Of all refusals and all misreadings that there are, by name."""
    kinds = {*below(Refusal), *below(Misread)}
    assert len(kinds) > 100
    assert {each.__qualname__ for each in kinds if each.title not in marked[room_of(each)]} == set()


def test_every_code_that_a_page_names_is_marked(marked: dict[str, set[str]]) -> None:
    """Target groups, forms of support, reasons and outcomes carry their own titles."""
    lists = [each for each in vars(codes).values() if isinstance(each, tuple)]
    titles = {code.title for each in lists for code in each if isinstance(code, codes.Code)}
    assert len(titles) > 50
    assert titles - marked["services/referral"] == set()


def unmarked(source: str, kinds: set[str]) -> list[str]:
    """Texts given unmarked to a refusal, a validation error or a field: sentences, with a space in them."""
    found = []
    for node in ast.walk(tree_of(source)):
        if isinstance(node, ast.ClassDef):
            given = [each.value for each in node.body if isinstance(each, ast.Assign) and _names(each) == {"title"}]
        elif isinstance(node, ast.Call) and _called(node) in kinds:
            given = [*node.args, *(each.value for each in node.keywords)]
        elif isinstance(node, ast.Call):
            given = [each.value for each in node.keywords if each.arg in ("error", "error_messages")]
        else:
            continue
        found += [text for each in given for text in _bare(each)]
    return found


def _names(node: ast.Assign) -> set[str]:
    return {each.id for each in node.targets if isinstance(each, ast.Name)}


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _bare(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Call | ast.JoinedStr):
        # marked, what another function makes of its own texts, or the library's sentence with its number
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value.strip():
        yield node.value
    for each in ast.iter_child_nodes(node):
        yield from _bare(each)


def test_a_planted_text_is_found() -> None:
    """A title, what the next page says, a detail, a field's and a schema's own; those that are marked are let be."""
    found = ["There is no wind.", "She sails.", "Wait here.", "Step it first.", "Name her."]
    assert sorted(unmarked(PLANTED, {"NotThere", "flash"})) == sorted(found)


def test_nothing_is_said_unmarked() -> None:
    """Wherever a refusal is raised, a field says what is wrong or a page says what was done, in every room."""
    everything()
    kinds = {each.__name__ for each in (*below(Refusal), *below(Misread), NotThere)}
    kinds |= {ValidationError.__name__, "flash"}
    rooms = {*ROOMS, *(each for many in ALSO.values() for each in many)}
    modules = [path for room in sorted(rooms) for path in Path(CHECKOUT / room).rglob("*.py")]
    found = {
        f"{path.relative_to(CHECKOUT)}: {text}"
        for path in modules
        if "migrations" not in path.parts
        for text in unmarked(path.read_text(encoding="utf-8"), kinds)
    }
    assert found == set()
