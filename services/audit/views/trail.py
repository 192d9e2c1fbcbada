"""One consent, or one referral, from its first entry to its last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text

from services.audit.domain.mandate import Mandate
from services.audit.views.steps import Step, Unseal, as_steps
from services.audit.views.within import given, within

LONGEST = 1_000
GIVEN, WITHDRAWN, SENT = "consent.given.v1", "consent.withdrawn.v1", "referral.sent.v1"
OF_MANY = ("list", "search")

# a stranger's attempt names the stranger's unit only, so the whole trail follows from one step within the mandate
_COVERED = within("""
    select exists (
        select 1 from log_about join log_entries on index = entry_index
        where subject_id = :subject and (type like 'consent.%' or type like 'referral.%') and WITHIN)
""")
_ABOUT = text("""
    select index, leaf from log_entries
    where index in (select entry_index from log_about where subject_id = :subject)
    order by index desc limit :longest
""")


@dataclass(frozen=True)
class Trail:
    """What happened around a consent or a referral, by the time it happened."""

    kind: str
    subject_id: UUID
    referral_id: UUID
    steps: list[Step]
    cut_short: bool

    @property
    def withdrawn_at(self) -> datetime | None:
        """When the consent was withdrawn, if it was."""
        return next((step.occurred_at for step in self.steps if step.type == WITHDRAWN), None)

    @property
    def given(self) -> Step | None:
        """The step by which the consent was given."""
        return next((step for step in self.steps if step.type == GIVEN), None)

    @property
    def consents(self) -> list[UUID]:
        """Every consent that a referral's steps name."""
        named = [UUID(step.data["consent_id"]) for step in self.steps if "consent_id" in step.data]
        # a list rests on the consents of every referral it shows, most of them other people's
        relied_on = [each for step in self.steps if step.action not in OF_MANY for each in step.consents]
        return list(dict.fromkeys([*named, *relied_on]))


def consent_trail(connection: Connection, consent_id: UUID, mandate: Mandate, unseal: Unseal) -> Trail | None:
    """From given to withdrawn: every use that relied on it, and what was tried on its referral and refused."""
    if not _covered(connection, consent_id, mandate):
        return None
    own, cut = _steps(connection, consent_id, unseal)
    given_or_not = next((step for step in own if step.data.get("consent_id") == str(consent_id)), None)
    if given_or_not is None:
        return None
    referral_id = UUID(given_or_not.data["referral_id"])
    around, cut_around = _steps(connection, referral_id, unseal)
    seen = {step.index for step in own}
    tried = [step for step in around if step.index not in seen and _belongs(step)]
    return Trail("consent", consent_id, referral_id, _in_order([*own, *tried]), cut or cut_around)


def referral_trail(connection: Connection, referral_id: UUID, mandate: Mandate, unseal: Unseal) -> Trail | None:
    """Everything around a referral: steps, readings, consents, refused attempts."""
    if not _covered(connection, referral_id, mandate):
        return None
    steps, cut = _steps(connection, referral_id, unseal)
    if not any(step.data.get("referral_id") == str(referral_id) for step in steps):
        return None
    return Trail("referral", referral_id, referral_id, _in_order(steps), cut)


def _belongs(step: Step) -> bool:
    """Refused attempts name no consent, since none was relied on; an early end is what a withdrawal leads to."""
    return step.refused or step.type == "referral.cancelled.v1"


def _covered(connection: Connection, subject: UUID, mandate: Mandate) -> bool:
    return bool(connection.scalar(_COVERED, given(mandate, subject=subject)))


def _steps(connection: Connection, subject: UUID, unseal: Unseal) -> tuple[list[Step], bool]:
    rows = connection.execute(_ABOUT, {"subject": subject, "longest": LONGEST + 1}).all()
    return as_steps(connection, [(row[0], row.leaf) for row in rows[:LONGEST]], unseal), len(rows) > LONGEST


def _in_order(steps: list[Step]) -> list[Step]:
    # what is given in the moment of sending is given first: the bus promises no order
    return sorted(steps, key=lambda step: (step.occurred_at, step.type != "consent.given.v1", step.index))
