"""What systems still find under an earlier name is marked so, told in the changelog, and gone with 0.3."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.audit.web import API as AUDIT
from services.directory.web import API as DIRECTORY
from services.notifications.web import API as NOTIFICATIONS
from services.referral.web import API as REFERRAL
from shared.web.api.openapi import Api
from tests.support.rooms import PRODUCT

ROOT = Path(__file__).resolve().parents[2]
APIS = (REFERRAL, DIRECTORY, NOTIFICATIONS, AUDIT)
GOES = re.compile(r"goes with (\d+\.\d+)")
# by service: where it stands in the description
GOING = {
    "referral": {"/paths//referrals/{referral_id}/first-contact/post", "/components/schemas/Problem/former_type"},
    "notifications": {"/components/schemas/Problem/former_type"},
    "audit": {"/components/schemas/Problem/former_type"},
    "directory": {
        "/components/schemas/Problem/former_type",
        "/components/schemas/ServicePageOut/services",
        "/components/schemas/ServicePageOut/next",
        "/components/schemas/OrganizationPageOut/organizations",
        "/components/schemas/OrganizationPageOut/next",
        "/components/schemas/ActivitiesOut/activities",
        "/components/schemas/TermsOut/terms",
        "/components/schemas/UnitPageOut/units",
        "/components/schemas/UnitPageOut/next",
        "/components/schemas/AssignmentsOut/assignments",
    },
}


def each_of(described: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Everything in a description that could be marked, with where it stands."""
    if isinstance(described, dict):
        yield path, described
        for name, within in described.items():
            yield from each_of(within, path if name == "properties" else f"{path}/{name}")
    elif isinstance(described, list):
        for place, within in enumerate(described):
            yield from each_of(within, f"{path}/{place}")


def _says_that_it_goes(part: dict[str, Any]) -> list[str]:
    return GOES.findall(
        " ".join(str(part[name]) for name in ("description", "summary") if isinstance(part.get(name), str))
    )


@pytest.mark.parametrize("api", APIS, ids=lambda api: str(api.service))
def test_what_goes_is_marked_and_nothing_else_is(api: Api) -> None:
    """OpenAPI's ``deprecated``, which systems' tools read; and the words beside it say with which version."""
    marked = {path: part for path, part in each_of(api.document()) if part.get("deprecated") is True}
    assert set(marked) == GOING[api.service]
    assert {path: _says_that_it_goes(part) for path, part in marked.items()} == {path: ["0.3"] for path in marked}


def test_what_says_that_it_goes_is_marked() -> None:
    """No operation or member is said to go by its words alone; a value among others can be marked by nothing else."""
    said = {
        (api.service, path)
        for api in APIS
        for path, part in each_of(api.document())
        if _says_that_it_goes(part) and not part.get("deprecated")
    }
    assert {service for service, _ in said} == {"referral"}
    assert {path.rsplit("/", 1)[1] for _, path in said} == {"actions"}


def test_the_changelog_tells_each_of_them() -> None:
    """By the name that systems know, under Deprecated, with the version that it goes with."""
    told = re.search(r"^### Deprecated\n(.*?)^##", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE | re.DOTALL)
    assert told, "no group Deprecated"
    names = {path.removesuffix("/post").rsplit("/", 1)[1] for paths in GOING.values() for path in paths}
    lacking = sorted(name for name in names if not re.search(rf"`[^`]*\b{name}`", told[1]))
    assert lacking == []
    assert all("0.3" in line for line in told[1].splitlines() if line.startswith("- "))


# what goes and stands in no description of an API: the modules that say so
GOES_TOO = {
    "services/directory/domain/refusals.py",
    "services/referral/commands/hold_form.py",
    "services/referral/domain/lifecycle.py",
    "services/referral/web/held_forms.py",
    "services/referral/web/representation.py",
    "services/referral/web/representation_schemas.py",
    "services/referral/web/step/api.py",
    "services/referral/web/step/pages.py",
    "shared/storage/held_forms.py",
    "shared/web/api/operation.py",
    "shared/web/api/paging.py",
    "shared/web/forms/waiting_form.py",
}
SAYS_SO = re.compile(r"\b(?:until|with) 0\.3\b")
VAGUE = re.compile(r"for one version|(?:with|until) the next (?:version|release)")


def of_the_product() -> dict[str, str]:
    """Each module's text, a comment's lines as one; migrations are frozen."""
    paths = (path for room in PRODUCT for path in sorted((ROOT / room).rglob("*.py")) if "versions" not in path.parts)
    return {str(path.relative_to(ROOT)): re.sub(r"\n\s*# ", " ", path.read_text(encoding="utf-8")) for path in paths}


def test_code_that_goes_says_with_which_version() -> None:
    """Whoever makes 0.3 finds by the number what to take out, and the list above says where that is."""
    modules = of_the_product()
    assert {path for path, text in modules.items() if SAYS_SO.search(text)} == GOES_TOO
    assert [path for path, text in modules.items() if VAGUE.search(text)] == []
    assert VAGUE.search("the name that a step had before 0.2 is told beside its own, for one version")


def test_nothing_stays_longer_than_was_said() -> None:
    """When the version that they go with is made, this says what is to be taken out."""
    major, minor = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"].split(".")[:2]
    assert (int(major), int(minor)) < (0, 3)
