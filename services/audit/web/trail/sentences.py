"""What is said of the entries of one page: most of them are alike, so each sentence is looked up and put together once.

The words themselves are in ``words.py`` and ``reasons.py``. One of these is made for each answer, in its language, and
thrown away.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from uuid import UUID

from flask_babel import gettext

from services.audit.views.fold import READING
from services.audit.views.steps import Step
from services.audit.web.trail import reasons, words


class Wording:
    """Says the same as those of each entry."""

    def __init__(self) -> None:
        self._said: dict[Hashable, str] = {}
        self._numbered = gettext("entry %(number)s")
        self._ids: dict[int, str] = {}

    def heading(self, step: Step) -> str:
        """What happened, in a few words."""
        return self._once(words.heading, step, _about(step))

    def why(self, step: Step) -> str:
        """Why it was allowed, or refused, in one sentence; empty where there was nothing to allow."""
        # what was done is told with what it was done to: there are few of those on a page
        return self._once(reasons.why, step, _about(step)) if step.type == READING else reasons.why(step)

    def who(self, step: Step) -> str:
        """By whom, or whom it concerns."""
        by = (step.user, step.erased, step.role, step.unit_id, step.unit_name, step.assignment, step.concerns)
        return self._once(words.who, step, (step.type in words.ABOUT_A_UNIT, *by))

    def numbered(self, step: Step) -> str:
        """By which number the log has it."""
        return self._numbered % {"number": step.index}

    def ids(self, given: Iterable[UUID]) -> list[str]:
        """Ids as texts: lists of the same unit show much the same."""
        spelt = self._ids
        return [spelt.get(each.int) or spelt.setdefault(each.int, str(each)) for each in given]

    def _once(self, says: Callable[[Step], str], step: Step, alike: Hashable) -> str:
        key = says, alike
        said = self._said.get(key)
        if said is None:
            said = self._said[key] = says(step)
        return said


def _about(step: Step) -> Hashable:
    """All that heading and reason of a reading go by."""
    relies = bool(step.consents)
    return step.type, step.refused, step.action, step.record_kind, step.purpose, step.rule, relies
