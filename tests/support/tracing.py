"""Which modules of the product one request, or one message, really enters: what calls what, seen by the interpreter.

A way is followed in the thread that it is taken in. What is recorded are the product's own functions, in the order in
which they are called; libraries between them are passed over, and so is what a module does when it is imported.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from types import CodeType, FrameType

CHECKOUT = Path(__file__).resolve().parents[2]
ROOMS = ("services/", "shared/")
SERVICES = "services/"
# what finds out what a draft as typed means, and what opens the sealed draft; by file and function
PARSES = ("services/referral/web/draft/parse.py", "parse")
OPENS = ("services/referral/adapters/drafts.py", "SqlDrafts._open")


@dataclass(frozen=True)
class Call:
    """One function that was called. ``by``: the product's file that it was called from, "" when none was before.

    ``resumed``: it is a generator's, which whoever reads from it calls again for each value.
    """

    file: str
    name: str
    by: str = ""
    resumed: bool = False


@dataclass
class Way:
    """Every call of one request or message, in order."""

    calls: list[Call] = field(default_factory=list)

    def modules(self, within: str = SERVICES) -> list[str]:
        """The modules that are entered, in the order of their first entry."""
        return list(dict.fromkeys(call.file for call in self.calls if call.file.startswith(within)))

    def first(self, file: str, name: str = "") -> int | None:
        """When a file is entered for the first time, or a function or class of it; None when it is not.

        ``name``: any part of the qualified name, so a class stands for each of its methods.
        """
        return next((at for at, call in enumerate(self.calls) if call.file == file and _is(call, name)), None)

    def times(self, file: str, name: str) -> int:
        """How often a function, by its whole qualified name, is called."""
        return sum(call.file == file and call.name == name for call in self.calls)

    def crossings(self, within: str = SERVICES) -> int:
        """How often the way goes from one module into another, loops and all."""
        inside = [call.file for call in self.calls if call.file.startswith(within) and not call.resumed]
        return sum(one != other for one, other in pairwise(inside))

    def returns(self, within: str = SERVICES) -> int:
        """How often the way comes back to a module from elsewhere than where it first came from.

        A module is entered first from one place; each other module that leads into it afterwards is one return, however
        often it does so: a loop is walked many times and read once.
        """
        doors = {
            (call.by, call.file)
            for call in self.calls
            if call.file.startswith(within) and call.by != call.file and not call.resumed
        }
        return len(doors) - len({file for _, file in doors})


def _is(call: Call, name: str) -> bool:
    return not name or name in call.name.split(".")


@contextmanager
def traced() -> Iterator[Way]:
    """Follow what this thread does until the block ends."""
    way = Way()
    before = sys.getprofile()
    sys.setprofile(follower(way.calls.append))
    try:
        yield way
    finally:
        sys.setprofile(before)


class Messages:
    """Ways that begin anew with each call of one function: a consumer's, as its messages come.

    Given to `sys.setprofile` in the thread that consumes. ``begins``: the function's file and qualified name.
    """

    def __init__(self, begins: tuple[str, str]) -> None:
        self.ways: list[Way] = []
        self._begins = begins
        self._frame: FrameType | None = None
        self._follow = follower(self._take)

    def __call__(self, frame: FrameType, what: str, _argument: object) -> None:
        """What the interpreter calls."""
        code = frame.f_code
        if what == "call" and self._frame is None and self._begins == (_file_of(code), code.co_qualname):
            self._frame = frame
            self.ways.append(Way())
        if self._frame is not None:
            self._follow(frame, what, None)
        if what == "return" and frame is self._frame:
            self._frame = None

    def _take(self, call: Call) -> None:
        self.ways[-1].calls.append(call)


def follower(take: Callable[[Call], None]) -> Callable[[FrameType, str, object], None]:
    """A profile function that hands on each call of the product's own."""

    def follow(frame: FrameType, what: str, _argument: object) -> None:
        code = frame.f_code
        if what != "call" or code.co_name == "<module>":
            return
        file = _file_of(code)
        if file:
            take(Call(file, code.co_qualname, _caller(frame), bool(code.co_flags & inspect.CO_GENERATOR)))

    return follow


def _caller(frame: FrameType) -> str:
    caller = frame.f_back
    while caller is not None:
        if file := _file_of(caller.f_code):
            return file
        caller = caller.f_back
    return ""


def _file_of(code: CodeType) -> str:
    """A Python file of the product, relative to the checkout; "" for all else."""
    prefix = f"{CHECKOUT}/"
    file = code.co_filename.removeprefix(prefix)
    ours = file is not code.co_filename and file.startswith(ROOMS) and file.endswith(".py")
    return file if ours else ""


def by_room(modules: Sequence[str]) -> dict[str, int]:
    """How many of a service's modules lie in each of its rooms."""
    found: dict[str, int] = {}
    for each in modules:
        room = each.split("/")[2]
        found[room] = found.get(room, 0) + 1
    return found
