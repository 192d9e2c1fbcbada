"""A table's cells, which become lines with a label on a narrow screen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

import shared.web

TEMPLATES = Path(shared.web.__file__).parent / "templates"


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("", "–"),
        (None, "–"),
        (Markup(" \n"), "–"),
        (0, "0"),
        ("Avslutad", "Avslutad"),
        (Markup("<b>1</b>"), "<b>1</b>"),
    ],
)
def test_no_label_stands_before_nothing(cell: Any, shown: str) -> None:
    """What is empty is a dash; a nought is no nothing."""
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True)
    environment.globals["_"] = str
    environment.filters["moment"] = str
    table = environment.get_template("macros.html").module.table("Poster", ["Post", "Varför"], [["1", cell]])  # type: ignore[attr-defined]
    assert f'aria-hidden="true">Varför</span><span>{shown}</span>' in table
