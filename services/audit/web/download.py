"""Sends an export. Every one is made anew and recorded, so there is nothing for browsers to keep or ask for again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from flask import Response

PIECE = 1 << 16


def as_download(stream: IO[bytes]) -> Response:
    """The stream from its beginning as a ZIP file; it is closed when all of it is sent, or the reader goes away."""
    size = stream.seek(0, 2)
    stream.seek(0)
    response = Response(_pieces(stream), mimetype="application/zip")
    response.content_length = size
    response.headers["Content-Disposition"] = "attachment; filename=lotsa-log.zip"
    response.call_on_close(stream.close)
    return response


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    with stream:
        while piece := stream.read(PIECE):
            yield piece
