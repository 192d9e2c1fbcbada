"""Tells audit, notifications and the directory what happened, by their own reactions, many events at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text

from demo.wait import wait_until
from services.audit import bootstrap as audit
from services.audit.reactions.when_anything_happens_remember_it import remember
from services.directory import bootstrap as directory
from services.directory.reactions.when_a_referral_takes_a_step_count_it import when_a_referral_takes_a_step_count_it
from services.directory.service import Directory
from services.notifications import bootstrap as notifications
from services.notifications.domain.ports import Answer, NewNotice
from services.notifications.service import Notifications
from shared.contracts.contract import Contract
from shared.contracts.envelope import Envelope
from shared.kernel.identity import NoticeId
from shared.messaging.receive.subscribe import subscriptions_of
from shared.settings import Settings

AT_MOST_WAITING = 50_000
"""So many entries may wait for the sequencer: more of them would only make the queue larger."""
DRAINED_WITHIN_S = 1_800
WAITING = text("select count(*) from (select 1 from pending_entries limit :most) as found")

Heard = Sequence[tuple[Envelope, Contract]]


class Queue:
    """The services that hear the referral service, without a broker between."""

    def __init__(self, settings: Settings) -> None:
        self._audit = audit.for_bus(settings)
        self._notifications = notifications.for_bus(settings)
        self._directory = directory.for_bus(settings)
        self._notices = HeldNotices()

    def hear(self, heard: Heard) -> None:
        """Have each service act on what it listens to."""
        self._remember(heard)
        self._notify(heard)
        self._count(heard)

    def close(self) -> None:
        """Give the connections back."""
        for parts in (self._audit, self._notifications, self._directory):
            parts.engine.dispose()

    def _remember(self, heard: Heard) -> None:
        with self._audit.as_service() as uow:
            remember(heard, uow)
            uow.commit()
        wait_until(self._has_room, saying="the log to take in what waits", within=DRAINED_WITHIN_S, every=0.5)

    def _has_room(self) -> bool:
        with self._audit.engine.connect() as connection:
            return int(connection.execute(WAITING, {"most": AT_MOST_WAITING}).scalar_one()) < AT_MOST_WAITING

    def _notify(self, heard: Heard) -> None:
        service = Notifications(self._notifications)
        with self._notifications.as_service() as uow:
            kept = uow.notices
            self._notices.acting_unit = kept.acting_unit  # type: ignore[attr-defined]  # a question of another table
            uow.notices = self._notices  # type: ignore[assignment]  # as much of it as reactions ask for
            for envelope, event in heard:
                for method, in_batches in _reactions(Notifications, event.event_type):
                    uow.cause, uow.correlation_id = envelope, envelope.correlation_id
                    getattr(service, method)([(envelope, event)] if in_batches else event, uow)
            answers, last_words, new = self._notices.take()
            kept.remember_telling(answers)
            kept.remember_telling(last_words, last_word=True)
            kept.add(new)
            uow.commit()

    def _count(self, heard: Heard) -> None:
        taken = [event for _, event in heard if _reactions(Directory, event.event_type)]
        with self._directory.work() as uow:
            when_a_referral_takes_a_step_count_it(taken, uow)  # type: ignore[arg-type]  # reactions take their own contracts
            uow.commit()


class HeldNotices:
    """Notices as the reactions write them, kept to be written together; and what carers have answered so far."""

    def __init__(self) -> None:
        self._told: dict[UUID, Answer] = {}
        self._answers: list[Answer] = []
        self._last_words: list[Answer] = []
        self._new: list[NewNotice] = []

    def add(self, new: Sequence[NewNotice]) -> set[NoticeId]:
        """Keep them; all of them are new."""
        self._new += new
        return {each.id for each in new}

    def may_tell_referrer(self, referral_id: UUID, at: Any) -> bool | None:
        """What the carer answered, as far as it holds at that moment."""
        found = self._told.get(referral_id)
        if found is None:
            return None
        return found.allowed and (found.until is None or found.until > at)

    def remember_telling(self, answers: Sequence[Answer], *, last_word: bool = False) -> None:
        """Keep what carers answered."""
        for each in answers:
            before = self._told.get(each.referral_id)
            if last_word and before is not None:
                each = Answer(each.referral_id, each.allowed, before.until)
            self._told[each.referral_id] = each
        (self._last_words if last_word else self._answers).extend(answers)

    def release(self, *_: Any) -> list[Any]:
        """Nothing is ever held: a consent is told before what follows it."""
        return []

    def take(self) -> tuple[list[Answer], list[Answer], list[NewNotice]]:
        """What is to be written, once."""
        taken = self._answers, self._last_words, self._new
        self._answers, self._last_words, self._new = [], [], []
        return taken


_found: dict[tuple[type, str], list[tuple[str, bool]]] = {}


def _reactions(service: type, event_type: str) -> list[tuple[str, bool]]:
    """The methods of a service that listen to an event, and whether each takes several together."""
    if (service, event_type) not in _found:
        _found[service, event_type] = [
            (each.queue.partition(".")[2], each.batch > 1)
            for each in subscriptions_of(service)
            if any(event_type == told for _, told in each.bindings)
        ]
    return _found[service, event_type]
