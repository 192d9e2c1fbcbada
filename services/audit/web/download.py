"""Sends an export. Every one is made anew and recorded, so there is nothing for browsers to keep or ask for again."""

from __future__ import annotations

from flask import Response

from services.audit.adapters.sealed_spool import SealedSpool


def as_download(spool: SealedSpool) -> Response:
    """What was written, as a ZIP file; it is let go of when all of it is sent, or the reader goes away."""
    response = Response(spool.pieces(), mimetype="application/zip")
    response.content_length = spool.size
    response.headers["Content-Disposition"] = "attachment; filename=lotsa-log.zip"
    response.call_on_close(spool.close)
    return response
