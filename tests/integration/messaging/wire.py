"""A wire that can be cut and frozen: a small TCP proxy between a process and a server."""

from __future__ import annotations

import selectors
import socket
import threading
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit


class Wire:
    """Forwards connections to a server. Frozen, it takes connections and bytes and passes nothing on, as a server does
    that was stopped without closing; cut, it refuses."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._far = (parts.hostname or "127.0.0.1", parts.port or 0)
        self._listener: socket.socket | None = None
        self._port = 0
        self._pairs: dict[socket.socket, socket.socket] = {}
        self._selector = selectors.DefaultSelector()
        self._lock = threading.Lock()
        self._frozen = False
        self._open = True
        self.url = ""
        self._listen()
        self.url = url.replace(f"{parts.hostname}:{parts.port}", f"127.0.0.1:{self._port}")
        self._thread = threading.Thread(target=self._forward, daemon=True)
        self._thread.start()

    def freeze(self) -> None:
        """Pass nothing on, without closing anything."""
        self._frozen = True

    def thaw(self) -> None:
        """Pass on again, what was held back first."""
        self._frozen = False

    def cut(self) -> None:
        """Close every connection and refuse new ones."""
        with self._lock:
            if self._listener is not None:
                self._selector.unregister(self._listener)
                self._listener.close()
                self._listener = None
            for end in list(self._pairs):
                self._close(end)

    def mend(self) -> None:
        """Take connections again."""
        with self._lock:
            self._listen()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open = False
        self._thread.join(5)
        self.cut()
        self._selector.close()

    def _listen(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self._port), reuse_port=False)
        self._port = self._listener.getsockname()[1]
        self._selector.register(self._listener, selectors.EVENT_READ)

    def _forward(self) -> None:
        while self._open:
            if self._frozen:
                # bytes wait in the kernel, as they would before a stopped process
                threading.Event().wait(0.05)
                continue
            for key, _ in self._selector.select(0.05):
                with self._lock:
                    if key.fileobj is self._listener:
                        self._accept()
                    elif key.fileobj in self._pairs:
                        self._pass_on(key.fileobj)  # type: ignore[arg-type]

    def _accept(self) -> None:
        assert self._listener is not None
        near, _ = self._listener.accept()
        try:
            far = socket.create_connection(self._far, timeout=5)
        except OSError:
            near.close()
            return
        for end, other in ((near, far), (far, near)):
            self._pairs[end] = other
            self._selector.register(end, selectors.EVENT_READ)

    def _pass_on(self, end: socket.socket) -> None:
        try:
            data = end.recv(65536)
            if data:
                self._pairs[end].sendall(data)
                return
        except OSError:
            pass
        self._close(end)

    def _close(self, end: socket.socket) -> None:
        for each in (end, self._pairs.get(end)):
            if each is not None and self._pairs.pop(each, None) is not None:
                self._selector.unregister(each)
                each.close()
