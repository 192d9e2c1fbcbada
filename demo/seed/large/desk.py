"""A desk in memory on which the real commands do their work: nothing is asked of a database, and the rows that they
would have written are there to be poured.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any, Self
from uuid import UUID

from services.referral.adapters import rows
from services.referral.adapters.holidays import swedish_calendar
from services.referral.adapters.keys import Keys
from services.referral.adapters.referrals import SqlReferrals
from services.referral.adapters.tables import consents, contents, data_keys, referrals, steps
from services.referral.bootstrap import Parts
from services.referral.domain.content import Content, Part
from services.referral.domain.referral import Referral, Step
from services.referral.published import published
from shared.access.access import Access
from shared.contracts.access import access_recorded
from shared.contracts.contract import Contract
from shared.kernel.actor import Actor
from shared.kernel.clock import FixedClock
from shared.kernel.events import DomainEvent
from shared.kernel.identity import ConsentId, ReferralId, uuid7_of
from shared.storage.encryption import DataKey
from shared.storage.master_keys import MasterKeys

Rows = list[dict[str, Any]]
# what is kept on the desk asks no database; of any type, so that whatever else is handed on is still checked
NO_DATABASE: Any = None


@dataclass
class Folder:
    """A referral and its rows, until they are poured."""

    referral: Referral
    consents: Rows
    data_keys: Rows
    contents: Rows
    steps: Rows = field(default_factory=list)
    keys: dict[Part, DataKey] = field(default_factory=dict)

    def rows(self) -> dict[str, Rows]:
        """As they are at the end of its story, by table."""
        kept = {row["id"]: row for row in self.consents}
        for consent in self.referral.consents:
            if consent.withdrawn_at is not None:
                kept[consent.id] |= rows.withdrawal_row(consent)
        return {
            referrals.name: [rows.new_referral_row(self.referral)],
            data_keys.name: self.data_keys,
            consents.name: self.consents,
            contents.name: self.contents,
            steps.name: self.steps,
        }


@dataclass(frozen=True)
class Happened:
    """What one act told, in its journey: by the moment at which it happened."""

    at: datetime
    correlation_id: UUID
    contract: Contract


class Desk:
    """Opens transactions as the service's parts do. Each is committed at once, or undone, in memory."""

    def __init__(self, parts: Parts, clock: FixedClock) -> None:
        self.clock = clock
        self.calendar = swedish_calendar()
        self.routing = Known(parts)
        self.keys = HeldKeys(parts.opening.master)
        self.referrals = HeldReferrals(parts.opening.master, self.keys, self)
        self.folders: dict[UUID, Folder] = {}
        self.happened: list[Happened] = []
        self.actor: Actor | None = None
        self._told: list[Contract] = []

    def unit_of_work(self, actor: Actor, *, history: bool = False) -> Self:
        """The same desk, with somebody at it."""
        self.actor = actor
        return self

    def __enter__(self) -> Self:
        self._told = []
        return self

    def __exit__(self, *_: object) -> None:
        self._told = []

    def record(self, *events: DomainEvent) -> None:
        """Have domain events told, as far as ``published.py`` lets them out."""
        self._told += [contract for each in events if (contract := published(each)) is not None]

    def keep_access(self, access: Access) -> None:
        """Have it told who looked, or tried to."""
        # as it would have been made then: looks are tallied by the hour that their ids were made in
        self._told.append(access_recorded(replace(access, access_id=uuid7_of(access.occurred_at))))

    def commit(self) -> None:
        """Keep what was told."""
        at = self.clock.now()
        journey = uuid7_of(at)
        self.happened += [Happened(at, journey, contract) for contract in self._told]
        self._told = []

    def rollback(self) -> None:
        """Forget what was told."""
        self._told = []

    def clear(self) -> list[Folder]:
        """Take the folders away whose stories have been told."""
        folders, self.folders = list(self.folders.values()), {}
        return folders


