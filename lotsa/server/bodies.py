"""Receives what people and systems send: in memory alone, and refused by the application itself when it is too large.

Waitress by itself answers what is too large with a plain English sentence, and closes while the sender is still
sending, so that a browser often shows nothing but a broken connection. Here the rest of it is received and dropped, and
the application is asked with the true Content-Length and no content: it refuses in its own words, a page or a problem.
"""

from __future__ import annotations

import time
from io import BytesIO
from typing import Any

from waitress.parser import HTTPRequestParser, ParsingError
from waitress.receiver import ChunkedReceiver
from waitress.utilities import RequestEntityTooLarge

from shared.web.app import LARGEST_BODY

# beyond this nobody is listened to: they are answered at once, and the connection is closed
LONGEST_LISTENING = 16 * LARGEST_BODY
LONGEST_CHUNK_LINE = 64 * 1024


class Body:
    """A request's body in memory; of one that is too large only the size, in bytes."""

    def __init__(self) -> None:
        self._held = BytesIO()
        self._size = 0

    def append(self, part: bytes) -> None:
        """The next part, as it was received."""
        self._size += len(part)
        if self._size > LARGEST_BODY:
            self._held = BytesIO()
        else:
            self._held.write(part)

    def __len__(self) -> int:
        """How much was sent, whether it is held or not."""
        return self._size

    @property
    def held(self) -> int:
        """How many bytes of it take up memory."""
        return self._held.getbuffer().nbytes

    def getfile(self) -> BytesIO:
        """What is held, from its beginning."""
        self._held.seek(0)
        return self._held

    def close(self) -> None:
        """Let go of it."""
        self._held = BytesIO()


class Parser(HTTPRequestParser):
    """One request as it comes in. ``began_at``: when its first byte came, on the monotonic clock."""

    expect_continue: bool

    def __init__(self, adjustments: Any) -> None:
        super().__init__(adjustments)
        self.began_at = time.monotonic()

    @property
    def held(self) -> int:
        """How many bytes of it take up memory."""
        body = getattr(self.body_rcv, "buf", None)
        return len(self.header_plus) + (body.held if isinstance(body, Body) else 0)

    def parse_header(self, header_plus: bytes) -> None:
        """The head is whole. Raises ParsingError where waitress would break."""
        try:
            super().parse_header(header_plus)
        except ValueError:
            # Python makes no number of thousands of digits
            raise ParsingError("Content-Length is invalid") from None
        if self.body_rcv is not None:
            self.body_rcv.buf = Body()
        elif self.expect_continue:
            # waitress would invite it to go on and wait for what never comes (RFC 9110, 10.1.1: none may be sent)
            self.expect_continue = False
            raise ParsingError("Expect: 100-continue without content")

    def received(self, data: bytes) -> int:
        """Some more of it came; how many bytes of that belonged to it."""
        consumed: int = super().received(data)
        if self.expect_continue and self.content_length > LARGEST_BODY:
            # it asks before it sends
            self.expect_continue = False
            self._refuse()
        elif isinstance(self.error, RequestEntityTooLarge) or self._endless_line():
            self._refuse()
        return consumed

    def _endless_line(self) -> bool:
        """Whether the lines between chunks grow without end: waitress reads them anew with each part that comes."""
        receiver = self.body_rcv
        return isinstance(receiver, ChunkedReceiver) and (
            max(len(receiver.control_line), len(receiver.trailer)) > LONGEST_CHUNK_LINE
        )

    def _refuse(self) -> None:
        """Have the application refuse it now; what still comes on this connection is not read."""
        self.error = None
        self.completed = True
        self.expect_continue = False
        self.body_rcv.buf.close()
        self.headers["CONTENT_LENGTH"] = str(max(self.content_length, self.body_bytes_received, LARGEST_BODY + 1))
        self.headers["CONNECTION"] = "close"
