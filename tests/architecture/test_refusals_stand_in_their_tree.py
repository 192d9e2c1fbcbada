"""The tree at the head of a room's refusals is what a reader, and whoever writes to the API, goes by."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

from shared.kernel.refusals import Refusal

CHECKOUT = Path(__file__).resolve().parents[2]
ROOMS = [
    ".".join(path.relative_to(CHECKOUT).with_suffix("").parts)
    for path in sorted((CHECKOUT / "services").glob("*/domain/refusals.py"))
    if "├── " in path.read_text(encoding="utf-8")
]
LEAF = re.compile(r"[├└]── (\w+) {2,}([a-z-]+)(?: {2,}.*)?$", re.MULTILINE)


def test_there_are_trees() -> None:
    """Referral and directory have one at least."""
    assert {"services.directory.domain.refusals", "services.referral.domain.refusals"} <= set(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_the_tree_has_every_refusal_and_no_other(room: str) -> None:
    """By name and slug."""
    module = import_module(room)
    own = {
        each.__name__: each.slug
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, Refusal) and each.__module__ == room
    }
    assert dict(LEAF.findall(module.__doc__ or "")) == own
