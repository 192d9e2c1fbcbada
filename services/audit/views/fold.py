"""What one person was shown in lists many times a day is told once, with how often and when. Nobody is hidden."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from services.audit.log.shown_set import OF_MANY
from services.audit.views.steps import Step
from shared.kernel.clock import swedish_day

READING = "access.recorded.v1"


@dataclass(frozen=True)
class Told:
    """One place in a track: an entry, or several alike. ``steps`` are in the order they happened, never none."""

    steps: tuple[Step, ...]

    @property
    def first(self) -> Step:
        """The entry that tells what all of them are."""
        return self.steps[0]

    @property
    def last(self) -> Step:
        """The latest."""
        return self.steps[-1]

    @property
    def told_late(self) -> bool:
        """Whether the log took any of them in so long after that both times are to be shown."""
        return any(step.told_late for step in self.steps)

    @property
    def recorded_first(self) -> datetime:
        """When the log took in the first of them."""
        return min(step.recorded_at for step in self.steps)

    @property
    def recorded_last(self) -> datetime:
        """When the log took in the last of them."""
        return max(step.recorded_at for step in self.steps)

    @property
    def times(self) -> int:
        """How often."""
        return len(self.steps)


def folded(steps: Iterable[Step]) -> list[Told]:
    """Fold the showings in lists and searches that one user made for one unit on one Swedish day.

    Never across a step: what was seen before a withdrawal is told before it. What was refused stands by itself.
    """
    told: list[list[Step]] = []
    alike: dict[object, list[Step]] = {}
    for step in steps:
        if step.type != READING:
            alike.clear()
        if not _is_folded(step):
            told.append([step])
        elif (key := _key(step)) in alike:
            alike[key].append(step)
        else:
            alike[key] = [step]
            told.append(alike[key])
    return [Told(tuple(each)) for each in told]


def _is_folded(step: Step) -> bool:
    return step.type == READING and step.action in OF_MANY and not step.refused


def _key(step: Step) -> object:
    day = swedish_day(step.occurred_at)
    return day, step.action, step.purpose, step.user, step.unit_id, step.assignment, step.role, step.rule
