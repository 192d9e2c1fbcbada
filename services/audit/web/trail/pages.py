"""Pages for reviewers: consents and referrals, one's trail, all entries, and the search."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.audit.views.fold import folded
from services.audit.web.trail import looks, words
from services.audit.web.trail.sentences import Wording
from shared.kernel.actor import Role
from shared.kernel.held_form import Reason
from shared.kernel.refusals import Invalid
from shared.web.forms.form_page import form_page, shown_again
from shared.web.limits import SEARCHES, costs
from shared.web.validation import messages
from shared.web.who import Tried, needs

ON_A_PAGE = 25
READINGS_ON_A_PAGE = 100
LONGEST_SEARCH = 100

pages = Blueprint("trail", __name__, url_prefix="/audit")
pages.app_context_processor(lambda: {"audit_words": words})


@pages.get("/")
@needs(Role.AUDITOR)
def consents() -> str:
    """The entries by which consents were given."""
    return _list("consents", "consent")


@pages.get("/referrals")
@needs(Role.AUDITOR)
def referrals() -> str:
    """The entries by which referrals were sent."""
    return _list("referrals", "referral")


@pages.get("/entries")
@needs(Role.AUDITOR)
def entries() -> str:
    """All entries."""
    return _list("all", "entry")


# what is searched for stays out of addresses, and so out of histories and logs
@pages.post("/search")
@needs(Role.AUDITOR)
@costs(SEARCHES)
def search() -> Response:
    """Look for a consent or a referral."""
    return shown_again(_search, {"asked": request.form.get("asked", "")[:LONGEST_SEARCH]}, {}, reason=Reason.SEARCH)


@pages.get("/search")
@needs(Role.AUDITOR)
@costs(SEARCHES)
def searched() -> Any:
    """What was found."""
    return form_page(_search, {}, {}, reminds=False)


@pages.get("/consents/<uuid:consent_id>")
@needs(Role.AUDITOR, tries=Tried("read", "consent"))
def consent(consent_id: UUID) -> str:
    """A consent's trail."""
    return _trail("consent", consent_id)


@pages.get("/referrals/<uuid:referral_id>")
@needs(Role.AUDITOR, tries=Tried("read", "referral"))
def referral(referral_id: UUID) -> str:
    """A referral's trail."""
    return _trail("referral", referral_id)


def _search(written: dict[str, Any], _errors: dict[str, Any]) -> Response | str:
    """What fits. Each look at it is a search of its own, and recorded; with nothing asked, none is made."""
    found, errors, asked = None, {}, written.get("asked", "")
    try:
        found = looks.search(asked) if written else None
    except Invalid as invalid:
        errors = messages(invalid.fields)
    if found and len(found) == 1:
        [only] = found
        return redirect(_address(only.kind, only.id), 303)
    return render_template("trail/search.html", asked=asked, found=found, errors=errors)


def _address(kind: str, subject_id: UUID) -> str:
    if kind == "consent":
        return url_for("trail.consent", consent_id=subject_id)
    return url_for("trail.referral", referral_id=subject_id)


def _list(kind: str, record_kind: str) -> str:
    steps, states, cursor = looks.page_of(kind, ON_A_PAGE, request.args.get("cursor"), record_kind)
    return render_template(
        f"trail/{'entries' if kind == 'all' else kind}.html",
        steps=steps,
        said=Wording(),
        states={str(each): state for each, state in states.items()},
        cursor=cursor,
        is_first="cursor" not in request.args,
    )


def _trail(kind: str, subject_id: UUID) -> str:
    trail, cursor = looks.trail_of(kind, subject_id, READINGS_ON_A_PAGE, request.args.get("cursor"))
    return render_template("trail/trail.html", trail=trail, told=folded(trail.steps), said=Wording(), cursor=cursor)
