"""publiccode.yml, the changelog and SECURITY.md say the same of the product, and promise nothing in nobody's name."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
RELEASE = re.compile(r"^## \[(\d+\.\d+\.\d+)\] - (\d{4}-\d{2}-\d{2})$", re.MULTILINE)
# names that are kept free for examples (RFC 2606, and the Internet Foundation's): nobody reads what is sent there
NOBODYS = re.compile(r"[\w.+-]+@(?:[\w-]+\.)*example(?:\.(?:org|com|net|se|edu))?\b")


@pytest.fixture
def told() -> dict[str, Any]:
    """What publiccode.yml says."""
    read: dict[str, Any] = yaml.safe_load((ROOT / "publiccode.yml").read_text())
    return read


def test_one_version_and_one_day(told: dict[str, Any]) -> None:
    """The newest release in the changelog is the one in publiccode.yml, and its version the package's."""
    version, day = RELEASE.findall((ROOT / "CHANGELOG.md").read_text())[0]
    assert (told["softwareVersion"], told["releaseDate"]) == (version, day)
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == version


def test_the_licence_is_the_one_that_lies_there(told: dict[str, Any]) -> None:
    """EUPL-1.2, by its name and by its text."""
    assert told["legal"]["license"] == "EUPL-1.2"
    assert "EUROPEAN UNION PUBLIC LICENCE v. 1.2" in (ROOT / "LICENSE").read_text()


def test_nobody_is_sent_to_an_address_that_nobody_reads(told: dict[str, Any]) -> None:
    """A contact has a real address or none; and an answer within days is promised only beside an address."""
    security = (ROOT / "SECURITY.md").read_text()
    assert not NOBODYS.findall(security)
    assert not [each for each in told["maintenance"]["contacts"] if NOBODYS.search(each.get("email", ""))]
    if re.search(r"answer within\s+\w+\s+working\s+days", security):
        assert any("email" in each for each in told["maintenance"]["contacts"]), "who answers?"


def test_every_folder_of_tests_is_in_the_contributors_table() -> None:
    """What lies under tests/ and holds tests is told of, with what it needs."""
    listed = set(re.findall(r"^\| `tests/(\w+)` \|", (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE))
    there = {each.parent.relative_to(ROOT / "tests").parts[0] for each in (ROOT / "tests").rglob("test_*.py")}
    assert there | {"bench"} == listed


@pytest.mark.parametrize(
    "document", ["README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/operating.md", "docs/verify-the-log.md"]
)
def test_what_a_document_points_at_is_there(document: str) -> None:
    """Files and folders of ours that it names, and whatever it links to."""
    text = (ROOT / document).read_text()
    named = re.findall(r"`((?:tests|docs|services|shared|lotsa|operations|demo|tools)/[\w/.-]+)`", text)
    linked = [link for link in re.findall(r"\]\(([^)#\s]+)\)", text) if "://" not in link]
    assert named or linked
    gone = [path for path in named if not (ROOT / path).exists()]
    gone += [link for link in linked if not (ROOT / document).parent.joinpath(link).exists()]
    assert gone == []
