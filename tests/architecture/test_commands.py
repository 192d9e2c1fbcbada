"""Commands are asked for in one way, and processes run in one (docs/grammar.md), in all four services.

``do_this(command, actor, uow)`` in somebody else's transaction; ``Something(begin, …).run()`` in its own ones.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.syntax import tree_of

ROOT = Path(__file__).parents[2]
SERVICES = sorted(file.parent.name for file in (ROOT / "services").glob("*/service.py"))
ASKED = (["command", "actor", "uow"], ["command", "uow"])
# what changes something or opens what does: whatever is given one of these beside the transaction is no command
OPENS = ("Callable", "Clock", "Engine", "Connection", "AbstractContextManager", "Iterator")


def sources(room: str) -> Iterator[tuple[str, str]]:
    """Every module of a room, in all four services: its path and its text."""
    for service in SERVICES:
        for file in sorted((ROOT / "services" / service / room).rglob("*.py")):
            yield f"{service}/{file.stem}", file.read_text(encoding="utf-8")


def public(source: str) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    """The functions and classes of a module that others may use."""
    for node in tree_of(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node


def ports() -> set[str]:
    """What the services' domains ask of the world, but for a transaction itself."""
    found = set()
    for service in SERVICES:
        for node in public((ROOT / "services" / service / "domain/ports.py").read_text(encoding="utf-8")):
            if isinstance(node, ast.ClassDef) and "Protocol" in {ast.unparse(base) for base in node.bases}:
                found.add(node.name)
    return found


PORTS = ports()


def is_frozen(node: ast.ClassDef) -> bool:
    """Whether it is a value: a frozen dataclass."""
    return any("dataclass(frozen=True" in ast.unparse(each) for each in node.decorator_list)


def otherwise(source: str) -> list[str]:
    """The public names of a module of commands that are asked otherwise: each is a value, a command, or what several
    commands share, which is given the transaction last, after who acts, or nothing that could change anything.
    """
    nodes = list(public(source))
    values = {node.name for node in nodes if isinstance(node, ast.ClassDef) and is_frozen(node)}
    # what a function answers with is not what it is asked
    answers = {ast.unparse(each) for node in nodes if isinstance(node, ast.FunctionDef) and node.returns
               for each in ast.walk(node.returns)}  # fmt: skip
    commands = {name.lower() for name in values - answers}
    return [
        node.name
        for node in nodes
        if not (is_frozen(node) if isinstance(node, ast.ClassDef) else _is_asked_right(node, commands))
    ]


def _is_asked_right(node: ast.FunctionDef, commands: set[str]) -> bool:
    given = [each.arg for each in node.args.args]
    if node.name.replace("_", "") in commands or ("command" in given and "uow" in given):
        return given in ASKED and not node.args.kwonlyargs
    in_order = "uow" not in given or (given[-1] == "uow" and ("actor" not in given or given[-2] == "actor"))
    return in_order and not _reaches_out(node)


def _reaches_out(node: ast.FunctionDef) -> bool:
    """Whether something but the transaction is given by which the world is asked or changed."""
    given = [each for each in (*node.args.args, *node.args.kwonlyargs) if each.arg != "uow"]
    types = [word for each in given if each.annotation for word in ast.walk(each.annotation)]
    named = {each.id for each in types if isinstance(each, ast.Name)}
    return bool(named & {*OPENS, *PORTS} or {"work", "begin", "connection"} & {each.arg for each in given})


def stopped(source: str) -> list[str]:
    """The public classes of a module of processes that are neither values nor run in the one way."""
    return [
        node.name
        for node in public(source)
        if isinstance(node, ast.ClassDef)
        and not any("dataclass" in ast.unparse(each) for each in node.decorator_list)
        and not _runs(node)
    ]


def _runs(node: ast.ClassDef) -> bool:
    methods = {each.name: each for each in node.body if isinstance(each, ast.FunctionDef)}
    made, run = methods.get("__init__"), methods.get("run")
    others = [name for name in methods if not name.startswith("_") and name != "run"]
    if made is None or run is None or others:
        return False
    first = [each.arg for each in made.args.args][1:2]
    asked = [each.arg for each in (*run.args.args, *run.args.kwonlyargs)]
    return first in (["begin"], ["process"]) and asked == ["self"]


