"""What pages and API have in common: every reading in one transaction with its record, every refusal with its own."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from uuid import UUID

from flask import Flask, request
from sqlalchemy import Connection

from services.audit import bootstrap
from services.audit.adapters.unit_of_work import AuditUnitOfWork
from services.audit.commands.close_alarm import close_alarm
from services.audit.commands.record_reading import REFUSED, RULE, record_reading
from services.audit.domain.alarms import REASONS
from services.audit.domain.refusals import TrailIsUnknown
from services.audit.views import entries, export, log_status, standing, trail
from services.audit.views.steps import Step
from shared.kernel.actor import Actor
from shared.kernel.refusals import Invalid, Refusal
from shared.kernel.translation import says
from shared.vocabulary.misread import Misread
from shared.web.api import page_cursor, read_cursor
from shared.web.refusing import record_with
from shared.web.who import current_actor

# what an address names, by the name that the route gives it
_KINDS = {"consent_id": "consent", "referral_id": "referral", "alarm_id": "alarm", "index": "entry"}


class Reviewing:
    """Reads for the reviewer who is asking. Each method is one transaction."""

    def __init__(self, parts: bootstrap.Parts) -> None:
        self.parts = parts

    def page(
        self, kind: str, limit: int, cursor: str | None, record_kind: str
    ) -> tuple[list[Step], dict[UUID, str], str | None]:
        """A page of entries, how their consents or referrals stand by id, and the cursor to the next page."""
        before = read_cursor(kind, cursor)
        actor = current_actor()
        with self.parts.as_auditor() as uow:
            found = entries.newest(
                uow.connection,
                kind,
                self.parts.mandate_of(actor),
                self.parts.opening,
                limit=limit + 1,
                before=before[0] if before else None,
            )
            shown = found[:limit]
            # entries are named by their own ids: what they tell of may be lists themselves, too long for one leaf
            named = [step.id for step in shown] if kind == "all" else _subjects(shown)
            states: dict[UUID, str] = {}
            if kind == "consents":
                states.update(standing.of_consents(uow.connection, shown, self.parts.clock.now()))
            elif kind == "referrals":
                states.update(standing.of_referrals(uow.connection, shown))
            self._record(uow, actor, "list", record_kind, named)
            uow.commit()
        return shown, states, page_cursor(kind, [shown[-1].index]) if len(found) > limit else None

    def trail_of(self, kind: str, subject_id: UUID, limit: int, cursor: str | None) -> tuple[trail.Trail, str | None]:
        """A consent's or referral's trail, and the cursor to older readings.

        Raises TrailIsUnknown, with the attempt recorded; MalformedCursor when it is not one of this trail's.
        """
        purpose = f"trail:{subject_id}"
        before = read_cursor(purpose, cursor)
        actor = current_actor()
        read = trail.consent_trail if kind == "consent" else trail.referral_trail
        with self.parts.as_auditor() as uow:
            found = read(
                uow.connection,
                subject_id,
                self.parts.mandate_of(actor),
                self.parts.opening,
                limit=limit,
                before=before[0] if before else None,
            )
            if found is None:
                self._record(uow, actor, "attempt.read", kind, [subject_id], TrailIsUnknown.slug)
            else:
                self._record(uow, actor, "read", kind, [subject_id])
            uow.commit()
        if found is None:
            raise TrailIsUnknown
        return found, page_cursor(purpose, [found.older]) if found.older is not None else None

    def entry(self, index: int) -> Step:
        """One entry. Raises TrailIsUnknown, with the attempt recorded: which entry it was, if there is one."""
        actor = current_actor()
        with self.parts.as_auditor() as uow:
            found = entries.one(uow.connection, index, self.parts.mandate_of(actor), self.parts.opening)
            if found is None:
                beyond = entries.id_of(uow.connection, index)
                tried = [] if beyond is None else [beyond]
                self._record(uow, actor, "attempt.read", "entry", tried, TrailIsUnknown.slug)
            else:
                self._record(uow, actor, "read", "entry", [found.id])
            uow.commit()
        if found is None:
            raise TrailIsUnknown
        return found

    def search(self, asked: str) -> list[entries.Found]:
        """Consents and referrals that fit. Raises Invalid when there is nothing to search for, or a mistyped number."""
        if not asked.strip():
            raise Invalid(fields={"/asked": says("Write a number, or the beginning of an id.")})
        actor = current_actor()
        with self.parts.as_auditor() as uow:
            try:
                found = entries.find(uow.connection, asked, self.parts.mandate_of(actor))
            except Misread as wrong:
                raise Invalid(fields={"/asked": wrong.title}) from None
            self._record(uow, actor, "search", "trail", [each.id for each in found])
            uow.commit()
        return found

    def status(self) -> log_status.LogStatus:
        """The log at a glance, with what its verification has found."""
        with self.parts.as_auditor() as uow:
            seen = log_status.status(uow.connection, self.parts.clock.now(), self.parts.log_key, self.parts.verifying)
            uow.rollback()
        return seen

    def ask_for_a_round(self) -> None:
        """Have the whole log verified, in the background. Asking again while that goes on changes nothing much."""
        with self.parts.as_auditor() as uow:
            log_status.ask_for_a_round(uow.connection, self.parts.clock.now())
            uow.commit()

    def alarm(self, alarm_id: UUID) -> log_status.OpenAlarm:
        """One alarm that stands open. Raises TrailIsUnknown, with the attempt recorded, for any other."""
        actor = current_actor()
        with self.parts.as_auditor() as uow:
            found = log_status.open_alarm(uow.connection, alarm_id)
            if found is None:
                self._record(uow, actor, "attempt.read", "alarm", [alarm_id], TrailIsUnknown.slug)
                uow.commit()
        if found is None:
            raise TrailIsUnknown
        return found

    def close_alarm(self, alarm_id: UUID, reason: str) -> None:
        """Close an alarm for a reason, which the log keeps with who said so.

        Raises Invalid for no such reason; TrailIsUnknown for an alarm that no person can close, or none.
        """
        if reason not in REASONS:
            raise Invalid(fields={"/reason": says("Choose why the alarm is closed.")})
        actor = current_actor()
        with self.parts.as_auditor() as uow:
            closed = close_alarm(uow, alarm_id, reason)
            if closed:
                self._record(uow, actor, "change", "alarm", [alarm_id], rule=f"reviewers-close-{reason}")
            else:
                self._record(uow, actor, "attempt.change", "alarm", [alarm_id], TrailIsUnknown.slug)
            uow.commit()
        if not closed:
            raise TrailIsUnknown

    def export(self, *, with_names: bool) -> Iterator[bytes]:
        """The log as a ZIP file, in pieces, made while it is sent. Raises TrailIsUnknown while there is nothing in it.

        That it was asked for is recorded before the first piece.
        """
        actor = current_actor()
        mandate = self.parts.mandate_of(actor) if with_names else None
        try:
            _, pieces = export.export_pieces(self._reading, mandate, self.parts.opening)
        except export.NothingToExport:
            raise TrailIsUnknown from None
        with self.parts.as_auditor() as uow:
            self._record(uow, actor, "export", "log-with-names" if with_names else "log", ())
            uow.commit()
        return pieces

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self.parts.as_auditor() as uow:
            yield uow.connection

    def record_refusals(self, app: Flask) -> None:
        """Have pages and API note who tried to come in under another role, or without a form's token, and at what."""

        def record(refusal: Refusal) -> None:
            address = request.view_args or {}
            # what the address names, so that the attempt is in that one's trail
            named = [value for value in address.values() if isinstance(value, UUID)]
            kind = next((_KINDS[name] for name in address if name in _KINDS), "log")
            self.record_attempt(current_actor(), kind, named, refusal.slug)

        record_with(app, record)

    def admit_to_trail(self, kind: str, subject_id: UUID) -> None:
        """Raises TrailIsUnknown, with the attempt recorded, for a trail that is not the reviewer's to read."""
        actor = current_actor()
        read = trail.consent_trail if kind == "consent" else trail.referral_trail
        with self.parts.as_auditor() as uow:
            found = read(
                uow.connection, subject_id, self.parts.mandate_of(actor), self.parts.opening, limit=1, before=None
            )
            if found is None:
                self._record(uow, actor, "attempt.read", kind, [subject_id], TrailIsUnknown.slug)
                uow.commit()
        if found is None:
            raise TrailIsUnknown

    def record_attempt(self, actor: Actor, kind: str, named: Collection[UUID], refused_by: str) -> None:
        """Note who tried to come to something, in a transaction of its own, as ``Attempts`` says. Raises TooOften.

        ``refused_by``: the refusal's slug.
        """
        if not self.parts.attempts.is_recorded(actor.user, kind, named):
            return
        with self.parts.as_service() as uow:
            self._record(uow, actor, "attempt.read", kind, named, refused_by)
            uow.commit()

    def _record(
        self,
        uow: AuditUnitOfWork,
        actor: Actor,
        action: str,
        record_kind: str,
        subjects: Collection[UUID],
        refused_by: str | None = None,
        *,
        rule: str = RULE,
    ) -> None:
        record_reading(
            uow,
            self.parts.source,
            actor.user,
            action,
            record_kind=record_kind,
            subjects=subjects,
            acting_as=(actor.assignment_id, actor.unit_id, actor.role.value),
            **({"outcome": REFUSED, "rule": refused_by} if refused_by else {"rule": rule}),
        )


def _subjects(steps: list[Step]) -> list[UUID]:
    return list(dict.fromkeys(each for step in steps for each in (*step.subjects, *step.consents)))
