"""The own unit's notices."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from services.notifications.domain.notice import Reason, Status, Template
from services.notifications.web.notices import words
from services.notifications.web.notices.paging import page_of_notices
from shared.web.who import current_actor, needs

ON_A_PAGE = 50

pages = Blueprint("notices", __name__, url_prefix="/notifications")


@pages.get("/")
@needs()
def index() -> str:
    """The newest first."""
    lines, cursor = page_of_notices(current_actor(), ON_A_PAGE, request.args.get("cursor"))
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
