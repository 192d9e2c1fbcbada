"""The accessibility statement, with the contents the Swedish rules ask for (DIGG's MDFFS 2019:2)."""

from __future__ import annotations

from flask import Blueprint, current_app, render_template


def blueprint() -> Blueprint:
    """``/tillganglighet``; every service can answer it."""
    pages = Blueprint("statement", __name__)

    @pages.get("/tillganglighet")
    def accessibility_statement() -> str:
        settings = current_app.extensions["lotsa"].settings
        return render_template(
            "lotsa/tillganglighet.html", email=settings.accessibility_email, phone=settings.accessibility_phone
        )

    return pages
