"""Which faults, in which order, with which pauses: all from one seed."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from tests.chaos.world import World

# at least thirty in all
HOW_MANY = {
    "kill web": 6,
    "kill bus": 6,
    "kill relay": 6,
    "kill broker": 3,
    "freeze broker": 3,
    "restart database": 4,
    "poison": 4,
}


@dataclass(frozen=True)
class Fault:
    """One harm. ``pause``: seconds before it; ``length``: how long it lasts, where that can be chosen."""

    kind: str
    pause: float
    length: float


def plan(seed: int) -> list[Fault]:
    """The faults of a seed, in order."""
    chance = random.Random(seed)
    kinds = [kind for kind, count in HOW_MANY.items() for _ in range(count)]
    chance.shuffle(kinds)
    # now and then the broker is frozen for longer than two heartbeats
    return [Fault(kind, chance.uniform(0.1, 1.5), chance.choice((1.0, 2.0, 3.0, 12.0))) for kind in kinds]


def carry_out(fault: Fault, world: World, poison: Callable[[], None]) -> None:
    """Do it."""
    match fault.kind:
        case "kill broker":
            world.kill_broker(min(fault.length, 3.0))
        case "freeze broker":
            world.freeze_broker(fault.length)
        case "restart database":
            world.restart_database()
        case "poison":
            poison()
        case kill:
            world.kill(kill.removeprefix("kill "))
