"""A form that could not be carried out is answered with a redirect, and shown again with its words and what is wrong.

A page that answers a form directly leaves all that was typed in the browser's files, is gone when one goes back, and
sends the form once more when it is loaded again. So what was typed is held on the server, sealed, for an hour, and the
page that shows it has an address: reading that again, leaving it and coming back lose nothing and send nothing. It
opens for the same person in the same session alone, and on the form's own page. Where it cannot be held (no master
key, no database, too large) the form is answered directly: then its words are at least shown.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, TypeVar, cast
from uuid import UUID, uuid4, uuid5

from flask import Flask, current_app, g, redirect, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from shared.kernel.held_form import FormIsTooLarge, FormIsUnreadable, HeldForm, Reason, Writer
from shared.observability.logs import logger
from shared.storage.held_forms import HeldForms
from shared.web import form_token
from shared.web.forms.store import keeping, writer
from shared.web.session import session_cookie
from shared.web.who import web

_log = logger("web.held_forms")

# what a form that is shown again may be held for
REASONS = (Reason.MISTAKE, Reason.SOMEBODY_WAS_FASTER, Reason.SEARCH)
_NAMESPACE = UUID("0d0f4c5e-6b3a-5d27-8a43-2f9a1c7be5d4")
# names the form in the address of its page, and in the form itself when it is sent again
NAME = "typed"
NO_WORDS = (NAME, form_token.FIELD)

View = TypeVar("View", bound=Callable[..., Any])
# given what was written and what is wrong with it by field, and by name what else is told
Page = Callable[..., Any]


@dataclass(frozen=True)
class Place:
    """Where something was typed: by whom, in which session, on which page, and in which of that page's forms.

    ``session``: whatever lasts as long as the session does, and is nobody else's. ``name``: any id, from the address.
    """

    writer: Writer
    session: str = field(repr=False)
    path: str
    name: UUID

    @property
    def form_id(self) -> UUID:
        """The form's id, made of all of it: asked for anywhere else, or by anybody else, it is another one."""
        whose = (self.writer.author, str(self.writer.under))
        return uuid5(_NAMESPACE, json.dumps([*whose, self.session, self.path, str(self.name)]))


def shown_again(
    page: Page,
    written: Mapping[str, Any],
    errors: Mapping[str, Any],
    *,
    at: str | None = None,
    reason: Reason = Reason.MISTAKE,
    **told: bool,
) -> Response:
    """Answer a form that was not carried out: by leading to ``page``, at the form's own address or ``at`` another.

    ``told``: what else the page says; ``moved`` says that what the form was to change has changed meanwhile.
    """
    place, name = at or request.path, asked_name() or uuid4()
    why = Reason.SOMEBODY_WAS_FASTER if told.get("moved") else reason
    if not _hold(why, _place(place, name), written, errors, told):
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
    name = asked_name()
    form = _find(_place(request.path, name)) if name else None
    if form is None:
        return page(*untouched)
    g.shown_again = name
    return page(form.typed["written"], form.typed["errors"], **form.typed["told"])


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


def register(app: Flask) -> None:
    """Have an app's pages find what is held of their forms."""
    app.add_template_global(name_shown, "name_shown")
    app.add_template_global(waiting_here, "waiting_here")


def _place(path: str, name: UUID) -> Place:
    state = session_cookie.said()
    # what lasts as long as the session, and over a new one of the same person, and goes over to nobody else
    return Place(writer(), state.form_secret if state else "", path, name)


def _hold(
    why: Reason, place: Place, written: Mapping[str, Any], errors: Mapping[str, Any], told: Mapping[str, bool]
) -> bool:
    kept_in = keeping()
    if kept_in is None:
        return False
    words = {each: value for each, value in written.items() if each not in NO_WORDS}
    typed = {"path": place.path, "name": str(place.name), "written": words, "errors": errors, "told": told}
    form = HeldForm.now(why, typed, web().clock.now(), place.form_id)
    try:
        with kept_in.store.of(place.writer) as forms:
            forms.hold(form, place.writer)
    except FormIsTooLarge:
        return False
    except SQLAlchemyError as error:
        _log.error("form not held", error=error)
        return False
    return True


def _find(place: Place) -> HeldForm | None:
    """What was typed there, if it still waits; as if nothing had been held, when nobody can read it."""
    kept_in = keeping()
    if kept_in is None:
        return None
    try:
        with kept_in.store.of(place.writer) as forms:
            return forms.find(place.form_id, web().clock.now())
    except FormIsUnreadable:
        return None


def _let_go(name: UUID | None, form_id: str | None = None) -> None:
    """Of what was typed on this page: the form of that name, and whatever else was typed in the very same new form."""
    kept_in = keeping()
    if kept_in is None or not (name or form_id):
        return
    try:
        with kept_in.store.of(writer()) as forms:
            if name:
                forms.let_go(_place(request.path, name).form_id)
            for _, form in _on_this_page(forms) if form_id else ():
                if form.typed["written"].get("id") == form_id:
                    forms.let_go(form.id)
    except SQLAlchemyError as error:
        # the form has gone through, and its answer says so; what was held of it goes within the hour
        _log.error("form not let go", error=error)


def _on_this_page(forms: HeldForms) -> Iterator[tuple[UUID, HeldForm]]:
    """All that waits on this page for its writer in this session and can be read, by name, the newest first."""
    for form in forms.readable(REASONS, web().clock.now()):
        if "name" in form.typed and _place(request.path, name := UUID(form.typed["name"])).form_id == form.id:
            yield name, form


def name_shown() -> str:
    """The form that the page shows again, by name; empty when it shows none."""
    return str(g.get("shown_again") or "")


def waiting_here() -> list[tuple[str, HeldForm]]:
    """What else was typed on this form's page and not saved: the address that shows it again, and the form."""
    kept_in = keeping()
    if kept_in is None or not g.get("is_form_page"):
        return []
    with kept_in.store.of(writer()) as forms:
        return [
            (f"{request.path}?{NAME}={name}", form)
            for name, form in _on_this_page(forms)
            if name != g.get("shown_again")
        ]
