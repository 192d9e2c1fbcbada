"""Pages for people: the own unit's notices, and in the demonstration everything that would have been sent."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from services.notifications import bootstrap
from services.notifications.domain.notice import Reason, Status, Template
from services.notifications.views.demo_inbox import letters
from services.notifications.web.notices import words
from services.notifications.web.notices.paging import page_of_notices
from shared.kernel.refusals import NotThere
from shared.web.who import current_actor, needs

ON_A_PAGE = 50


def blueprint(parts: bootstrap.Parts) -> Blueprint:
    """Routes under /notifications."""
    pages = Blueprint("notifications", __name__, url_prefix="/notifications")

    @pages.get("/")
    @needs()
    def index() -> str:
        lines, cursor = page_of_notices(parts, current_actor(), ON_A_PAGE, request.args.get("cursor"))
        rows = [
            {
                "line": line,
                "title": words.TEMPLATES[Template(line.template)],
                "status": words.STATUSES[Status(line.status)],
                "color": words.COLORS[Status(line.status)],
                "reason": words.REASONS[Reason(line.reason)] if line.reason else None,
            }
            for line in lines
        ]
        return render_template("notices/notices.html", rows=rows, cursor=cursor, is_first="cursor" not in request.args)

    @pages.get("/inbox")
    def inbox() -> str:
        # open to all: it exists in the demonstration only, and a letter holds nothing about anybody
        if not parts.settings.demo:
            raise NotThere
        with parts.as_demo_inbox() as uow:
            kept = letters(uow.connection)
        return render_template("notices/inbox.html", letters=kept)

    return pages
