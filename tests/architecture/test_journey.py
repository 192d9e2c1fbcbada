"""docs/journey.md follows one referral, file by file; each step must still be where the page says.

That the chapters in which she sends and others hear tell what happens is tests/journeys/test_journey_is_true.py's; here
is shown that what compares them can fail.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.journey_page import FOLLOWED, JOURNEY, LISTENERS, STEP, Told, chapters, told_in, untruths
from tests.support.tracing import Call, Way

ROOT = Path(__file__).resolve().parents[2]

# how deep in a service a room lies (the import rules' order), and the way out below them; `shared/web` is part of "web"
DEPTHS = (
    {"web", "service.py", "verify.py"},
    {"processes"},
    {"commands", "reactions", "views"},
    {"domain", "log"},
    {"access"},
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
    """The rooms on the way of each request that is not followed, in the order in which the page tells of them.

    Each numbered step, and each point in a list, begins anew.
    """
    found: list[list[str]] = []
    for name, told in chapters(page).items():
        if name not in {*FOLLOWED, *LISTENERS}:
            parts = re.split(r"^\s*(?:\d+\.|-) ", told, flags=re.MULTILINE)
            found += [rooms for part in parts if (rooms := [room_of(file) for file, _ in STEP.findall(part)])]
    return found


def room_of(file: str) -> str:
    """`services/referral/web/referral/api.py` is in "web", `services/referral/published.py` is a room of its own."""
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
    """By each request that follows the sending, and by what is done by a clock."""
    page = JOURNEY.read_text()
    assert wrong_turns(page) == []
    assert passages(page)
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
    """In one step; apart, they are two requests."""
    assert wrong_turns(f"# A page\n## Another\n7. Nothing.\n8. {told}\n")
    apart = told.replace(" then ", "\n2. ").replace(", ", "\n2. ")
    assert not wrong_turns(f"# A page\n## Another\n1. {apart}\n")


def test_the_steps_are_numbered_through() -> None:
    """One journey from the first to the last, whatever chapter."""
    numbers = [int(number) for number in re.findall(r"^(\d+)\. ", JOURNEY.read_text(), re.MULTILINE)]
    assert numbers == [*range(1, len(numbers) + 1)]
    assert numbers


def test_every_followed_chapter_is_there() -> None:
    """A chapter under another heading would be compared with nothing."""
    page = JOURNEY.read_text()
    assert all(told_in(page, chapter).steps for chapter in (*FOLLOWED, *LISTENERS))


# a small way: the page's module, its command, and what both ask
A_WAY = Way(
    [
        Call("services/a/web/pages.py", "send"),
        Call("services/a/bootstrap.py", "Parts.work", "services/a/web/pages.py"),
        Call("services/a/commands/send.py", "send", "services/a/web/pages.py"),
        Call("services/a/domain/thing.py", "Thing.check", "services/a/commands/send.py"),
        Call("shared/storage/work.py", "Work.commit", "services/a/web/pages.py"),
    ]
)
A_CHAPTER = """
1. `services/a/web/pages.py:send` asks `services/a/commands/send.py:send`.
2. `services/a/domain/thing.py:Thing`, and `shared/storage/work.py:commit`.

| Room | Modules |
|---|---|
| `services/a/` | `bootstrap.py` |
"""


def _told(text: str) -> Told:
    return told_in(f"# A page\n## A chapter\n{text}\n## Another\n`services/b/c.py`\n", "A chapter")


def test_a_true_chapter_has_no_untruths() -> None:
    """Steps in their order, and the rest named besides."""
    assert untruths(_told(A_CHAPTER), A_WAY) == []


@pytest.mark.parametrize(
    ("written", "planted", "said"),
    [
        ("thing.py:Thing", "thing.py:Other", "services/a/domain/thing.py:Other is a step, and is not entered"),
        (
            "`services/a/web/pages.py:send` asks `services/a/commands/send.py:send`",
            "`services/a/commands/send.py:send` is asked by `services/a/web/pages.py:send`",
            "services/a/web/pages.py:send is told after services/a/commands/send.py:send, and is entered before it",
        ),
        ("| `services/a/` | `bootstrap.py` |", "", "services/a/bootstrap.py is entered, and is not named"),
        ("`services/a/domain/thing.py:Thing`, and ", "", "services/a/domain/thing.py is entered, and is not named"),
        ("`bootstrap.py`", "`bootstrap.py`, `views.py`", "services/a/views.py is named besides, and is not entered"),
        (
            "| `services/a/` |",
            "| `services/a/commands/` | `send.py` |\n| `services/a/` |",
            "services/a/commands/send.py is named besides, and is a step",
        ),
    ],
    ids=["not so", "swapped", "left out besides", "left out as a step", "besides not so", "twice"],
)
def test_an_untruth_is_found(written: str, planted: str, said: str) -> None:
    """Each kind of untruth, and no other beside it."""
    assert written in A_CHAPTER
    assert untruths(_told(A_CHAPTER.replace(written, planted)), A_WAY) == [said]
