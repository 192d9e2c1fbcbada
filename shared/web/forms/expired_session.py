"""A form that came after its sender's session is held for that sender, who is led to where it waits.

WCAG 2.2, 2.2.1 and technique G105: whoever writes slowly mostly loses nothing, with or without scripts (decision 0011
says when they do). The old cookie proves who wrote, never who is here now; a form's token proves whose page it was on,
when its sender has signed out and in again since. So it leaves a form and opens nothing: the same user, signed in anew
under the same assignment, has it sent (``waiting_form``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self
from urllib.parse import quote
from uuid import UUID

from flask import Response, current_app, g, redirect, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from shared.kernel.actor import UserRef
from shared.kernel.held_form import FormIsTooLarge, HeldForm, Reason, Writer
from shared.kernel.translation import says
from shared.observability.logs import logger
from shared.vocabulary.page_addresses import page_at
from shared.web import form_token
from shared.web.forms.form_page import NAME, asked_name
from shared.web.forms.store import keeping
from shared.web.problem_page import problem_answer
from shared.web.sent_words import FORM
from shared.web.session.state import SessionState
from shared.web.who import SignedIn, expired_session, signed_in, web

_log = logger("web.held_forms")

WAITING = "held_forms"
"""The blueprint of the page where such a form waits."""
# in the cookie, until its owner signs in: where the form waits that this browser sent last
_KEPT = "kept"


@dataclass(frozen=True, kw_only=True)
class SentForm:
    """A form as it was sent: where to, and its fields in order, without the token.

    ``answered``: it has been carried out, with an answer that led nowhere (a file), and may be asked for once more.
    """

    path: str
    query: str
    fields: tuple[tuple[str, str], ...] = field(repr=False)
    answered: bool = False

    @classmethod
    def read(cls, typed: Mapping[str, Any]) -> Self:
        """What is held of it."""
        fields = tuple((name, value) for name, value in typed["fields"])
        return cls(path=typed["path"], query=typed["query"], fields=fields, answered=typed.get("answered", False))

    def written(self) -> dict[str, Any]:
        """What is to be held of it."""
        return asdict(self)


def hold_form() -> str | None:
    """Hold the form of this request for its sender: where it waits. None: it is not to be held, or could not be."""
    kept_in = keeping()
    if kept_in is None or not _is_a_form_of_ours():
        return None
    try:
        sender = _late_sender()
        if sender is None:
            return None
        held = HeldForm.now(Reason.EXPIRED_SESSION, _as_sent().written(), web().clock.now())
        with kept_in.store.of(sender) as forms:
            forms.hold(held, sender)
        session[_KEPT] = url_for(f"{WAITING}.show", form_id=held.id)
    except FormIsTooLarge:
        return None
    # whatever is broken: nothing is promised then
    except Exception as error:  # noqa: BLE001
        _log.error("form not kept", error=error)
        return None
    return str(session[_KEPT])


def _is_a_form_of_ours() -> bool:
    """Whether somebody filled it in on a page of ours, behind a door that asks who it is."""
    view = current_app.view_functions.get(request.endpoint or "")
    return hasattr(view, "lotsa_needs") and request.blueprint != WAITING and request.mimetype == FORM


def _late_sender() -> Writer | None:
    """Whose form it is, when it came after the session that its page was made in.

    Whoever has signed in again since, if the page was theirs; or whom the cookie of a session names that is over, if it
    was not signed out. They must hold the assignment that they have, or had, chosen.
    """
    now, here = web().clock.now(), signed_in()
    state = expired_session() if here is None else None
    user, assignment_id = _of(here) if here else _of(state)
    if user is None or assignment_id is None:
        return None
    if not (g.get("csrf_valid") or form_token.is_on_a_page_of(user, now)):
        return None
    held = web().staff.assignments_of(user, now)
    return Writer(user, assignment_id) if assignment_id in {each.id for each in held} else None


def _of(who: SignedIn | SessionState | None) -> tuple[UserRef | None, UUID | None]:
    if isinstance(who, SignedIn):
        return who.user, who.assignment.id if who.assignment else None
    return (who.user, who.assignment_id) if who else (None, None)


def _as_sent() -> SentForm:
    return SentForm(
        path=request.path,
        query=request.query_string.decode("latin-1"),
        fields=tuple(each for each in request.form.items(multi=True) if each[0] != form_token.FIELD),
    )


def answer_signed_out() -> AnyResponse:
    """What a page answers to whoever is not signed in: a form that came too late is held, where it can be.

    A page that answers a form directly leaves what was typed in the browser's files, and a second sending, by reloading
    it, would be told of as lost. So it is a redirect to where the form waits, and that page says so.
    """
    if request.method not in ("GET", "HEAD"):
        held = hold_form()
        return redirect(held, 303) if held else answer_not_kept(403)
    if session.get(_KEPT) == request.path:
        return _answer_kept()
    return redirect(page_at("sign-in") + back_here(), 303)


def back_here() -> str:
    """Where to go on afterwards: only pages can be come back to, not forms that were sent."""
    if request.method not in ("GET", "HEAD") or request.path == "/":
        return ""
    name = asked_name()
    return "?next=" + quote(request.path + (f"?{NAME}={name}" if name else ""))


def answer_not_kept(status: int) -> Response:
    """A form came after its sender's session and is not kept: nobody knows whose it is, or nowhere to put it.

    What was written in it is shown, to be copied.
    """
    return problem_answer(
        "signed-out",
        says("You are no longer signed in."),
        status,
        says(
            # promise: late-form-is-kept-sealed
            # promise: late-form-is-sent-after-signing-in
            "What you sent just now was not saved, since you were no longer signed in. What was saved before is still "
            "there."
        ),
        sign_in_at=page_at("sign-in") + _back_to_the_form(),
    )


def _answer_kept() -> Response:
    """What whoever sent a form too late sees, before they have signed in: nothing has to be typed again."""
    return problem_answer(
        "signed-out",
        says("You are no longer signed in."),
        403,
        says(
            "What you sent just now was not carried out, but nothing is lost: it is kept encrypted for 12 hours. Sign "
            "in again, under the same assignment, and you can send it."
        ),
        sign_in_at=page_at("sign-in") + back_here(),
    )


def _back_to_the_form() -> str:
    """Where the form that was sent can be opened again, if it has a page of its own."""
    shown = current_app.url_map.bind("").test(request.path, "GET")
    return "?next=" + quote(request.path) if shown else ""
