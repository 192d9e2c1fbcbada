"""docs/journey.md follows one referral, file by file; each step must still be where the page says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
JOURNEY = ROOT / "docs" / "journey.md"

# `path/to/file.py` or `path/to/file.py:name`
STEP = re.compile(r"`((?:services|shared|deploy)/[\w/.]+\.(?:py|html))(?::(\w+))?`")

# a request that is one chapter long; elsewhere each numbered step, and each point in a list, begins anew
ONE_REQUEST = "Alva sends"
# how deep in a service a room lies (the import rules' order), and the way out below them; `shared/web` is part of "web"
DEPTHS = (
    {"web", "service.py", "verify.py"},
    {"commands", "reactions", "views"},
    {"domain", "log"},
    {"adapters"},
    {"published.py"},
    {"messaging"},
    {"storage"},
)


def steps() -> list[tuple[str, str]]:
    """Every (file, name) the journey passes; name is empty when the step is a whole file."""
    return STEP.findall(JOURNEY.read_text())


def test_the_journey_passes_every_service() -> None:
    """A journey that leaves out a service is not the whole way."""
    passed = {file.split("/")[1] for file, _ in steps() if file.startswith("services/")}
    assert passed == {"referral", "directory", "notifications", "audit"}


@pytest.mark.parametrize(("file", "name"), steps() or [("docs/journey.md", "missing")])
def test_each_step_is_where_the_journey_says(file: str, name: str) -> None:
    """The file exists, and defines the name the step speaks of."""
    text = (ROOT / file).read_text()
    if name:
        assert re.search(rf"(?:def|class) {name}\b|^{name}\b", text, re.MULTILINE), f"{file} has no {name}"


def passages(page: str) -> list[list[str]]:
    """The rooms on the way of each request and each event, in the order in which the page tells of them."""
    found: list[list[str]] = []
    for chapter in page.split("\n## ")[1:]:
        name, _, told = chapter.partition("\n")
        parts = [told] if name == ONE_REQUEST else re.split(r"^\s*(?:\d+\.|-) ", told, flags=re.MULTILINE)
        found += [rooms for part in parts if (rooms := [room_of(file) for file, _ in STEP.findall(part)])]
    return found


def room_of(file: str) -> str:
    """`services/referral/web/api.py` is in "web", `services/referral/published.py` is a room of its own."""
    top, second, *rest = file.split("/")
    return second if top == "shared" else rest[0]


def wrong_turns(page: str) -> list[list[str]]:
    """The ways that come back to a room they have left, or go up again."""
    return [rooms for rooms in passages(page) if (way := [depth_of(room) for room in rooms]) != sorted(way)]


def depth_of(room: str) -> int:
    """Rooms at one depth are blind to each other, so nobody passes two of them."""
    (depth,) = [depth for depth, rooms in enumerate(DEPTHS) if room in rooms]
    return depth


def test_each_room_is_passed_once_and_forward() -> None:
    """By the request that sends, by each event that is heard, and by each request that follows."""
    page = JOURNEY.read_text()
    assert wrong_turns(page) == []
    assert {room for rooms in passages(page) for room in rooms} == set().union(*DEPTHS)
    for rooms in passages(page):
        by_depth = {(depth_of(room), room) for room in rooms}
        assert len({depth for depth, _ in by_depth}) == len(by_depth), f"two rooms side by side: {rooms}"


@pytest.mark.parametrize(
    "told",
    [
        "`services/referral/commands/a.py` then `services/referral/web/b.py`",
        "`services/referral/web/a.py`, `services/referral/domain/b.py`, `services/referral/web/c.py`",
        "`shared/messaging/a.py`, `services/referral/adapters/b.py`",
    ],
    ids=["upwards", "back again", "in by the way out"],
)
def test_a_wrong_turn_is_noticed(told: str) -> None:
    """In the request of a whole chapter as in a step."""
    assert wrong_turns(f"# A page\n## {ONE_REQUEST}\n1. {told}\n")
    assert wrong_turns(f"# A page\n## Another\n7. Nothing.\n8. {told}\n")
    apart = told.replace(" then ", "\n2. ").replace(", ", "\n2. ")
    assert not wrong_turns(f"# A page\n## Another\n1. {apart}\n")


def test_the_steps_are_numbered_through() -> None:
    """One journey from the first to the last, whatever chapter."""
    numbers = [int(number) for number in re.findall(r"^(\d+)\. ", JOURNEY.read_text(), re.MULTILINE)]
    assert numbers == [*range(1, len(numbers) + 1)]
    assert numbers
