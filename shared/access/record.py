"""Records a look in the transaction that shows it, and a refused attempt in one of its own."""

from __future__ import annotations

from datetime import datetime
from typing import NoReturn, Protocol

from shared.access.access import Access, Acting, Attempt, Look, Operator, Outcome
from shared.kernel.actor import Actor, Role, UserRef
from shared.kernel.clock import Clock
from shared.kernel.identity import uuid7


class KeepsAccess(Protocol):
    """A transaction that keeps access records in the way of its service."""

    @property
    def clock(self) -> Clock: ...

    def keep_access(self, access: Access) -> None:
        """Keep it and have it told, if and when this commits.

        Of attempts as many as ``shared.storage.attempts`` lets through. Raises TooOften.
        """
        ...


class Refuses(KeepsAccess, Protocol):
    """A transaction that can be undone, and be gone on with."""

    def rollback(self) -> None: ...

    def commit(self) -> None: ...


def record_access(look: Look, actor: Acting, uow: KeepsAccess) -> None:
    """Record what the actor is shown or does, in the transaction that allows it."""
    uow.keep_access(access_of(look, actor, uow.clock.now()))


def refuse(attempt: Attempt, actor: Acting, uow: Refuses) -> NoReturn:
    """Undo everything, commit the record of the attempt by itself, and raise its refusal. Raises TooOften instead."""
    uow.rollback()
    uow.keep_access(access_of(attempt, actor, uow.clock.now()))
    uow.commit()
    raise attempt.refusal


def access_of(what: Look | Attempt, actor: Acting, at: datetime) -> Access:
    """The record itself, made anew at each call."""
    tried = what if isinstance(what, Attempt) else None
    user = actor if isinstance(actor, UserRef) else actor.user
    under = actor if isinstance(actor, Actor) else None
    return Access(
        access_id=uuid7(),
        action=f"attempt.{what.action}" if tried else str(what.action),
        outcome=Outcome.REFUSED if tried else Outcome.ALLOWED,
        rule=str(tried.rule or tried.refusal.slug if tried else what.rule),
        purpose=str(what.purpose),
        user=user,
        assignment_id=under.assignment_id if under else None,
        unit_id=under.unit_id if under else None,
        role=Role.OPERATOR if isinstance(actor, Operator) else under.role if under else None,
        record_kind=str(what.record_kind),
        subjects=what.subjects,
        consents=what.consents if isinstance(what, Look) else (),
        occurred_at=at,
    )
