"""What every answer says to the browser: keep nothing, run and frame nothing of others, say not where you came from."""

from __future__ import annotations

from flask import Flask, Response, request
from werkzeug.exceptions import Forbidden

from shared.settings import Settings

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        # Designsystemet draws its icons with data: masks inside its style sheet
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
SAFE = ("GET", "HEAD", "OPTIONS")
# what a browser says (W3C Fetch Metadata) of a page of ours, and of what somebody typed, kept or sent anew; an old one
# says nothing
OUR_PAGES = ("same-origin", "none", "")


def is_from_a_page_of_ours() -> bool:
    """Whether this request was set off here or by hand, as far as the browser tells, and not by another site's page."""
    return request.headers.get("Sec-Fetch-Site", "") in OUR_PAGES


def register(app: Flask, settings: Settings) -> None:
    """Add the headers to all answers, and refuse forms that another site sends."""

    @app.before_request
    def refuse_foreign_forms() -> None:
        # the second net under SameSite=Lax and the CSRF token; browsers without Fetch Metadata send nothing
        if request.method not in SAFE and request.headers.get("Sec-Fetch-Site") == "cross-site":
            raise Forbidden

    @app.after_request
    def add_headers(response: Response) -> Response:
        headers = response.headers
        headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        headers["Referrer-Policy"] = "no-referrer"
        headers["X-Content-Type-Options"] = "nosniff"
        headers["X-Frame-Options"] = "DENY"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        if settings.production:
            headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
        if request.endpoint == "static":
            versioned = "v" in request.args
            headers["Cache-Control"] = "public, max-age=31536000, immutable" if versioned else "public, max-age=300"
        else:
            # whoever shows nobody may say something else (shared/web/api/answers.py: unless_known)
            headers.setdefault("Cache-Control", "no-store")
        return response