class HeldKeys(Keys):
    """The keys of the folders on the desk."""

    def __init__(self, master: MasterKeys) -> None:
        super().__init__(NO_DATABASE, master)
        self.desk: Desk | None = None
        self._made: dict[tuple[UUID, Part], DataKey] = {}
        self._late: dict[UUID, Rows] = {}

    def make(
        self, referral_id: ReferralId, parts: Collection[Part], at: datetime
    ) -> tuple[dict[Part, DataKey], list[dict[str, Any]]]:
        """New keys, and the rows that they are kept in."""
        keys, kept = super().make(referral_id, parts, at)
        for row in kept:
            row["sealed_at"] = None
        self._made |= {(referral_id, part): key for part, key in keys.items()}
        return keys, kept

    def for_writing(self, referral_id: ReferralId, part: Part, at: datetime) -> DataKey:
        """A part's key, made when it is first needed."""
        if (referral_id, part) not in self._made:
            _, kept = self.make(referral_id, [part], at)
            self._late.setdefault(referral_id, []).extend(kept)
        return self._made[referral_id, part]

    def late(self, referral_id: UUID) -> Rows:
        """The rows of keys that were made after the referral was sent; they are told once."""
        return self._late.pop(referral_id, [])

    def forget(self, referral_id: UUID) -> None:
        """Let go of a referral's keys."""
        for part in Part:
            self._made.pop((referral_id, part), None)


class HeldReferrals(SqlReferrals):
    """The referrals on the desk, as far as they concern whoever sits at it."""

    def __init__(self, master: MasterKeys, keys: HeldKeys, desk: Desk) -> None:
        super().__init__(NO_DATABASE, master)
        self.keys = self._held = keys
        self._desk = desk

    def lock(self, referral_id: ReferralId) -> Referral | None:
        """The referral, if it concerns the unit."""
        folder, actor = self._desk.folders.get(referral_id), self._desk.actor
        if folder is None or actor is None:
            return None
        found = folder.referral
        found.events = []
        theirs = (found.referring_unit_id, found.receiving_unit_id, found.stand_in_unit_id)
        return found if actor.unit_id in theirs else None

    def id_of_consent(self, consent_id: ConsentId) -> ReferralId | None:
        """The referral that a consent belongs to."""
        return next(
            (
                each.referral.id
                for each in self._desk.folders.values()
                if any(c.id == consent_id for c in each.referral.consents)
            ),
            None,
        )

    def add(self, referral: Referral, content: Content) -> None:
        """Put a new referral on the desk."""
        _, (_, keys), (_, theirs), (_, said), (_, first) = self.new_rows(referral, content)
        self._desk.folders[referral.id] = Folder(referral, theirs, keys, said, first)

    def save(self, referral: Referral) -> None:
        """Keep what changed, and seal what was withdrawn."""
        folder = self._desk.folders[referral.id]
        at = referral.new_steps[-1].at
        folder.steps += self._new_steps(referral)
        folder.data_keys += self._held.late(referral.id)
        for row in folder.data_keys:
            if Part(row["part"]) in referral.sealed:
                row["sealed_at"] = row["sealed_at"] or at

    def note_opened(self, referral: Referral) -> bool:
        """It is the first opening whenever the referral itself says so."""
        return True

    def content(self, referral: Referral, parts: Collection[Part]) -> Content:
        """Nobody reads what is shown here."""
        return Content()

    def words(self, referral: Referral) -> dict[ConsentId, str]:
        """As above: what was read out is kept with the consents' rows."""
        return {}

    def steps(self, referral: Referral, *, with_comments: bool) -> tuple[Step, ...]:
        """As above."""
        return ()


class Known:
    """What the directory has told, each asked for once: it does not change meanwhile."""

    def __init__(self, parts: Parts) -> None:
        @cache
        def ask(question: str, *about: Any) -> Any:
            with parts.as_system() as uow:
                return getattr(uow.routing, question)(*about)

        self._ask = ask

    def __getattr__(self, question: str) -> Any:
        """A question of the ``Routing`` port."""
        return lambda *about: self._ask(question, *about)
