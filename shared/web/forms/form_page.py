"""A form that could not be carried out is answered with a redirect, and shown again with its words and what is wrong.

A page that answers a form directly leaves all that was typed in the browser's files, is gone when one goes back, and
sends the form once more when it is loaded again. So what was typed is held on the server, sealed, for an hour, and the
page that shows it has an address: reading that again, leaving it and coming back lose nothing and send nothing. It
opens for the same person in the same session alone, and on the form's own page. Where it cannot be held (no master
key, no database, too large) the form is answered directly: then its words are at least shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar, cast
from uuid import UUID, uuid4

from flask import Flask, current_app, g, redirect, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from shared.observability.logs import logger
from shared.storage.held_forms import HeldForm, HeldForms, Place
from shared.storage.lapsed_forms import FormIsTooLarge, Sender
from shared.web import form_token, session
from shared.web.who import current_actor, web

_log = logger("web.held_forms")

EXTENSION = "lotsa-held-forms"
# names the form in the address of its page, and in the form itself when it is sent again
NAME = "typed"
NO_WORDS = (NAME, form_token.FIELD)

View = TypeVar("View", bound=Callable[..., Any])
# given what was written and what is wrong with it by field, and by name what else is told
Page = Callable[..., Any]


def shown_again(
    page: Page, written: Mapping[str, Any], errors: Mapping[str, Any], *, at: str | None = None, **told: bool
) -> Response:
    """Answer a form that was not carried out: by leading to ``page``, at the form's own address or ``at`` another."""
    place, name = at or request.path, asked_name() or uuid4()
    if not _hold(name, place, written, errors, told):
        return current_app.make_response(page(dict(written), dict(errors), **told))
    g.form_is_held = True
    if place != request.path:
        _let_go(name)
    return redirect(f"{place}?{NAME}={name}", 303)


def form_page(page: Page, *untouched: Any, reminds: bool = True) -> Any:
    """The page of a form: with what was typed there before, if the address names it; else as it is ``untouched``.

    It reminds of what else was typed there and not saved, unless that is nothing to save (``reminds``).
    """
    g.is_form_page = reminds
    held, name = _forms(), asked_name()
    form = held.find(_place(request.path, name), web().clock.now()) if held and name else None
    if form is None:
        return page(*untouched)
    g.shown_again = name
    return page(form.written, form.errors, **form.told)


def takes_form(view: View) -> View:
    """A view that takes a form: once it has been carried out, what was held of it is let go."""

    @wraps(view)
    def taken(*args: Any, **kwargs: Any) -> Any:
        answer = view(*args, **kwargs)
        if isinstance(answer, Response) and answer.status_code == 303 and not g.get("form_is_held"):
            _let_go(asked_name(), form_id=request.form.get("id"))
        return answer

    # the mark by which a test finds the views that take a form
    taken.takes_form = True  # type: ignore[attr-defined]  # a mark on the function
    return cast(View, taken)


def asked_name() -> UUID | None:
    """Which form is meant, by the page's address or the form that was sent; None: none, or no id."""
    try:
        return UUID(request.form.get(NAME) or request.args.get(NAME) or "")
    except ValueError:
        return None


def register(app: Flask, held: HeldForms | None) -> None:
    """Have an app hold forms, and its pages find them; without somewhere to hold them it answers forms directly."""
    app.extensions[EXTENSION] = held
    app.add_template_global(name_shown, "name_shown")
    app.add_template_global(waiting_here, "waiting_here")


def _forms() -> HeldForms | None:
    return cast("HeldForms | None", current_app.extensions.get(EXTENSION))


def _writer() -> Sender:
    actor = current_actor()
    return Sender(actor.user, actor.assignment_id)


def _place(path: str, name: UUID) -> Place:
    return Place(_writer(), _session(), path, name)


def _session() -> str:
    """What lasts as long as the session, and over a new one of the same person, and goes over to nobody else."""
    state = session.said()
    return state.form_secret if state else ""


def _hold(
    name: UUID, path: str, written: Mapping[str, Any], errors: Mapping[str, Any], told: Mapping[str, bool]
) -> bool:
    held = _forms()
    if held is None:
        return False
    words = {each: value for each, value in written.items() if each not in NO_WORDS}
    form = HeldForm(written=words, errors=errors, told=told, typed_at=web().clock.now())
    try:
        held.hold(form, _place(path, name))
    except FormIsTooLarge:
        return False
    except SQLAlchemyError as error:
        _log.error("form not held", error=error)
        return False
    return True


def _let_go(name: UUID | None, form_id: str | None = None) -> None:
    """Of what was typed on this page: the form of that name, and whatever else was typed in the very same new form."""
    held = _forms()
    if held is None:
        return
    try:
        if name:
            held.let_go(_place(request.path, name))
        if form_id:
            for other, form in _on_page(held, request.path):
                if form.written.get("id") == form_id:
                    held.let_go(_place(request.path, other))
    except SQLAlchemyError as error:
        # the form has gone through, and its answer says so; what was held of it goes within the hour
        _log.error("form not let go", error=error)


def _on_page(held: HeldForms, path: str) -> list[tuple[UUID, HeldForm]]:
    return held.on_page(_writer(), _session(), path, web().clock.now())


def name_shown() -> str:
    """The form that the page shows again, by name; empty when it shows none."""
    return str(g.get("shown_again") or "")


def waiting_here() -> list[tuple[str, HeldForm]]:
    """What else was typed on this form's page and not saved: the address that shows it again, and the form."""
    held = _forms()
    if held is None or not g.get("is_form_page"):
        return []
    return [
        (f"{request.path}?{NAME}={name}", form)
        for name, form in _on_page(held, request.path)
        if name != g.get("shown_again")
    ]
