"""What docs/adding-a-step.md says of the files that a step touches is so: each names it, and no other does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.referral.domain.lifecycle import Action
from services.referral.web.steps import OFFERS
from tests.bench.counts import files_of_a_step

ROOT = Path(__file__).resolve().parents[2]
FILES = files_of_a_step(ROOT)
ADDED = Action.START
# how code names a step: its action, its command, its code
NAMES = re.compile(
    rf"""Action\.{ADDED.name}\b|\b{OFFERS[ADDED].command.__name__}\b|\b{OFFERS[ADDED].carry_out.__name__}\b|"""
    # where a module knows no action: a row of a table by the action's code, but for addresses of pages
    rf"""\["{ADDED}"\]|"{ADDED}": _\("""
)
ROOMS = ("services", "shared", "lotsa", "operations", "demo")
# the earlier name leads to it at both doors: what has had no other needs none of it
EARLIER_NAME = {
    "services/referral/web/step/pages.py",
    "services/referral/web/held_forms.py",
}


def _naming() -> Iterator[str]:
    for room in ROOMS:
        for file in sorted((ROOT / room).rglob("*.py")):
            if NAMES.search(file.read_text(encoding="utf-8")):
                yield str(file.relative_to(ROOT))


def test_a_step_touches_eight_files_at_most() -> None:
    """The bar of the house; and the page is read at all."""
    assert 5 <= len(FILES) <= 8


@pytest.mark.parametrize("file", FILES)
def test_each_file_of_the_page_names_the_step(file: str) -> None:
    """None is on the page for nothing."""
    said = (ROOT / file).read_text(encoding="utf-8")
    # a test takes the step at a door, by its code
    assert NAMES.search(said) or (file.startswith("tests/") and f'"{ADDED}"' in said), file


def test_no_other_file_of_the_product_names_it() -> None:
    """Whatever else names the step would have to be touched for the next one too, and belongs on the page."""
    assert set(_naming()) - EARLIER_NAME == {file for file in FILES if file.partition("/")[0] in ROOMS}
    assert set(_naming()) >= EARLIER_NAME
