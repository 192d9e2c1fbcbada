"""The server behind every page and API: waitress, with an end to how long and for how many it waits.

Waitress counts a connection as alive as long as anything comes, so that a thousand which drip a byte now and then keep
everybody else out. Here a request has a total time for its head and for its body, and when connections are many the
one that has kept us waiting longest makes room for the one that comes. In production the proxy does the same before us
(deploy/compose/nginx.conf); this is what stands alone under ``make run``, and the second net behind a proxy. Why it is
ours: docs/decisions/0014-the-server.md.
"""

from __future__ import annotations

import heapq
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.server import MultiSocketServer, TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

from lotsa.server.bodies import LONGEST_LISTENING, Parser
from shared.kernel.addresses import Networks

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

HEAD_WITHIN_SECONDS = 10.0  # from its first byte
BODY_WITHIN_SECONDS = 60.0  # from its first byte too: the largest there may be, over 150 kbit/s
# many a system lets a process open 1,024 files and sockets, and databases need some of them
MOST_CONNECTIONS = 800
# an office may come from one address, and what measures us does
MOST_FROM_ONE_ADDRESS = 400
# of requests that have not come whole: whoever sends them has not signed in yet
MOST_HELD = 64 * 1024 * 1024
LONGEST_HEAD = 32 * 1024
LOOKED_AT_EACH = 1024 * 1024
ACCEPTED_AT_ONCE = 64
# to look for them costs more than to close them
LEAVING_AT_ONCE = 16
NO_PROXY = Networks(())


class _Channel(HTTPChannel):
    """One connection. ``since``: from when it keeps us waiting, for a request or for the rest of one (monotonic)."""

    parser_class = Parser
    server: Server

    def __init__(self, *given: Any, **named: Any) -> None:
        self.since = time.monotonic()
        # whether it stands in the server's count of its address
        self.counted = False
        super().__init__(*given, **named)

    @property
    def address(self) -> str:
        """Who has connected."""
        return str(self.addr[0])

    def del_channel(self, *given: Any) -> None:
        """It is closed, perhaps for the second time."""
        super().del_channel(*given)
        if self.counted:
            self.counted = False
            self.server.from_each[self.address] -= 1
            if not self.server.from_each[self.address]:
                del self.server.from_each[self.address]

    @property
    def waits(self) -> bool:
        """Whether nobody works for it: nothing whole has come, and nothing is being made."""
        return not (self.requests or self.will_close or self.close_when_flushed)

    def received(self, data: bytes) -> bool:
        """Some bytes came."""
        if self.request is None:
            self.since = time.monotonic()
        took = bool(super().received(data))
        self.server.more_is_held(len(data))
        return took

    def service(self) -> None:
        """Answer one request; in a worker's thread."""
        super().service()
        self.since = time.monotonic()

    def is_late(self, now: float) -> bool:
        """Whether the request that has begun to come should have been whole by now."""
        if self.request is None or not self.waits:
            return False
        within = BODY_WITHIN_SECONDS if self.request.headers_finished else HEAD_WITHIN_SECONDS
        return bool(now - self.request.began_at > within)

    def let_go(self) -> None:
        """Close it now, in the loop's own thread, whether or not its sender takes what was on the way."""
        self.will_close = True
        self.handle_close()


class Server(TcpWSGIServer):
    """One listening socket. ``trusted``: proxies, which may have any number of connections."""

    channel_class = _Channel
    trusted = NO_PROXY

    def __init__(self, *given: Any, **named: Any) -> None:
        self.from_each: Counter[str] = Counter()
        self._unlooked = 0
        super().__init__(*given, **named)

    def handle_accept(self) -> None:
        """Take in those who have come; in a crowd somebody who has kept us waiting leaves for each."""
        for _ in range(ACCEPTED_AT_ONCE):
            before = len(self.active_channels)
            super().handle_accept()
            if len(self.active_channels) == before:
                return
            newcomer = next(reversed(self.active_channels.values()))
            newcomer.counted = True
            self.from_each[newcomer.address] += 1
            self._make_room(newcomer)

    def maintenance(self, now: float) -> None:
        """Once a second: close what is idle, as waitress does, and what should have come by now."""
        super().maintenance(now)
        moment = time.monotonic()
        for channel in [each for each in self._channels() if each.is_late(moment)]:
            channel.let_go()

    def more_is_held(self, size: int) -> None:
        """So many bytes came in. Now and then it is counted what all unfinished requests hold, and the oldest go."""
        self._unlooked += size
        if self._unlooked < LOOKED_AT_EACH:
            return
        self._unlooked = 0
        unfinished = [each for each in self._channels() if each.request is not None and each.waits]
        held = sum(each.request.held for each in unfinished)
        for channel in sorted(unfinished, key=_since):
            if held <= MOST_HELD:
                return
            held -= channel.request.held
            channel.let_go()

    def _make_room(self, newcomer: _Channel) -> None:
        if len(self.active_channels) > MOST_CONNECTIONS:
            _let_some_go(self._channels(), newcomer)
        if self.from_each[newcomer.address] > MOST_FROM_ONE_ADDRESS and newcomer.address not in self.trusted:
            _let_some_go((each for each in self._channels() if each.address == newcomer.address), newcomer)

    def _channels(self) -> list[_Channel]:
        return list(self.active_channels.values())


def _since(channel: _Channel) -> float:
    return channel.since


def _let_some_go(among: Iterable[_Channel], newcomer: _Channel) -> None:
    """Who leaves: those who send or say nothing, before those who take their answer slowly; else the newcomer."""
    waiting = [each for each in among if each.waits and each is not newcomer]
    silent = [each for each in waiting if not each.total_outbufs_len]
    for channel in heapq.nsmallest(LEAVING_AT_ONCE, silent or waiting or [newcomer], key=_since):
        channel.let_go()


def server(
    app: WSGIApplication,
    *,
    trusted: Networks = NO_PROXY,
    _dispatcher: ThreadedTaskDispatcher | None = None,
    **adjustments: Any,
) -> Server | MultiSocketServer:
    """Made as ``waitress.create_server`` makes its own; to be given to ``waitress.serve`` or run."""
    adjusted = Adjustments(
        max_request_body_size=LONGEST_LISTENING,
        max_request_header_size=LONGEST_HEAD,
        cleanup_interval=1,
        # select knows no file above 1,023
        asyncore_use_poll=True,
        **adjustments,
    )
    if _dispatcher is None:
        _dispatcher = ThreadedTaskDispatcher()
        _dispatcher.set_thread_count(adjusted.threads)
    sockets: dict[int, Any] = {}
    made: Sequence[Server] = [
        *(
            Server(app, sockets, dispatcher=_dispatcher, adj=adjusted, sockinfo=where)
            for where in ([] if adjusted.sockets else adjusted.listen)
        ),
        *(
            Server(
                app, sockets, _sock=held, dispatcher=_dispatcher, adj=adjusted, sockinfo=_of(held), bind_socket=False
            )
            for held in adjusted.sockets
        ),
    ]
    for each in made:
        each.trusted = trusted
    if len(made) == 1:
        return made[0]
    listening = [(each.effective_host, each.effective_port) for each in made]
    return MultiSocketServer(sockets, adjusted, listening, _dispatcher, made[0].log_info)


def _of(held: Any) -> tuple[Any, ...]:
    return (held.family, held.type, held.proto, held.getsockname())
