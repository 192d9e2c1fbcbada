"""What the commands need from the world outside, as they see it. The adapters provide it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from services.referral.domain.clocks import WorkingCalendar
from services.referral.domain.content import Content, Part
from services.referral.domain.referral import Referral, Step
from services.referral.domain.routing import ReceivingUnit, RoutingRules
from shared.access.access import Access
from shared.kernel.actor import Actor
from shared.kernel.clock import Clock
from shared.kernel.events import DomainEvent
from shared.kernel.held_form import HeldForm, Writer
from shared.kernel.identity import ConsentId, ReferralId, UnitId


class Referrals(Protocol):
    """The referrals that the actor's unit has to do with; others do not exist here."""

    def lock(self, referral_id: ReferralId) -> Referral | None:
        """The referral with its consents, to be read or changed: others wait until this transaction ends.

        Readers wait as well, so that a withdrawal comes either wholly before a reading or wholly after it.
        """
        ...

    def id_of_consent(self, consent_id: ConsentId) -> ReferralId | None:
        """The referral that a consent belongs to."""
        ...

    def add(self, referral: Referral, content: Content) -> None:
        """Keep a new referral, what it says sealed under new keys."""
        ...

    def save(self, referral: Referral) -> None:
        """Keep what changed: the row, its new steps, its consents; seal what was withdrawn."""
        ...

    def note_opened(self, referral: Referral) -> bool:
        """Keep the first opening; False when somebody else was first."""
        ...

    def content(self, referral: Referral, parts: Collection[Part]) -> Content:
        """What the named parts say."""
        ...

    def words(self, referral: Referral) -> Mapping[ConsentId, str]:
        """What was read out before each consent, where it was kept and can be read."""
        ...

    def steps(self, referral: Referral, *, with_comments: bool) -> tuple[Step, ...]:
        """The steps so far, oldest first."""
        ...


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A form's answers so far, its author's alone. A draft is not a referral, and it expires."""

    id: UUID
    answers: Mapping[str, Any]
    version: int
    created_at: datetime
    updated_at: datetime
    expires_at: datetime


class Drafts(Protocol):
    """The author's own drafts; nobody else's exist here."""

    def get(self, draft_id: UUID) -> Draft | None:
        """A draft that has not expired."""
        ...

    def lock(self, draft_id: UUID) -> Draft | None:
        """The same, to be changed: whoever else would change it waits until this transaction ends."""
        ...

    def save(self, draft: Draft, author: Actor) -> None:
        """Keep a draft, new or changed, its answers sealed."""
        ...

    def discard(self, draft_id: UUID) -> bool:
        """Remove a draft and its key; False when there was none, or it has expired. Of two at once one does."""
        ...

    def discard_expired(self, now: datetime) -> int:
        """Remove every draft whose time is over; how many."""
        ...


class HeldForms(Protocol):
    """The writer's own forms that have not gone through; nobody else's exist here."""

    def hold(self, form: HeldForm, writer: Writer) -> None:
        """Hold it, in place of what is held under its id. Raises FormIsTooLarge."""
        ...

    def find(self, form_id: UUID, now: datetime) -> HeldForm | None:
        """One that has not expired. Raises FormIsUnreadable."""
        ...

    def let_go(self, form_id: UUID) -> bool:
        """Remove it and its key; False when there was none."""
        ...


class Routing(Protocol):
    """What the directory has told of units and routing rules."""

    def rules_of(self, municipality_code: str) -> RoutingRules | None:
        """A municipality's rules, or None when it has told none."""
        ...

    def receiving_units(self, municipality_code: str) -> Mapping[UUID, ReceivingUnit]:
        """The open units that receive referrals in a municipality, and those its rules name, by id."""
        ...

    def receiving_unit(self, unit_id: UnitId) -> ReceivingUnit | None:
        """An open unit that receives referrals, wherever it is: a stand-in may be in another municipality."""
        ...

    def is_civil_society(self, unit_id: UnitId) -> bool:
        """Whether a unit belongs to civil society, which stands outside the secrecy act."""
        ...

    def may_not_stand_in(self, unit_id: UnitId) -> bool:
        """Whether a unit is known as one that no new referral may be shown to: civil society's, or closed."""
        ...

    def keep(
        self,
        municipality_code: str,
        version: int,
        default_unit_id: UnitId,
        rules: Sequence[Mapping[str, Any]],
        *,
        told_again: bool = False,
    ) -> None:
        """Take a municipality's rules into the copy, unless a newer version is there, or the same is not told again.

        Raises Failure (permanent).
        """
        ...


class Work(Protocol):
    """One transaction: what changed, what is told, who looked."""

    clock: Clock
    calendar: WorkingCalendar

    @property
    def referrals(self) -> Referrals:
        """The referrals."""
        ...

    @property
    def drafts(self) -> Drafts:
        """The drafts."""
        ...

    @property
    def held_forms(self) -> HeldForms:
        """The steps' forms that have not gone through."""
        ...

    @property
    def routing(self) -> Routing:
        """Units and rules."""
        ...

    def record(self, *events: DomainEvent) -> None:
        """Have domain events told, as far as ``published.py`` lets them out."""
        ...

    def keep_access(self, access: Access) -> None:
        """Keep and tell who read, or tried to. Raises TooOften."""
        ...

    def commit(self) -> None:
        """Commit everything at once."""
        ...

    def rollback(self) -> None:
        """Undo everything since the last commit."""
        ...
