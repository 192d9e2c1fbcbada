"""Stands before an app in demo mode, which is for this machine only."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Wsgi = Callable[[Environ, StartResponse], Iterable[bytes]]

LOOPBACK = ("127.0.0.1", "localhost")
FORWARDED = ("\nHTTP_FORWARDED", "\nHTTP_X_FORWARDED", "\nHTTP_VIA", "\nHTTP_X_REAL_IP")
# what a browser says of its own page; "null" where the page's referrer policy has it say nothing, as ours does
HERE = re.compile(r"(null|https?://(127\.0\.0\.1|localhost)(:[0-9]+)?)?", re.IGNORECASE)


class OnlyHere:
    """Lets nothing through but requests made to this machine by its loopback name, with no proxy in between.

    Demo mode lets anybody sign in as anybody; it must not be reachable by mistake.
    """

    def __init__(self, app: Wsgi) -> None:
        self._app = app

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Pass the request on, or answer 400."""
        host = str(environ.get("HTTP_HOST", ""))
        name = host.split(":", 1)[0]
        # all names as one text: a look at each by itself costs more than all else here, and comes with every request
        headers = "\n" + "\n".join(environ)
        if (
            name in LOOPBACK
            and not any(beginning in headers for beginning in FORWARDED)
            and HERE.fullmatch(environ.get("HTTP_ORIGIN", ""))
            # no browser has spoken 1.0 for decades; a proxy that gives nothing else away does, nginx by default
            and environ.get("SERVER_PROTOCOL") != "HTTP/1.0"
        ):
            return self._app(environ, start_response)
        body = "Demoläget svarar bara på den här datorn (127.0.0.1), utan mellanliggande proxy.\n".encode()
        start_response("400 Bad Request", [("Content-Type", "text/plain; charset=utf-8"), *_plain(body)])
        return [body]


def _plain(body: bytes) -> list[tuple[str, str]]:
    return [
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
        ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ]
