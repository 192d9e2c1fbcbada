"""Every no and every breakdown, translated once: problem+json (RFC 9457) for systems, a plain page for people.

Nothing personal is ever in them: refusals carry slugs and sentences, breakdowns a reference number. What is logged
about a breakdown is its type and where in the code it happened, not its message, which may quote data.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any
from urllib.parse import quote

from flask import Flask, Response, current_app, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from markupsafe import escape
from marshmallow import ValidationError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.wrappers import Response as AnyResponse

from shared.kernel.refusals import Failure, Invalid, Refusal, Sentences, SignInNeeded, TooOften
from shared.kernel.translation import says
from shared.observability.logs import logger
from shared.storage.encryption import Unreadable
from shared.vocabulary.page_addresses import page_at
from shared.web import refusal_records
from shared.web.api.answers import pointers
from shared.web.errors import CannotBeRead, DirectoryIsSilent, FormExpired, OutOfOrder, Unexpected
from shared.web.forms.expired_session import keep_form, was_kept_here
from shared.web.forms.form_page import NAME, asked_name
from shared.web.i18n.negotiation import spoken
from shared.web.sent_words import sent_words
from shared.web.validation import sentences
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
# without layout, style or database
LAST_RESORT = (
    '<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>Lotsa</title></head>'
    "<body><main><h1>{title}</h1><p>{reference}</p></main></body></html>"
)


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


def problem_body(
    slug: str,
    title: str,
    status: int,
    detail: str = "",
    fields: Mapping[str, Sentences] | None = None,
    former_slug: str | None = None,
) -> dict[str, Any]:
    """A problem document; ``title`` and sentences are catalogue keys and come out in the reader's language."""
    body: dict[str, Any] = {"type": f"urn:lotsa:problem:{slug}", "title": gettext(title), "status": status}
    if former_slug:
        body["former_type"] = f"urn:lotsa:problem:{former_slug}"
    if detail and detail != title:
        body["detail"] = gettext(detail)
    if fields:
        body["errors"] = [
            {"pointer": "#" + where, "detail": each} for where, said in fields.items() for each in sentences(said)
        ]
    return body


def answer_refusal(refusal: Refusal) -> AnyResponse:
    """The product's no."""
    refusal_records.count(refusal.slug)
    if not is_api():
        if isinstance(refusal, SignInNeeded):
            if request.method not in ("GET", "HEAD"):
                kept = keep_form()
                # a page that answers a form directly leaves what was typed in the browser's files, and a second
                # sending, by reloading it, would be told of as lost
                return redirect(kept, 303) if kept else _answer_signed_out(403)
            if was_kept_here():
                return _answer_kept()
            return redirect(page_at("sign-in") + _back_here(), 303)
        if isinstance(refusal, AssignmentNeeded) and request.method in ("GET", "HEAD"):
            return redirect(page_at("choose-assignment") + _back_here(), 303)
    detail = refusal.detail
    if isinstance(refusal, TooOften):
        # promise: too-often-does-nothing
        detail = says("Nothing was saved or sent. Try again after that.")
    response = _answer(
        refusal.slug, refusal.title, refusal.status, detail, refusal.fields, former_slug=refusal.former_slug
    )
    if refusal.status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="lotsa"'
    if refusal.status == 503:
        response.headers["Retry-After"] = "10" if isinstance(refusal, DirectoryIsSilent) else "5"
    if isinstance(refusal, TooOften):
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response


def _back_here() -> str:
    """Where to go on afterwards: only pages can be come back to, not forms that were sent."""
    if request.method not in ("GET", "HEAD") or request.path == "/":
        return ""
    name = asked_name()
    return "?next=" + quote(request.path + (f"?{NAME}={name}" if name else ""))


def _answer_signed_out(status: int) -> Response:
    """A form came after its sender's session and is not kept: nobody knows whose it is, or nowhere to put it.

    What was written in it is shown, to be copied.
    """
    return _answer(
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
    return _answer(
        "signed-out",
        says("You are no longer signed in."),
        403,
        says(
            "What you sent just now was not carried out, but nothing is lost: it is kept encrypted for 12 hours. Sign "
            "in again, under the same assignment, and you can send it."
        ),
        sign_in_at=page_at("sign-in") + _back_here(),
    )


def _back_to_the_form() -> str:
    """Where the form that was sent can be opened again, if it has a page of its own."""
    shown = current_app.url_map.bind("").test(request.path, "GET")
    return "?next=" + quote(request.path) if shown else ""


def _answer(
    slug: str,
    title: str,
    status: int,
    detail: str = "",
    fields: Mapping[str, Sentences] | None = None,
    reference: str = "",
    sign_in_at: str = "",
    former_slug: str | None = None,
) -> Response:
    if is_api():
        body = problem_body(slug, title, status, detail, fields, former_slug)
        if reference:
            body["instance"] = f"urn:lotsa:reference:{reference}"
        return Response(json.dumps(body, ensure_ascii=False), status, mimetype="application/problem+json")
    said = detail if detail != title else ""
    if request.url_rule is None and isinstance(request.routing_exception, SecurityError):
        # a Host that is not ours: no address can be made for it, so no layout either
        page = LAST_RESORT.format(lang=spoken().tag, title=escape(gettext(title)), reference="")
        return Response(page, status, mimetype="text/html")
    try:
        page = render_template(
            "lotsa/problem.html",
            slug=slug,
            title=title,
            status=status,
            detail=said,
            fields=fields,
            reference=reference,
            sign_in_at=sign_in_at,
            words=sent_words(status),
        )
    # the page's frame itself needs the database, which may be what is broken
    except Exception as error:  # noqa: BLE001
        _log.error("plain page", reference=reference, error=error)
        page = LAST_RESORT.format(lang=spoken().tag, title=escape(gettext(title)), reference=escape(reference))
    return Response(page, status, mimetype="text/html")


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
    if kept := keep_form():
        return redirect(kept, 303)
    if who is None:
        refusal_records.count(FormExpired.slug)
        return _answer_signed_out(400)
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
    response = _answer(f"http-{status}", HTTP_TITLES.get(status, HTTP_TITLES[400]), status)
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
    response = _answer(kind.slug, kind.title, kind.status, reference=reference)
    if temporary:
        response.headers["Retry-After"] = "5"
    return response