@pytest.mark.parametrize("service", SERVICES)
def test_every_command_is_asked_in_one_way(service: str) -> None:
    """What is asked, by whom, in which transaction; what else it needs hangs on the transaction."""
    found = {name: wrong for name, source in sources("commands") if (wrong := otherwise(source))}
    assert {name: wrong for name, wrong in found.items() if name.startswith(f"{service}/")} == {}


def test_there_are_commands_in_every_service() -> None:
    """Nothing above looks at an empty room."""
    asked = [
        name.partition("/")[0]
        for name, source in sources("commands")
        for node in public(source)
        if isinstance(node, ast.FunctionDef) and [each.arg for each in node.args.args] in ASKED
    ]
    assert {service: asked.count(service) >= 3 for service in SERVICES} == dict.fromkeys(SERVICES, True)
    assert len(SERVICES) == 4


def test_every_process_runs_in_one_way() -> None:
    """Made with how it opens transactions, or with the process that it watches over; asked for nothing when it runs."""
    assert {name: wrong for name, source in sources("processes") if (wrong := stopped(source))} == {}
    running = [name.partition("/")[0] for name, source in sources("processes") if "def run(self)" in source]
    assert set(running) == set(SERVICES)


def test_whoever_opens_a_transaction_has_it_kept_on_leaving() -> None:
    """Neither a command, nor a process, nor a timer commits by hand; the log's own role does, which is another's."""
    timers = [(f"{each}/service", (ROOT / f"services/{each}/service.py").read_text("utf-8")) for each in SERVICES]
    rooms = [*sources("commands"), *sources("processes"), *timers]
    by_hand = {name for name, source in rooms if ".commit()" in source}
    assert by_hand == {"audit/integrate"}


@pytest.mark.parametrize(
    "asked",
    [
        "work, editor, asked",
        "command, uow, actor",
        "command, actor, uow, areas",
        "uow, actor, unit_id",
        "command, work",
        # as notifications and audit asked them
        "begin, channel, clock",
        "uow, channel, *, to_operators",
        "alarms: Alarms, found, at",
        "sequences: Sequences, alarms: Alarms, clock: Clock, parked",
        "reading: Callable[[], AbstractContextManager[Stored]], key",
        "uow, alarm_id, reason",
        "found, uow, clock: Clock",
        "found, uow, *, clock: Clock",
    ],
)
def test_another_way_would_be_found(asked: str) -> None:
    """The ways in which they were asked before."""
    assert otherwise(f"def register_unit({asked}): ...") == ["register_unit"]


def test_a_command_that_is_not_given_its_own_value_would_be_found() -> None:
    """By the name that it shares with what is asked."""
    value = "@dataclass(frozen=True)\nclass CloseAlarm: ...\n"
    assert otherwise(f"{value}def close_alarm(alarm_id, uow): ...") == ["close_alarm"]
    assert otherwise(f"{value}def close_alarm(command, actor, uow): ...") == []


@pytest.mark.parametrize("kind", ["class Closing(Protocol): ...", "class Sequencer:\n    def integrate(self): ..."])
def test_what_is_no_value_has_another_room(kind: str) -> None:
    """A protocol for each file, and what remembers between two transactions."""
    assert len(otherwise(kind)) == 1


@pytest.mark.parametrize(
    "methods",
    [
        "def __init__(self, begin): ...\n    def tick(self, uow): ...",
        "def __init__(self, begin): ...\n    def run(self, uow): ...",
        "def __init__(self, clock, begin): ...\n    def run(self): ...",
        "def __init__(self, begin): ...\n    def run(self): ...\n    def integrate(self): ...",
    ],
)
def test_another_way_to_run_would_be_found(methods: str) -> None:
    """As they did before, or half as they do now."""
    assert stopped(f"class Comparer:\n    {methods}") == ["Comparer"]
    assert stopped("class Comparer:\n    def __init__(self, begin): ...\n    def run(self): ...") == []


def lets_out_by_itself(source: str) -> bool:
    """Whether a command decides what others hear: that is ``published.py``'s, and the transaction asks it."""
    return any(
        isinstance(node, ast.ImportFrom) and (node.module or "").endswith(".published")
        for node in ast.walk(tree_of(source))
    )


def test_commands_hand_events_over() -> None:
    """``uow.record(event)``, in whatever service."""
    assert [name for name, source in sources("commands") if lets_out_by_itself(source)] == []
    assert lets_out_by_itself("from services.notifications.published import published\n")
