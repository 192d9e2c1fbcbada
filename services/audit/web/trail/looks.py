"""What pages and API show alike of entries and trails, each look in one transaction with its record."""

from __future__ import annotations

from uuid import UUID

from services.audit.domain.own_access import attempt, look
from services.audit.views import entries, trail
from services.audit.views import states as standing
from services.audit.views.steps import Step
from services.audit.web.page import parts, reading
from shared.access.record import record_access, refuse
from shared.kernel.refusals import Invalid
from shared.kernel.translation import says
from shared.vocabulary.misread import Misread
from shared.web.api.answers import page_cursor, read_cursor
from shared.web.who import current_actor


def page_of(
    kind: str, limit: int, cursor: str | None, record_kind: str
) -> tuple[list[Step], dict[UUID, str], str | None]:
    """A page of entries, how their consents or referrals stand by id, and the cursor to the next page."""
    before = read_cursor(kind, cursor)
    actor = current_actor()
    with reading() as uow:
        found = entries.newest(
            uow.connection,
            kind,
            parts().mandate_of(actor),
            parts().opening,
            limit=limit + 1,
            before=before[0] if before else None,
        )
        shown = found[:limit]
        # entries are named by their own ids: what they tell of may be lists themselves, too long for one leaf
        named = [step.id for step in shown] if kind == "all" else _subjects(shown)
        states: dict[UUID, str] = {}
        if kind == "consents":
            states.update(standing.of_consents(uow.connection, shown, parts().clock.now()))
        elif kind == "referrals":
            states.update(standing.of_referrals(uow.connection, shown))
        record_access(look("list", record_kind, named), actor, uow)
    return shown, states, page_cursor(kind, [shown[-1].index]) if len(found) > limit else None


def trail_of(kind: str, subject_id: UUID, limit: int, cursor: str | None) -> tuple[trail.Trail, str | None]:
    """A consent's or referral's trail, and the cursor to older readings.

    Raises TrailIsUnknown, with the attempt recorded; MalformedCursor when it is not one of this trail's.
    """
    purpose = f"trail:{subject_id}"
    before = read_cursor(purpose, cursor)
    actor = current_actor()
    read = trail.consent_trail if kind == "consent" else trail.referral_trail
    with reading() as uow:
        found = read(
            uow.connection,
            subject_id,
            parts().mandate_of(actor),
            parts().opening,
            limit=limit,
            before=before[0] if before else None,
        )
        if found is None:
            refuse(attempt("read", kind, [subject_id]), actor, uow)
        record_access(look("read", kind, [subject_id]), actor, uow)
    return found, page_cursor(purpose, [found.older]) if found.older is not None else None


def admit_to_trail(kind: str, subject_id: UUID) -> None:
    """Raises TrailIsUnknown, with the attempt recorded, for a trail that is not the reviewer's to read."""
    actor = current_actor()
    read = trail.consent_trail if kind == "consent" else trail.referral_trail
    with reading() as uow:
        if read(uow.connection, subject_id, parts().mandate_of(actor), parts().opening, limit=1, before=None) is None:
            refuse(attempt("read", kind, [subject_id]), actor, uow)


def entry_at(index: int) -> Step:
    """One entry. Raises TrailIsUnknown, with the attempt recorded: which entry it was, if there is one."""
    actor = current_actor()
    with reading() as uow:
        found = entries.one(uow.connection, index, parts().mandate_of(actor), parts().opening)
        if found is None:
            beyond = entries.id_of(uow.connection, index)
            refuse(attempt("read", "entry", [] if beyond is None else [beyond]), actor, uow)
        record_access(look("read", "entry", [found.id]), actor, uow)
    return found


def search(asked: str) -> list[entries.Found]:
    """Consents and referrals that fit. Raises Invalid when there is nothing to search for, or a mistyped number."""
    if not asked.strip():
        raise Invalid(fields={"/asked": says("Write a number, or the beginning of an id.")})
    actor = current_actor()
    with reading() as uow:
        try:
            found = entries.find(uow.connection, asked, parts().mandate_of(actor))
        except Misread as wrong:
            raise Invalid(fields={"/asked": wrong.title}) from None
        record_access(look("search", "trail", [each.id for each in found]), actor, uow)
    return found


def _subjects(steps: list[Step]) -> list[UUID]:
    return list(dict.fromkeys(each for step in steps for each in (*step.subjects, *step.consents)))
