"""Listens whether the services reach one another: what is heard, and what goes out, seen again every some seconds."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from services.notifications.commands.tell_of_a_silence import TellOfASilence, tell_of_a_silence
from services.notifications.domain.ports import Transaction
from services.notifications.domain.silence import Listening
from shared.observability.episodes import Episode
from shared.observability.logs import logger

_log = logger(__name__)
_episode = Episode(_log, "the services reach one another again")


class Listener:
    """Tells those who run the system of a silence: in the process's log, and by letter where they have an address."""

    def __init__(
        self,
        begin: Callable[[], AbstractContextManager[Transaction]],
        listening: Listening,
        channel: str,
        *,
        to_operators: bool,
    ) -> None:
        """``listening``: what this bus process remembers. ``to_operators``: whether there is an address for them."""
        self._begin = begin
        self._listening = listening
        self._channel = channel
        self._to_operators = to_operators

    def run(self) -> bool:
        """Look at the signs once; whether a letter was queued."""
        with self._begin() as uow:
            silent_for = self._listening.silent_for(uow.life_signs.now())
            if silent_for is None:
                _episode.well()
                return False
            _episode.trouble("nothing is heard, or nothing goes out", level="error")
            told = TellOfASilence(silent_for=silent_for, channel=self._channel, to_operators=self._to_operators)
            return tell_of_a_silence(told, uow)
