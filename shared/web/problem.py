"""Every no and every breakdown, translated once: problem+json (RFC 9457) for systems, a plain page for people.

Nothing personal is ever in them: refusals carry slugs and sentences, breakdowns a reference number. What is logged
about a breakdown is its type and where in the code it happened, not its message, which may quote data.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask, redirect, request, url_for
from flask_wtf.csrf import CSRFError
from marshmallow import ValidationError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from shared.kernel.refusals import Failure, Invalid, Refusal, SignInNeeded, TooOften
from shared.kernel.translation import says
from shared.observability.logs import logger
from shared.storage.encryption import Unreadable
from shared.vocabulary.page_addresses import page_at
from shared.web import refusal_records
from shared.web.api.answers import pointers
from shared.web.errors import CannotBeRead, DirectoryIsSilent, FormExpired, OutOfOrder, Unexpected
from shared.web.forms.expired_session import answer_not_kept, answer_signed_out, back_here, hold_form
from shared.web.problem_page import problem_answer
from shared.web.who import AssignmentNeeded, RoleNotAllowed, is_api, signed_in

_log = logger("web.problem")

HTTP_TITLES = {
    400: says("The request could not be read."),
    403: says("Your assignment does not allow this."),
    404: says("There is nothing here for you."),
    405: says("This cannot be done that way."),
    408: says("The request took too long."),
    413: says("What was sent is too large."),
    414: says("The address is too long."),
    415: says("Send the request as application/json."),
    429: says("Too many requests. Please wait a moment."),
    431: says("The request could not be read."),
}


def register(app: Flask) -> None:
    """Have this app answer every refusal and breakdown in one voice."""
    app.register_error_handler(Refusal, _or_breakdown(answer_refusal))
    app.register_error_handler(RoleNotAllowed, _or_breakdown(_answer_other_role))
    app.register_error_handler(ValidationError, _or_breakdown(_answer_invalid))
    app.register_error_handler(CSRFError, _or_breakdown(_answer_expired_form))
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(Exception, _answer_breakdown)


def _or_breakdown(answer: Callable[[Any], AnyResponse]) -> Callable[[Exception], AnyResponse]:
    """As ``answer``; and what breaks on the way (a refusal is recorded, a form is kept) is a breakdown like any other.

    Left to Flask, its message would be logged, and a database that is away would be told of as a riddle.
    """

    @wraps(answer)
    def answered(error: Exception) -> AnyResponse:
        try:
            return answer(error)
        except Exception as trouble:  # noqa: BLE001 - whatever it was
            return _answer_breakdown(trouble)

    return answered


def answer_refusal(refusal: Refusal) -> AnyResponse:
    """The product's no."""
    refusal_records.count(refusal.slug)
    if not is_api():
        if isinstance(refusal, SignInNeeded):
            return answer_signed_out()
        if isinstance(refusal, AssignmentNeeded) and request.method in ("GET", "HEAD"):
            return redirect(page_at("choose-assignment") + back_here(), 303)
    detail = refusal.detail
    if isinstance(refusal, TooOften):
        # promise: too-often-does-nothing
        detail = says("Nothing was saved or sent. Try again after that.")
    response = problem_answer(
        refusal.slug, refusal.title, refusal.status, detail, refusal.fields, former_slug=refusal.former_slug
    )
    if refusal.status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="lotsa"'
    if refusal.status == 503:
        response.headers["Retry-After"] = "10" if isinstance(refusal, DirectoryIsSilent) else "5"
    if isinstance(refusal, TooOften):
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response


def _answer_invalid(error: ValidationError) -> AnyResponse:
    return answer_refusal(Invalid(fields=pointers(error.messages)))


def _answer_other_role(refusal: RoleNotAllowed) -> AnyResponse:
    try:
        refusal_records.note(refusal)
    except Refusal as answered:
        return answer_refusal(answered)
    return answer_refusal(refusal)


def _answer_expired_form(_: CSRFError) -> AnyResponse:
    who = signed_in()
    if who is None and request.endpoint == "login.logout":
        # signed out in another window: it is as asked
        refusal_records.count(FormExpired.slug)
        return redirect(url_for("login.signed_out"), 303)
    if held := hold_form():
        return redirect(held, 303)
    if who is None:
        refusal_records.count(FormExpired.slug)
        return answer_not_kept(400)
    refusal = FormExpired(
        # promise: without-its-token-nothing-is-saved
        says("Nothing was saved. Go back, load the page again and send the form once more."),
    )
    try:
        if who.actor is not None:
            refusal_records.note(refusal)
    except Refusal as answered:
        return answer_refusal(answered)
    return answer_refusal(refusal)


def _answer_http(error: HTTPException) -> AnyResponse:
    status = error.code or 500
    if status < 400:
        return error.get_response()
    if status >= 500:
        return _answer_breakdown(error)
    refusal_records.count(f"http-{status}")
    response = problem_answer(f"http-{status}", HTTP_TITLES.get(status, HTTP_TITLES[400]), status)
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after", "www-authenticate"):
            response.headers[name] = value
    return response


def _answer_breakdown(error: Exception) -> AnyResponse:
    reference = secrets.token_hex(4)
    temporary = isinstance(error, (OperationalError, InterfaceError, PoolTimeout)) or (
        isinstance(error, Failure) and not error.permanent
    )
    kind = OutOfOrder if temporary else CannotBeRead if isinstance(error, Unreadable) else Unexpected
    _log.error("unexpected", reference=reference, status=kind.status, error=error)
    response = problem_answer(kind.slug, kind.title, kind.status, reference=reference)
    if temporary:
        response.headers["Retry-After"] = "5"
    return response
