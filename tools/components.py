"""`make components`: whether a part that others have made has a known weakness for longer than SECURITY.md allows.

Every version that is locked (requirements/*.txt, package-lock.json) is held against the advisories of https://osv.dev
(its API, version 1). Exit codes: 0 none is past its time, 1 one is, or the lock is older than it may be, 2 it could
not be found out. Who does not answer has not said that all is well.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import requests

CHECKOUT = Path(__file__).resolve().parents[1]
# another address is for tests, and for a mirror of one's own
ADVISORIES = "LOTSA_ADVISORIES"
USUAL = "https://api.osv.dev"
# days from an advisory's publication; SECURITY.md says the same
WITHIN = {"CRITICAL": 7, "HIGH": 30, "MODERATE": 90, "LOW": 180}
RENEWED_WITHIN = 90
ASKED_AT_ONCE, PATIENCE_SECONDS = 500, 30


class NotFoundOut(Exception):
    """Whoever knows the advisories did not answer as they should; the words say how."""


@dataclass(frozen=True, order=True)
class Component:
    """One version of one package, as it is locked."""

    ecosystem: str
    name: str
    version: str

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


@dataclass(frozen=True)
class Weakness:
    """What is known of a component, by whatever numbers; severity: of those that judged it the worst, or nobody's."""

    component: Component
    numbers: frozenset[str]
    severity: str
    published: date

    @property
    def within(self) -> int:
        """How many days it may stay: one that nobody has judged is held to be of the worst."""
        return WITHIN.get(self.severity, WITHIN["CRITICAL"])

    def is_past(self, today: date) -> bool:
        """Whether it has been known for longer than it may stay."""
        return (today - self.published).days > self.within

    def __str__(self) -> str:
        numbers = ", ".join(sorted(self.numbers))
        judged = self.severity.lower() or "judged by nobody"
        return f"{self.component}: {numbers} ({judged}, known since {self.published}, {self.within} days allowed)"


def locked(checkout: Path = CHECKOUT) -> list[Component]:
    """Every version that is locked, of whichever purpose."""
    found: set[Component] = set()
    for file in sorted((checkout / "requirements").glob("*.txt")):
        pinned = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+)", file.read_text(), re.MULTILINE)
        found |= {Component("PyPI", name, version) for name, version in pinned}
    packages = json.loads((checkout / "package-lock.json").read_text())["packages"]
    for path, its in packages.items():
        if path:
            found.add(Component("npm", path.rpartition("node_modules/")[2], its["version"]))
    return sorted(found)


def known(components: list[Component], ask: str) -> list[Weakness]:
    """What is known of them, one for each weakness under all its numbers. Raises NotFoundOut."""
    found: list[Weakness] = []
    for begin in range(0, len(components), ASKED_AT_ONCE):
        some = components[begin : begin + ASKED_AT_ONCE]
        queries = [{"package": {"ecosystem": c.ecosystem, "name": c.name}, "version": c.version} for c in some]
        answers = _asked("POST", f"{ask}/v1/querybatch", {"queries": queries}).get("results")
        if not isinstance(answers, list) or len(answers) != len(some):
            raise NotFoundOut("not every component was answered for")
        for component, answer in zip(some, answers, strict=True):
            if answer.get("next_page_token"):
                raise NotFoundOut(f"more is known of {component} than one answer holds")
            numbers = [str(each["id"]) for each in answer.get("vulns", [])]
            advisories = [_asked("GET", f"{ask}/v1/vulns/{number}") for number in numbers]
            found += _weaknesses(component, [each for each in advisories if not each.get("withdrawn")])
    return found


def _asked(method: str, address: str, said: Mapping[str, Any] | None = None) -> dict[str, Any]:
    try:
        answer = requests.request(method, address, json=said, timeout=PATIENCE_SECONDS)
        answer.raise_for_status()
        told: dict[str, Any] = answer.json()
    except (requests.RequestException, ValueError) as trouble:
        raise NotFoundOut(f"{address} does not answer as it should ({type(trouble).__name__})") from None
    return told


def _weaknesses(component: Component, advisories: Iterable[Mapping[str, Any]]) -> Iterator[Weakness]:
    """One for each weakness: advisories of several publishers that name one another are one, known since the first."""
    groups: list[tuple[set[str], list[Mapping[str, Any]]]] = []
    for each in advisories:
        numbers, members = {str(each["id"]), *map(str, each.get("aliases", []))}, [each]
        for group in [group for group in groups if group[0] & numbers]:
            groups.remove(group)
            numbers |= group[0]
            members += group[1]
        groups.append((numbers, members))
    for numbers, members in groups:
        judged = [str(each.get("database_specific", {}).get("severity", "")).upper() for each in members]
        severity = next((each for each in WITHIN if each in judged), "")
        published = min(datetime.fromisoformat(str(each["published"])).date() for each in members)
        yield Weakness(component, frozenset(numbers), severity, published)


def accepted(checkout: Path, today: date) -> set[str]:
    """The numbers that stay for now, each with a reason and a day until when (requirements/accepted.toml)."""
    told = tomllib.loads((checkout / "requirements/accepted.toml").read_text())
    return {str(each["number"]) for each in told.get("weakness", []) if each["reason"] and each["until"] >= today}


def renewed(checkout: Path) -> date:
    """When the lock was last made anew as a whole, with each package at its newest."""
    told: date = tomllib.loads((checkout / "requirements/accepted.toml").read_text())["renewed"]
    return told


def examine(checkout: Path, ask: str, today: date) -> int:
    """Print what is found; returns the exit code."""
    components, code = locked(checkout), 0
    age = (today - renewed(checkout)).days
    print(f"{len(components)} components; the Python packages were locked anew {age} days ago.")
    if age > RENEWED_WITHIN:
        print(f"  • That is more than {RENEWED_WITHIN} days: “make renewed-requirements”, and every test.")
        code = 1
    try:
        weaknesses = known(components, ask)
    except NotFoundOut as trouble:
        print(f"  • Whether one has a known weakness could not be found out: {trouble}.")
        return 2
    for each in weaknesses:
        stays = bool(each.numbers & accepted(checkout, today))
        past = each.is_past(today) and not stays
        print(f"  • {each}: {'PAST ITS TIME' if past else 'accepted for now' if stays else 'in time'}")
        code = 1 if past else code
    if not weaknesses:
        print("None has a known weakness.")
    return code


if __name__ == "__main__":
    sys.exit(examine(CHECKOUT, os.environ.get(ADVISORIES, USUAL), datetime.now(UTC).date()))
