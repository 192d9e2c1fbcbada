"""What the verification finds becomes alarms: one for a run of entries, opened once, until a reviewer closes it.

A reviewer who has closed one has seen it: the same is not opened again. However many rows somebody changed, the alarms
of one kind stay few: beyond MOST_OPEN the newest one is widened to "somewhere among these".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.audit.domain.alarms import THE_LOG, Alarm, Standing, alike
from services.audit.domain.ports import Work
from services.audit.log.check import Finding

MOST_OPEN = 50


@dataclass(frozen=True, kw_only=True)
class NoteFindings:
    """What was found, and when."""

    found: Sequence[Finding]
    at: datetime


def note_findings(command: NoteFindings, uow: Work) -> None:
    """Open alarms for what is not known yet, or widen those that it adjoins."""
    alarms, new = uow.alarms, _in_runs(command.found)
    if not new:
        return
    kinds = sorted({each.kind for each in new})
    standing, accepted = alarms.standing(kinds), alarms.accepted(kinds)
    for alarm in new:
        if any(_covers(each.alarm, alarm) for each in (*standing, *accepted)):
            continue
        same = [each for each in standing if alike(each.alarm, alarm)]
        near = [each for each in same if each.alarm.first <= alarm.last + 1 and alarm.first <= each.alarm.last + 1]
        wider = near[:1] or (same[-1:] if len(same) >= MOST_OPEN else [])
        if wider:
            alarms.widen(wider[0].alarm_id, *_both(wider[0], alarm))
        else:
            alarms.open(alarm, command.at)
        standing = alarms.standing(kinds)


def _in_runs(found: Iterable[Finding]) -> list[Alarm]:
    runs: list[Alarm] = []
    for each in sorted(found, key=lambda one: (one.kind, one.source, one.where, one.first, one.last)):
        alarm = Alarm(each.kind, each.source or THE_LOG, each.first, each.last, where=each.where)
        if runs and alike(runs[-1], alarm) and alarm.first <= runs[-1].last + 1:
            before = runs.pop()
            last = max(before.last, alarm.last)
            alarm = Alarm(alarm.kind, alarm.source, before.first, last, where=alarm.where)
        runs.append(alarm)
    return runs


def _covers(one: Alarm, other: Alarm) -> bool:
    return alike(one, other) and one.first <= other.first and other.last <= one.last


def _both(standing: Standing, alarm: Alarm) -> tuple[int, int]:
    return min(standing.alarm.first, alarm.first), max(standing.alarm.last, alarm.last)
