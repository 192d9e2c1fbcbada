"""What a refusal or a breakdown looks like: problem+json (RFC 9457) for systems, a plain page for people."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import Response, render_template, request
from flask_babel import gettext
from markupsafe import escape
from werkzeug.exceptions import SecurityError

from shared.kernel.refusals import Sentences
from shared.observability.logs import logger
from shared.web.i18n.negotiation import spoken
from shared.web.sent_words import sent_words
from shared.web.validation import sentences
from shared.web.who import is_api

_log = logger("web.problem")

# without layout, style or database
LAST_RESORT = (
    '<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>Lotsa</title></head>'
    "<body><main><h1>{title}</h1><p>{reference}</p></main></body></html>"
)


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


def problem_answer(
    slug: str,
    title: str,
    status: int,
    detail: str = "",
    fields: Mapping[str, Sentences] | None = None,
    reference: str = "",
    sign_in_at: str = "",
    former_slug: str | None = None,
) -> Response:
    """The answer to this request, at either door. ``sign_in_at``: where one signs in to go on from here."""
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
