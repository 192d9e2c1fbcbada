"""The pure rooms use the standard library only, as the house promises."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.syntax import tree_of

ROOT = Path(__file__).resolve().parents[2]

# whose tables tell what a telephone number, an address or a language is
VOCABULARY_LIBRARIES = ("phonenumbers", "email_validator", "idna", "babel.core")

SAYING = ("shared.kernel", "shared.vocabulary", "shared.access")

# room → the prefixes it may import besides the standard library
PURE_ROOMS = {
    "shared/kernel": ("shared.kernel",),
    "shared/vocabulary": ("shared.kernel", "shared.vocabulary", *VOCABULARY_LIBRARIES),
    # who looked needs no more than who acts; the domains say what a look is called, and contracts tell of it
    "shared/access": ("shared.kernel", "shared.access"),
    "shared/contracts": ("shared.kernel", "shared.vocabulary", "shared.access", "shared.contracts"),
    "services/referral/domain": (*SAYING, "services.referral.domain"),
    "services/directory/domain": (*SAYING, "services.directory.domain"),
    "services/notifications/domain": ("shared.kernel", "shared.vocabulary", "services.notifications.domain"),
    # what the log is about rests on what the log is
    "services/audit/domain": (*SAYING, "services.audit.domain", "services.audit.log"),
    "services/audit/log": ("services.audit.log", "cryptography", "rfc8785"),
    "services/audit/verify.py": ("cryptography",),
}


def imports_of(source: str) -> Iterator[str]:
    """Every module that a source text imports, absolutely."""
    for node in ast.walk(tree_of(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute: the path is the import path"
            yield node.module or ""


def foreign(source: str, allowed: tuple[str, ...]) -> list[str]:
    """The imports that are neither the standard library's nor allowed."""
    return [
        name
        for name in imports_of(source)
        if name.split(".")[0] not in sys.stdlib_module_names
        and not any(name == prefix or name.startswith(f"{prefix}.") for prefix in allowed)
    ]


@pytest.mark.parametrize("room", PURE_ROOMS)
@pytest.mark.holds("the-verifier-stands-alone")
def test_a_pure_room_imports_nothing_foreign(room: str) -> None:
    """Rules and bytes stay free of frameworks, databases and brokers."""
    place = ROOT / room
    files = [place] if place.is_file() else sorted(place.rglob("*.py"))
    assert files, f"{room} is missing"
    found = {str(file.relative_to(ROOT)): foreign(file.read_text(), PURE_ROOMS[room]) for file in files}
    assert not {file: names for file, names in found.items() if names}


def test_the_check_sees_a_foreign_import() -> None:
    """The check above can fail."""
    assert foreign("import sqlalchemy\nimport json\nfrom shared.kernel import clock", ("shared.kernel",)) == [
        "sqlalchemy"
    ]
