"""One consent, or one referral, from its first entry to its last: every step, and the readings page by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, TextClause, text

from services.audit.adapters.beside_entries import ABOUT
from services.audit.adapters.openings import Unseal
from services.audit.domain.beside import NOT_OURS
from services.audit.domain.mandate import Mandate
from services.audit.domain.refusals import EntryIsSpoilt
from services.audit.log.shown_set import OF_MANY
from services.audit.views.steps import SHOWN, WIDTH, Step, as_steps, said_by
from services.audit.views.within import given, within

GIVEN, WITHDRAWN, CANCELLED = "consent.given.v1", "consent.withdrawn.v1", "referral.cancelled.v1"

MANY_SETS, ENTRIES_A_SET = 2_000, 4

# what was done, as opposed to looked at: few, however often the referral is looked at. A stranger's attempt names the
# stranger's unit only, so the whole trail follows from one step within the mandate
_STEPS = within(f"""
    select {SHOWN}, (type like 'consent.%' or type like 'referral.%') and WITHIN as covered
    from {ABOUT} join log_entries on index = entry_index
    where subject_id = :subject and type <> 'access.recorded.v1' order by index
""")  # noqa: S608 - our own column names
# plain questions that stop early, rather than one that the planner may answer by way of the whole log
_READINGS = f"""
    select entry_index from {ABOUT} join log_entries on index = entry_index
    where subject_id = SUBJECT and type = 'access.recorded.v1' and ALSO
        and (cast(:before as bigint) is null or entry_index < :before)
    order by entry_index desc limit :limit
"""  # noqa: S608 - as above
LOOKED_AT = _READINGS.replace("SUBJECT", "cast(:subject as uuid)").replace("ALSO", "true")


def listed(many_sets: int, entries_a_set: int) -> str:
    """The newest lists that showed a subject: a list names the set of what it showed, so of each set that holds it.

    What has been in the same list for years is in thousands of sets. With ``many_sets`` or more, its newest entries are
    first looked for at the end of the log, ``entries_a_set`` for each of them: as long as asking half of the sets
    takes. Whoever finds too little there has lost no more than that.
    """
    return f"""
        with showing as materialized (select key from sets_showing(cast(:subject as uuid)) as key),
        sets as materialized (select count(*) as number from showing),
        until as materialized (
            select coalesce(cast(:before as bigint), (select max(index) + 1 from log_entries)) as index
        ),
        near as materialized (
            select index as listed from log_entries
            where index < (select index from until)
                and index >= (
                    select until.index - {entries_a_set} * number from until, sets where number >= {many_sets}
                )
                and (shown in (select key from showing)) is true
            order by index desc limit :limit
        )
        select listed from near
        union all (
            select entry.listed from showing, lateral (
                select index as listed from log_entries
                where shown = key and (cast(:before as bigint) is null or index < :before) offset 0
            ) as entry
            where (select count(*) from near) < :limit
            order by entry.listed desc limit :limit
        )
    """  # noqa: S608 - our own numbers


# bytes that an index holds (migration 0002)
_REFUSED = _READINGS.replace("SUBJECT", "cast(:around as uuid)").replace(
    "ALSO", "position('\\x226f7574636f6d65223a227265667573656422'::bytea in leaf) > 0"
)


def newest_of(*questions: str) -> TextClause:
    """The newest of what several questions find, as rows of SHOWN."""
    found = " union all ".join(f"({question})" for question in questions)
    return text(f"select {SHOWN} from log_entries where index = any(array({found})) order by index desc limit :limit")  # noqa: S608 - as above


LISTED = listed(MANY_SETS, ENTRIES_A_SET)
_OF_A_REFERRAL = newest_of(LOOKED_AT, LISTED)
_OF_A_CONSENT = newest_of(LOOKED_AT, LISTED, _REFUSED)


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
    own, covered = _step_rows(connection, consent_id, mandate)
    referral_id = _referral_of(own, consent_id) if covered else None
    if referral_id is None:
        return None
    # a row's first column is the entry's index
    seen = {row[0] for row in own}
    around, _ = _step_rows(connection, referral_id, mandate)
    # an early end is what a withdrawal leads to
    ended = [row for row in around if row[0] not in seen and said_by(row)["type"] == CANCELLED]
    newest, older = _reading_rows(connection, consent_id, referral_id, limit, before)
    done, readings = _both(connection, [*own, *ended], newest, unseal)
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
    own, covered = _step_rows(connection, referral_id, mandate)
    if not covered:
        return None
    newest, older = _reading_rows(connection, referral_id, None, limit, before)
    done, readings = _both(connection, own, newest, unseal)
    if not any(step.data.get("referral_id") == str(referral_id) for step in done):
        return None
    return Trail("referral", referral_id, referral_id, done, readings, older, before is not None)


def _step_rows(connection: Connection, subject: UUID, mandate: Mandate) -> tuple[list[Row[Any]], bool]:
    """What was done, as rows of SHOWN and one column more; and whether any of it is within the mandate."""
    rows = list(connection.execute(_STEPS, given(mandate, subject=subject)))
    return rows, any(row.covered for row in rows)


def _referral_of(own: Sequence[Row[Any]], consent_id: UUID) -> UUID | None:
    """The referral that a consent belongs to, as an entry of its own says. Raises EntryIsSpoilt."""
    try:
        said = (said_by(row).get("data", {}) for row in own)
        return next((UUID(data["referral_id"]) for data in said if data.get("consent_id") == str(consent_id)), None)
    except NOT_OURS:
        raise EntryIsSpoilt from None


def _reading_rows(
    connection: Connection, subject: UUID, around: UUID | None, limit: int, before: int | None
) -> tuple[list[Row[Any]], int | None]:
    """A page of what was looked at or tried; refused attempts name no consent, since none was relied on."""
    asked: dict[str, Any] = {"subject": subject, "before": before, "limit": limit + 1}
    if around is None:
        newest = list(connection.execute(_OF_A_REFERRAL, asked))
    else:
        newest = list(connection.execute(_OF_A_CONSENT, asked | {"around": around}))
    return newest[:limit], newest[limit - 1][0] if len(newest) > limit else None


def _both(
    connection: Connection, done: Sequence[Row[Any]], readings: Sequence[Row[Any]], unseal: Unseal
) -> tuple[list[Step], list[Step]]:
    """What was done and what was looked at, each in order: read together, since reading them asks for much at once."""
    rows = [row[:WIDTH] for row in (*done, *readings)]
    steps = {step.index: step for step in as_steps(connection, rows, unseal)}
    return _in_order([steps[row[0]] for row in done]), _in_order([steps[row[0]] for row in readings])


def _in_order(steps: list[Step]) -> list[Step]:
    # what is given in the moment of sending is given first: the bus promises no order
    return sorted(steps, key=lambda step: (step.occurred_at, step.type != GIVEN, step.index))
