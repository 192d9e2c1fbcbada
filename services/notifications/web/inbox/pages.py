"""In the demonstration, everything that would have been sent."""

from __future__ import annotations

from flask import Blueprint, render_template

from services.notifications.views.demo_inbox import letters
from services.notifications.web.page import parts
from shared.kernel.refusals import NotThere
from shared.storage import unit_of_work

pages = Blueprint("inbox", __name__, url_prefix="/notifications")


@pages.get("/inbox")
def inbox() -> str:
    """The letters, the newest first. Open to all: it exists in the demonstration only, and they tell of nobody."""
    if not parts().settings.demo:
        raise NotThere
    with unit_of_work.reading(parts().as_demo_inbox()) as uow:
        kept = letters(uow.connection)
    return render_template("inbox/inbox.html", letters=kept)
