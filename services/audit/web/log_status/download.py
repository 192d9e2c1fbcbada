"""Sends an export. Every one is made anew and recorded, so there is nothing for browsers to keep or ask for again."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Response


def as_download(pieces: Iterator[bytes]) -> Response:
    """A ZIP file, sent piece by piece as it is made: nothing of it is put on a disk, and its length is not known.

    One that breaks off, at either end, is no whole ZIP file, and its reader is told so.
    """
    response = Response(pieces, mimetype="application/zip")
    response.headers["Content-Disposition"] = "attachment; filename=lotsa-log.zip"
    return response
