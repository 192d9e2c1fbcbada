"""What pages and API have in common: every reading in one transaction with its record, every refusal with its own."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from flask import Blueprint
from werkzeug.wrappers import Response

from services.audit import bootstrap
from services.audit.adapters.sealed_spool import SealedSpool
from services.audit.adapters.unit_of_work import AuditUnitOfWork
from services.audit.commands.record_reading import REFUSED, RULE, record_reading
from services.audit.domain.refusals import TrailIsUnknown
from services.audit.views import entries, export, log_status, trail
from services.audit.views.steps import Step
from shared.kernel.actor import Actor
from shared.kernel.refusals import Invalid
from shared.web.api import page_cursor, read_cursor
from shared.web.problem import answer_refusal
from shared.web.who import RoleNotAllowed, current_actor

# so many entries are verified while a page waits; beyond it, on request
VERIFIED_AT_ONCE = 20_000


class Reviewing:
    """Reads for the reviewer who is asking. Each method is one transaction."""

    def __init__(self, parts: bootstrap.Parts) -> None:
        self.parts = parts

    def page(
        self, kind: str, limit: int, cursor: str | None, record_kind: str
    ) -> tuple[list[Step], set[UUID], str | None]:
        """A page of entries, which of their consents or referrals have ended, and the cursor to the next page."""
        before = read_cursor(kind, cursor)
        actor = current_actor()
        with self.parts.as_auditor() as uow:
            found = entries.newest(
                uow.connection,
                kind,
                self.parts.mandate_of(actor),
                self.parts.value,
                limit=limit + 1,
                before=before[0] if before else None,
            )
            shown = found[:limit]
            # entries are named by their own ids: what they tell of may be lists themselves, too long for one leaf
            named = [step.id for step in shown] if kind == "all" else _subjects(shown)
            over = set() if kind == "all" else entries.ended(uow.connection, named)
            self._record(uow, actor, "list", record_kind, named)
            uow.commit()
        return shown, over, page_cursor(kind, [shown[-1].index]) if len(found) > limit else None

    def trail_of(self, kind: str, subject_id: UUID) -> trail.Trail:
        """A consent's or referral's trail. Raises TrailIsUnknown, with the attempt recorded."""
        actor = current_actor()
        read = trail.consent_trail if kind == "consent" else trail.referral_trail
        with self.parts.as_auditor() as uow:
            found = read(uow.connection, subject_id, self.parts.mandate_of(actor), self.parts.value)
            if found is None:
                self._record(uow, actor, "attempt.read", kind, [subject_id], TrailIsUnknown.slug)
            else:
                self._record(uow, actor, "read", kind, [subject_id])
            uow.commit()
        if found is None:
            raise TrailIsUnknown
        return found

    def entry(self, index: int) -> Step:
        """One entry. Raises TrailIsUnknown."""
        actor = current_actor()
        with self.parts.as_auditor() as uow:
            found = entries.one(uow.connection, index, self.parts.mandate_of(actor), self.parts.value)
            if found is None:
                raise TrailIsUnknown
            self._record(uow, actor, "read", "entry", [found.id])
            uow.commit()
        return found

    def search(self, asked: str) -> list[entries.Found]:
        """Consents and referrals that fit. Raises Invalid when there is nothing to search for."""
        if not asked.strip():
            raise Invalid(fields={"/asked": "Write a number, or the beginning of an id."})
        actor = current_actor()
        with self.parts.as_auditor() as uow:
            found = entries.find(uow.connection, asked, self.parts.mandate_of(actor))
            self._record(uow, actor, "search", "trail", [each.id for each in found])
            uow.commit()
        return found

    def status(self, *, verify: bool | None = None) -> tuple[log_status.LogStatus, log_status.Verified | None]:
        """The log at a glance, verified unless it is long; ``verify`` says yes or no for certain."""
        with self.parts.as_auditor() as uow:
            seen = log_status.status(uow.connection, self.parts.clock.now())
            wanted = seen.size <= VERIFIED_AT_ONCE if verify is None else verify
            verified = log_status.verify_now(uow.connection) if wanted else None
            uow.rollback()
        return seen, verified

    def export(self, *, with_names: bool) -> SealedSpool:
        """The log as a ZIP file, to be sent. Raises TrailIsUnknown while there is nothing in it."""
        actor = current_actor()
        spool = SealedSpool()
        mandate = self.parts.mandate_of(actor) if with_names else None
        try:
            with self.parts.as_auditor() as uow:
                export.write_export(uow.connection, spool, mandate, self.parts.opening)
                self._record(uow, actor, "export", "log-with-names" if with_names else "log", ())
                uow.commit()
        except BaseException as trouble:
            spool.close()
            if isinstance(trouble, export.NothingToExport):
                raise TrailIsUnknown from None
            raise
        return spool

    def record_refusals(self, doors: Blueprint) -> None:
        """Have a blueprint note who tried to come in under another role, and answer as usual."""

        @doors.errorhandler(RoleNotAllowed)
        def refused(refusal: RoleNotAllowed) -> Response:
            with self.parts.as_service() as uow:
                self._record(uow, current_actor(), "attempt.read", "log", (), refusal.slug)
                uow.commit()
            return answer_refusal(refusal)

    def _record(
        self,
        uow: AuditUnitOfWork,
        actor: Actor,
        action: str,
        record_kind: str,
        subjects: Collection[UUID],
        refused_by: str | None = None,
    ) -> None:
        record_reading(
            uow,
            self.parts.source,
            actor.user,
            action,
            record_kind=record_kind,
            subjects=subjects,
            acting_as=(actor.assignment_id, actor.unit_id, actor.role.value),
            **({"outcome": REFUSED, "rule": refused_by} if refused_by else {"rule": RULE}),
        )


def _subjects(steps: list[Step]) -> list[UUID]:
    return list(dict.fromkeys(each for step in steps for each in (*step.subjects, *step.consents)))
