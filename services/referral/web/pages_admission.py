"""Forms that cannot be carried out: which version one was written from, and where what was typed in it waits.

A page that answers a form directly leaves all that was typed in the browser's session files on disk; so every answer to
a form is a redirect, and what was typed is kept on the server, sealed, until the form goes through.
"""

from __future__ import annotations

from uuid import UUID

from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from services.referral.adapters.unit_of_work import ReferralUnitOfWork
from services.referral.commands.admission import admit_to_change, known_to, record_reading
from services.referral.commands.keep_form import KeptForm, keep_form, kept_form
from services.referral.domain.access import Shown
from services.referral.domain.referral import Referral
from services.referral.domain.states import Action
from services.referral.web import forms
from services.referral.web.parts import parts
from shared.kernel.identity import ReferralId
from shared.kernel.refusals import Refusal, VersionIsRequired
from shared.web.who import current_actor

FORMS = (Action.REJECT, Action.COMPLETE, Action.CANCEL, Action.WITHDRAW_CONSENT)


def asked_version() -> int:
    """The version that the form's reader saw. Raises VersionIsRequired."""
    given = request.form.get("version", "")
    if not given.isascii() or not given.isdigit() or len(given) > 9:
        raise VersionIsRequired
    return int(given)


def back_to_the_form(
    action: Action, referral_id: UUID, values: forms.Values, errors: dict[str, str], version: int | None = None
) -> Response:
    """Keep what was typed and what is wrong with it, and show the form again.

    Raises what ``admit_to_change`` raises: nothing is kept for somebody who may not take the step.
    """
    actor = current_actor()
    with parts().unit_of_work(actor) as uow:
        admit_to_change(action, ReferralId(referral_id), None, actor, uow)
        form = KeptForm(values=values, errors=errors, version=version)
        keep_form(action, ReferralId(referral_id), form, actor, uow)
        uow.commit()
    return redirect(f"/referral/referrals/{referral_id}/{action.value}", 303)


def somebody_was_first(action: Action, referral_id: UUID, values: forms.Values) -> Response:
    """Keep what was typed for whoever came second, and lead to the page that says so."""
    actor = current_actor()
    with parts().unit_of_work(actor) as uow:
        _known(action, referral_id, uow)
        keep_form(action, ReferralId(referral_id), KeptForm(values=values), actor, uow)
        uow.commit()
    return redirect(f"/referral/referrals/{referral_id}/moved?form={action.value}", 303)


def moved(referral_id: UUID) -> str | Response:
    """Somebody else was first. What was written is shown, so that it can be used again."""
    asked = next((action for action in FORMS if action.value == request.args.get("form")), None)
    actor = current_actor()
    with parts().unit_of_work(actor) as uow:
        referral = _known(asked or Action.OPEN, referral_id, uow)
        kept = kept_form(asked, ReferralId(referral_id), actor, uow) if asked else None
        if kept is None:
            return redirect(f"/referral/referrals/{referral_id}", 303)
        record_reading(referral, actor, uow, Shown.FORM)
        uow.commit()
    return render_template("referral/moved.html", referral_id=referral_id, comment=kept.values.get("comment", ""))


def moved_page(referral_id: UUID, refusal: Refusal) -> tuple[str, int]:
    """Somebody else was first, and nothing had been written."""
    return render_template("referral/moved.html", referral_id=referral_id, comment=""), refusal.status


def _known(action: Action, referral_id: UUID, uow: ReferralUnitOfWork) -> Referral:
    asked = ReferralId(referral_id)
    return known_to(action, uow.referrals.lock(asked), asked, current_actor(), uow)
