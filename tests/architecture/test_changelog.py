"""Somebody who updates can go by the changelog: groups in their order, each thing said once and on a line."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

TEXT = (Path(__file__).resolve().parents[2] / "CHANGELOG.md").read_text(encoding="utf-8")
# Keep a Changelog's groups, in its order; what to do comes before them all
GROUPS = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")
VERSION = re.compile(r"^## \[(Unreleased|\d+\.\d+\.\d+)\](?: - (\d{4}-\d{2}-\d{2}))?$", re.MULTILINE)


def faults(text: str) -> list[str]:
    """What is wrong with a changelog, in words."""
    found = []
    heads = list(VERSION.finditer(text))
    for head, after in zip(heads, [*heads[1:], None], strict=True):
        version, day = head.groups()
        if (version == "Unreleased") != (day is None):
            found.append(f"{version}: a day stands with what is released, and with nothing else")
        part = text[head.end() : after.start() if after else len(text)]
        # releases of before are history, and stay as they were written
        found += [f"{version}: {fault}" for fault in _faults_of(part)] if version not in ("0.1.0",) else []
    if [head[1] for head in heads][:1] != ["Unreleased"]:
        found.append("what comes next has no place: ## [Unreleased] is the first")
    return found


def _faults_of(part: str) -> list[str]:
    groups = re.findall(r"^### (.+)$", part, re.MULTILINE)
    expected = [group for group in GROUPS if group in groups]
    upgrading = [group for group in groups if group.startswith("Upgrading from ")]
    found = [] if groups == upgrading[:1] + expected else [f"groups are {groups}, not {upgrading[:1] + expected}"]
    lines = [line for line in part.split("\n") if line.startswith("- ")]
    found += [f"said twice: {line}" for line, times in Counter(lines).items() if times > 1]
    for group in re.split(r"^### ", part, flags=re.MULTILINE)[1:]:
        name, *rest = group.split("\n")
        subjects = [line for line in rest if line.startswith("#### ")]
        found += [f"{name}: a subject twice, {each}" for each, times in Counter(subjects).items() if times > 1]
    found += [f"more than a line: {line}" for line in part.split("\n") if line.startswith("  ")]
    return found


def test_it_can_be_gone_by() -> None:
    """Read as one who updates an installation reads it."""
    assert faults(TEXT) == []


@pytest.mark.parametrize(
    ("planted", "told"),
    [
        ("## [Unreleased]\n### Changed\n- A.\n### Added\n- B.\n", "groups are"),
        ("## [Unreleased]\n### Added\n- A.\n### Changed\n- A.\n", "said twice"),
        ("## [Unreleased]\n### Added\n- A.\n### Upgrading from 0.1.0\nStop.\n", "groups are"),
        ("## [Unreleased]\n### Added\n#### Pages\n- A.\n#### Pages\n- B.\n", "a subject twice"),
        ("## [Unreleased]\n### Added\n- A\n  and more.\n", "more than a line"),
        ("## [Unreleased]\n### News\n- A.\n", "groups are"),
        ("## [0.2.0] - 2026-12-01\n### Added\n- A.\n", "has no place"),
        ("## [Unreleased]\n## [0.2.0]\n### Added\n- A.\n", "a day stands"),
    ],
)
def test_what_would_mislead_is_found(planted: str, told: str) -> None:
    """As a merge of two people's lines may leave it."""
    assert any(told in fault for fault in faults(planted))
