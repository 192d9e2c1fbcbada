"""What `make house` counts: each count finds what is planted, and no more; a bar is held or not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench import counts
from tests.bench.house import Figure
from tools.syntax import tree_of

PROJECT = """
[tool.importlinter]
root_packages = ["services", "shared"]
[tool.mypy]
strict = true
files = ["services"]
"""


def _checkout(folder: Path, **files: str) -> Path:
    (folder / "pyproject.toml").write_text(PROJECT)
    for name, text in files.items():
        file = folder / name.replace("__", "/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder


@pytest.mark.parametrize(
    ("imports", "found"),
    [
        ([("a.b", "a.c"), ("a.c", "a.d")], []),
        ([("a.b", "a.c"), ("a.c", "a.b")], [["a.b", "a.c"]]),
        ([("a.b", "a.c"), ("a.c", "a.d"), ("a.d", "a.b"), ("a.e", "a.b")], [["a.b", "a.c", "a.d"]]),
        # not the modules, but the folders in which they lie
        ([("a.b.one", "a.c.two"), ("a.c.three", "a.b.four")], [["a.b", "a.c"]]),
        ([("a.b.one", "a.b.two"), ("a.b.two", "a.b.one"), ("a.x", "b.y")], [["a.b.one", "a.b.two"]]),
        ([("a.b", "a.c"), ("a.c", "a.b"), ("a.x", "a.y"), ("a.y", "a.x")], [["a.b", "a.c"], ["a.x", "a.y"]]),
        # a package that imports from itself
        ([("a.b", "a.b.one"), ("a.b.one", "a.b")], []),
    ],
    ids=["a line", "two", "three and one beside", "folders", "within a folder", "two circles", "a package"],
)
def test_circles_are_found_where_they_close(imports: list[tuple[str, str]], found: list[list[str]]) -> None:
    """At the level at which they stand beside each other, once."""
    assert counts.circles(imports) == found


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ('there = redirect("/referral/", 303)', [1]),
        ('there = f"/referral/drafts/{draft}"', [1]),
        ('there = f"{UNITS}/{unit}"\nelsewhere = f"{url}/{unit}"', [1]),
        ('HOME = "/directory/admin"', [1]),
        ('link = "/directory/login?next=" + here', [1]),
        ('@pages.get("/directory/services")\ndef services(): ...', []),
        ('@api.put(f"{RULES}/rules")\ndef rules(): ...', []),
        ('Blueprint("a", __name__, url_prefix="/audit")', []),
        ('for path, view in (("/new", new), (f"{DRAFT}/send", send)): ...', []),
        ('path.startswith("/api/")', []),
        ('"/referral/ is where referrals are"', []),
        ('name = "/referrals"', []),
        ('there = url_for("drafts.send")', []),
    ],
)
def test_a_path_is_found_where_it_is_written_out(source: str, lines: list[int]) -> None:
    """And not where it is given its name."""
    assert counts.paths_in(tree_of(source)) == lines


def test_paths_in_templates(tmp_path: Path) -> None:
    """In an attribute or handed to a macro; a path that has a name is none."""
    page = """<a href="/audit/log">{{ more("/audit/", "x") }}
        <a href="{{ url_for('a.b') }}">
        <form action="/referral/?a=b">"""
    python, templates = counts.written_paths(_checkout(tmp_path, **{"services__a__web__templates__a__x.html": page}))
    assert python == []
    assert templates == [f"services/a/web/templates/a/x.html:{line}" for line in (1, 1, 3)]


def test_commits_by_hand_are_those_of_the_web_room(tmp_path: Path) -> None:
    """The bus has its own, in one place."""
    source = "def send():\n    uow.commit()\n    uow.committed\n"
    here = _checkout(tmp_path, **{"services__a__web__pages.py": source, "services__a__service.py": source})
    assert counts.commits(here) == ["services/a/web/pages.py:2"]


def test_lines_under_strict_types_and_long_modules(tmp_path: Path) -> None:
    """A room that mypy does not look at counts against it; a long module is told, and what a decision says of it."""
    long = "x = 1\n" * (counts.LONGEST + 1)
    here = _checkout(
        tmp_path,
        **{
            "services__a.py": long,
            "services__b.py": long + "y = 1  # type: ignore[misc]  # why\n",
            "services__empty.py": '"""Nothing."""\n',
            "shared__c.py": "x = 1\n" * 100,
            "docs__decisions__0041-long-modules.md": "| `services/a.py` | It is one thing. |\n",
        },
    )
    assert counts.strictly_typed(here) == (503, 603)
    assert counts.let_off(here) == 1
    assert counts.sizes(here) == ([(252, "services/b.py"), (251, "services/a.py")], 251)
    assert counts.named_as_long(here) == {"services/a.py": "It is one thing."}


def test_places_are_summed_by_file() -> None:
    """The most first."""
    assert counts.summed(["b.py:1", "a.py:2", "a.py:1", "c.py:9"]) == {"a.py": 2, "b.py": 1, "c.py": 1}


def test_a_bar_is_held_or_not() -> None:
    """At most, none, at least; without a bar nothing is said."""
    assert [Figure("f", value).held for value in (0, 1)] == [True, False]
    assert [Figure("f", value, 8).held for value in (8, 9)] == [True, False]
    assert [Figure("f", value, None, least=100).held for value in (100, 99.99)] == [True, False]
    assert Figure("f", 3, None).held is None
    # what is not quite whole does not look whole
    assert "99.99 %" in str(Figure("f", 99.996, None, least=100, unit=" %"))
    assert str(Figure("f", 9, 8)).endswith("not held")


def test_what_is_counted_here_is_found(tmp_path: Path) -> None:
    """In this checkout: the packages that the contracts name are there, and their imports are seen."""
    here = Path(__file__).resolve().parents[3]
    assert set(counts.rooms(here)) >= {"services", "shared"}
    imports = counts.imports_of(["shared"])
    assert ("shared.messaging.receive.subscribe", "shared.messaging.receive.handler") in imports
    assert not any(imported.startswith("flask") for _, imported in imports)
