"""One consent, or one referral, from its first entry to its last: every step, and the readings page by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, text

from services.audit.adapters.beside_entries import ABOUT
from services.audit.adapters.openings import Unseal
from services.audit.domain.mandate import Mandate
from services.audit.log.shown import OF_MANY
from services.audit.views.steps import SHOWN, Step, as_steps
from services.audit.views.within import given, within

GIVEN, WITHDRAWN, CANCELLED = "consent.given.v1", "consent.withdrawn.v1", "referral.cancelled.v1"

# a stranger's attempt names the stranger's unit only, so the whole trail follows from one step within the mandate
_COVERED = within(f"""
    select exists (
        select 1 from {ABOUT} join log_entries on index = entry_index
        where subject_id = :subject and type <> 'access.recorded.v1'
            and (type like 'consent.%' or type like 'referral.%') and WITHIN)
""")  # noqa: S608 - our own column names
# what was done, as opposed to looked at: few, however often the referral is looked at
_STEPS = text(f"""
    select {SHOWN} from {ABOUT} join log_entries on index = entry_index
    where subject_id = :subject and type <> 'access.recorded.v1' order by index
""")  # noqa: S608 - our own column names
# two plain questions that stop early, rather than one that the planner may answer by way of the whole log
_READINGS = f"""
    select {SHOWN} from {ABOUT} join log_entries on index = entry_index
    where subject_id = :subject and type = 'access.recorded.v1' and ALSO
        and (cast(:before as bigint) is null or entry_index < :before)
    order by entry_index desc limit :limit
"""  # noqa: S608 - as above
_LOOKED_AT = text(_READINGS.replace("ALSO", "true"))
# a list names the set of what it showed: of each set that holds this one, its newest entries
_LISTED = text(f"""
    select {SHOWN} from (
        select newest.listed from sets_showing(cast(:subject as uuid)) as key, lateral (
            select index as listed from log_entries
            where shown = key and (cast(:before as bigint) is null or index < :before)
            order by index desc limit :limit
        ) as newest
        order by newest.listed desc limit :limit
    ) as found join log_entries on index = listed
""")  # noqa: S608 - as above
# bytes that an index holds (migration 0002)
_REFUSED = text(_READINGS.replace("ALSO", "position('\\x226f7574636f6d65223a227265667573656422'::bytea in leaf) > 0"))


@dataclass(frozen=True)
class Trail:
    """What happened around a consent or a referral.

    ``done``: every step, always whole. ``readings``: a page of readings and refused attempts. Both by the time it
    happened. ``older``: the index before which there are more readings, or None. ``continued``: this is not the first
    page.
    """

    kind: str
    subject_id: UUID
    referral_id: UUID
    done: list[Step]
    readings: list[Step]
    older: int | None
    continued: bool

    @cached_property
    def steps(self) -> list[Step]:
        """What this page tells: the first one every step and the newest readings, the others older readings."""
        return self.readings if self.continued else _in_order([*self.done, *self.readings])

    @property
    def cut_short(self) -> bool:
        """Whether there are older readings than these."""
        return self.older is not None

    @property
    def withdrawn(self) -> Step | None:
        """The step by which the consent was first withdrawn, wholly or in part, if it was."""
        return next((step for step in self.done if step.type == WITHDRAWN), None)

    @property
    def withdrawn_at(self) -> datetime | None:
        """When that happened."""
        return self.withdrawn.occurred_at if self.withdrawn else None

    @property
    def withdrawal_recorded_at(self) -> datetime | None:
        """When the log took it in."""
        return self.withdrawn.recorded_at if self.withdrawn else None

    @property
    def given(self) -> Step | None:
        """The step by which the consent was given."""
        return next((step for step in self.done if step.type == GIVEN), None)

    @property
    def consents(self) -> list[UUID]:
        """Every consent that a referral's steps name."""
        named = [UUID(step.data["consent_id"]) for step in self.done if "consent_id" in step.data]
        # a list rests on the consents of every referral it shows, most of them other people's
        relied_on = [each for step in self.steps if step.action not in OF_MANY for each in step.consents]
        return list(dict.fromkeys([*named, *relied_on]))


def consent_trail(
    connection: Connection,
    consent_id: UUID,
    mandate: Mandate,
    unseal: Unseal,
    *,
    limit: int,
    before: int | None = None,
) -> Trail | None:
    """From given to withdrawn: every use that relied on it, and what was tried on its referral and refused."""
    if not _covered(connection, consent_id, mandate):
        return None
    own = as_steps(connection, _step_rows(connection, consent_id), unseal)
    given_or_not = next((step for step in own if step.data.get("consent_id") == str(consent_id)), None)
    if given_or_not is None:
        return None
    referral_id = UUID(given_or_not.data["referral_id"])
    seen = {step.index for step in own}
    around = [row for row in _step_rows(connection, referral_id) if row[0] not in seen]
    newest, older = _reading_rows(connection, consent_id, referral_id, limit, before)
    steps, readings = _both(connection, around, newest, unseal)
    # an early end is what a withdrawal leads to
    done = _in_order([*own, *(step for step in steps if step.type == CANCELLED)])
    return Trail("consent", consent_id, referral_id, done, readings, older, before is not None)


def referral_trail(
    connection: Connection,
    referral_id: UUID,
    mandate: Mandate,
    unseal: Unseal,
    *,
    limit: int,
    before: int | None = None,
) -> Trail | None:
    """Everything around a referral: steps, readings, consents, refused attempts."""
    if not _covered(connection, referral_id, mandate):
        return None
    newest, older = _reading_rows(connection, referral_id, None, limit, before)
    done, readings = _both(connection, _step_rows(connection, referral_id), newest, unseal)
    if not any(step.data.get("referral_id") == str(referral_id) for step in done):
        return None
    return Trail("referral", referral_id, referral_id, done, readings, older, before is not None)


def _covered(connection: Connection, subject: UUID, mandate: Mandate) -> bool:
    return bool(connection.scalar(_COVERED, given(mandate, subject=subject)))


def _step_rows(connection: Connection, subject: UUID) -> Sequence[Row[Any]]:
    return connection.execute(_STEPS, {"subject": subject}).all()


def _reading_rows(
    connection: Connection, subject: UUID, around: UUID | None, limit: int, before: int | None
) -> tuple[list[Row[Any]], int | None]:
    """A page of what was looked at or tried; refused attempts name no consent, since none was relied on."""
    asked = {"subject": subject, "before": before, "limit": limit + 1}
    # a row's first column is the entry's index
    found = {row[0]: row for question in (_LOOKED_AT, _LISTED) for row in connection.execute(question, asked)}
    if around is not None:
        found |= {row[0]: row for row in connection.execute(_REFUSED, asked | {"subject": around})}
    newest = [found[index] for index in sorted(found, reverse=True)]
    return newest[:limit], newest[limit - 1][0] if len(newest) > limit else None


def _both(
    connection: Connection, done: Sequence[Row[Any]], readings: Sequence[Row[Any]], unseal: Unseal
) -> tuple[list[Step], list[Step]]:
    """What was done and what was looked at, each in order: read together, since reading them asks for much at once."""
    steps = {step.index: step for step in as_steps(connection, [*done, *readings], unseal)}
    return _in_order([steps[row[0]] for row in done]), _in_order([steps[row[0]] for row in readings])


def _in_order(steps: list[Step]) -> list[Step]:
    # what is given in the moment of sending is given first: the bus promises no order
    return sorted(steps, key=lambda step: (step.occurred_at, step.type != GIVEN, step.index))
