"""What services must agree on stands in the vocabulary once: languages, areas, ages, target groups, forms of support.

Three lists of languages lived side by side once, and one called Swedish Sign Language by a name that the others did not
know; target groups, forms of support and municipalities stood twice each, and routing was decided twice.
"""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.vocabulary import age, area_names, languages, support_forms, target_groups
from shared.vocabulary.routing import AgeOf
from tools.syntax import tree_of

CHECKOUT = Path(__file__).resolve().parents[2]
ROOMS = ("services", "shared", "lotsa", "operations", "demo", "tools")
OWNER = CHECKOUT / "shared" / "vocabulary"

# fact → its members, and how many of them together are a list of it
FACTS: dict[str, tuple[frozenset[str], int]] = {
    "languages": (frozenset({*languages.OFFERED, *languages.GIVEN_UP}), 4),
    "areas": (frozenset({*area_names.municipalities(), *area_names.districts()}), 4),
    "regions": (frozenset(area_names.regions()), 6),
    "age bands": (frozenset(band.value for band in age.AgeBand), 3),
    "whose age": (frozenset(AgeOf), 3),
    "target groups": (frozenset(each.code for each in target_groups.TARGET_GROUPS), 4),
    "forms of support": (frozenset(each.code for each in support_forms.SUPPORT_FORMS), 4),
    "names of age bands": (frozenset(age.BAND_NAMES.values()), 2),
    "names of target groups": (
        frozenset(text for each in target_groups.TARGET_GROUPS for text in (each.about, each.name, each.situation)),
        2,
    ),
    "names of forms of support": (frozenset(each.name for each in support_forms.SUPPORT_FORMS), 3),
    "pattern of an area": (frozenset({"[0-9]{4}", "^[0-9]{4}$", "\\d{4}", "^\\d{4}$"}), 1),
}
# these are looked for within a text, of whatever else there is in it
PATTERN_OF_A_DISTRICT = re.compile(r"^\^?(\[0-9\]|\\d)\{4\}\(-")


def facts_in(texts: list[str]) -> Iterator[str]:
    """The facts of which these texts, which stand together, are a list."""
    for fact, (members, least) in FACTS.items():
        if len(members & set(texts)) >= least:
            yield fact


def _text(node: ast.AST | None) -> str | None:
    """A text, or the first one of what is made of it: ``Code("other", …)``."""
    if isinstance(node, ast.Call) and node.args:
        return _text(node.args[0])
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _together(node: ast.AST) -> Iterator[list[ast.AST | None]]:
    """What stands in one list, set, mapping or class, and what one text lists."""
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        yield list(node.elts)
    elif isinstance(node, ast.Dict):
        yield list(node.keys)
        yield list(node.values)
    elif isinstance(node, ast.ClassDef | ast.Module):
        yield [each.value for each in node.body if isinstance(each, ast.Assign | ast.AnnAssign)]
    elif isinstance(node, ast.match_case):
        yield [each.value for each in ast.walk(node.pattern) if isinstance(each, ast.MatchValue)]


def second_lists(source: str) -> Iterator[tuple[int, str]]:
    """The line and the fact of each list in a module."""
    tree = tree_of(source)
    explained = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        for nodes in _together(node):
            for fact in facts_in([text for text in map(_text, nodes) if text is not None]):
                yield getattr(node, "lineno", 1), fact
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in explained:
            for fact in facts_in([node.value, *re.split(r"[\s,;|]+", node.value)]):
                yield node.lineno, fact
            if PATTERN_OF_A_DISTRICT.match(node.value):
                yield node.lineno, "pattern of an area"


def listed_in(path: Path) -> list[str]:
    """What a file lists that it does not own."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        found = [f"{line}: {fact}" for line, fact in second_lists(text)]
    elif path.suffix == ".csv":
        rows = csv.reader(line for line in text.splitlines() if not line.startswith("#"))
        found = list(facts_in([row[0] for row in rows if row]))
    else:
        quoted = (re.findall(r"[\"']([^\"'<>]+)[\"']", line) for line in text.splitlines())
        found = [f"{number}: {fact}" for number, texts in enumerate(quoted, 1) for fact in facts_in(texts)]
    return [f"{path.relative_to(CHECKOUT)}:{each}" for each in found]


def test_no_fact_is_listed_twice() -> None:
    """Modules, templates and tables of every room but the vocabulary; migrations say what was so once."""
    files = [
        path
        for room in ROOMS
        for suffix in ("py", "html", "csv")
        for path in sorted((CHECKOUT / room).rglob(f"*.{suffix}"))
        if OWNER not in path.parents and "migrations" not in path.parts and "node_modules" not in path.parts
    ]
    assert len(files) > 500
    assert [each for path in files for each in listed_in(path)] == []


FOUR_GROUPS = 'GROUPS = (Code("dementia", "D"), Code("addiction", "A"), Code("child", "C"), Code("other", "O"))'
FOUR_FORMS = 'class Form(StrEnum):\n    A = "respite"\n    B = "courses"\n    C = "lectures"\n    D = "guidance"'


@pytest.mark.parametrize(
    ("planted", "fact"),
    [
        ('LANGUAGES = ("sv", "sgn-SE", "en", "ar")', "languages"),
        ('NAMES = {"sv": _("Swedish"), "en": _("English"), "so": _("Somali"), "fi": _("Finnish")}', "languages"),
        ('LANGUAGES = "sv en ar fi".split()', "languages"),
        ('SPOKEN = re.compile(r"sv|en|ar|fi")', "languages"),
        (FOUR_GROUPS, "target groups"),
        (FOUR_FORMS, "forms of support"),
        ('BANDS = {"18-24": 1, "25-44": 2, "45-64": 3}', "age bands"),
        ('class AgeOf(StrEnum):\n    A = "carer"\n    B = "person-cared-for"\n    C = "any"', "whose age"),
        ('CITIES = {"0180": "Stockholm", "1480": "Göteborg", "1280": "Malmö", "0380": "Uppsala"}', "areas"),
        ('BANDS = [says("18 to 24"), says("25 to 44")]', "names of age bands"),
        ('ABOUT = {"a": says("Older people"), "b": says("Something else")}', "names of target groups"),
        ('code = Whole(r"^[0-9]{4}$")', "pattern of an area"),
        ('AREA = re.compile(r"[0-9]{4}(-[a-z0-9-]{1,60})?")', "pattern of an area"),
    ],
)
def test_a_planted_list_is_found(planted: str, fact: str) -> None:
    """The finder finds each kind, however it is written."""
    assert fact in {found for _line, found in second_lists(planted)}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.html", '{% set x = [("sv", 1), ("en", 2), ("ar", 3), ("so", 4)] %}'),
        ("a.csv", "code,name\n0180,a\n1480,b\n1280,c\n0380,d\n"),
    ],
)
def test_one_in_a_template_or_a_table_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str
) -> None:
    """Not in modules alone."""
    monkeypatch.setattr(f"{__name__}.CHECKOUT", tmp_path)
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert listed_in(tmp_path / name)


def test_what_only_uses_a_few_is_left_alone() -> None:
    """Naming two languages is no list of languages, and a sentence in a docstring lists nothing."""
    assert list(second_lists('SHOWN = ("sv", "en")\n')) == []
    assert list(second_lists('"""carer | person-cared-for | any"""\n')) == []
