"""``@every``: what a service does by the clock, as a nameko entrypoint.

A decorated method stays an ordinary method: called with nothing it just runs, and raises what it raises, as tests do.
Only the timer calls it with a tick.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any, TypeAlias

from shared.kernel.steady import SteadyTime
from shared.messaging.bedside import Bedside
from shared.observability import metrics
from shared.observability.episodes import Episode
from shared.observability.logs import logger

with warnings.catch_warnings():
    # eventlet says of itself that it is in bug-fix mode: known, and why it is confined to the bus processes
    warnings.simplefilter("ignore")
    from eventlet import Timeout
    from nameko.extensions import register_entrypoint
    from nameko.timer import Timer

Method: TypeAlias = Callable[..., Any]

_log = logger("messaging.timers")
_date = SteadyTime()


def every(
    seconds: float, *, by_the_date: bool = False, bed: Callable[[float], Bedside] | None = None
) -> Callable[[Method], Method]:
    """Have a method called at this interval, in each bus process. It takes (self).

    ``by_the_date``: it forgets what is old, and is passed over while the clock has not been steady for a quarter of an
    hour: one that jumped for a moment would take with it what people have written.

    ``bed``: makes, for this interval, where to rest between two looks at a queue. The method answers whether anything
    was there: it is called at this interval while something is, and otherwise as soon as the queue's bell is rung.

    What it raises is logged by type: the first, and then seldom until it does its work again. When it last did is
    measured, so that a timer that fails at every tick, or hangs in one, is told of.
    """

    def decorate(method: Method) -> Method:
        # nameko makes the service anew for each tick: what went before is remembered here, by each process
        episodes: dict[str, Episode] = {}

        @wraps(method)
        def door(self: Any, tick: object = None) -> Any:
            if tick is not _TICK:
                return method(self)
            timer = f"{self.name}.{method.__name__}"
            done_at = metrics.timer_done.labels(timer)
            if timer not in episodes:
                episodes[timer] = Episode(_log, "a timer does its work again", timer=timer)
            episode = episodes[timer]
            if by_the_date and not _date_holds():
                # passed over on purpose, and told of elsewhere
                done_at.set_to_current_time()
                return None
            try:
                done = method(self)
            except Exception as error:  # noqa: BLE001 - the timer goes on, whatever it was
                episode.trouble("a timer failed", level="error", error=error)
            else:
                episode.well()
                done_at.set_to_current_time()
                return done

        register_entrypoint(door, Ticking(seconds) if bed is None else Waking(seconds, bed))
        return door

    return decorate


def _date_holds() -> bool:
    jump = _date.look(datetime.now(UTC))
    if jump:
        metrics.clock_jumps.labels("machine").inc()
        _log.error("the clock has jumped; nothing is forgotten by it for a while", seconds=round(jump))
    return _date.holds


class Ticking(Timer):  # type: ignore[misc]  # nameko is not typed
    """The entrypoint behind ``@every``."""

    def handle_timer_tick(self) -> None:
        """Run the method as a tick, so that what it raises is told by type only."""
        self.container.spawn_worker(self, (_TICK,), {}, handle_result=self.handle_result)


class Waking(Ticking):
    """The entrypoint behind ``@every(…, bed=…)``."""

    def __init__(self, interval: float, bed: Callable[[float], Bedside], **more: Any) -> None:
        self._make_bed = bed
        self._found = False
        super().__init__(interval, **more)

    def handle_result(self, worker_ctx: Any, result: Any, exc_info: Any) -> Any:
        """Note whether anything was there; after a trouble nobody knows, and the next look is soon."""
        self._found = result is not False
        return super().handle_result(worker_ctx, result, exc_info)

    def _run(self) -> None:
        bed = self._make_bed(self.interval)
        try:
            while not self.should_stop.ready():
                self.handle_timer_tick()
                self.worker_complete.wait()
                self.worker_complete.reset()
                bed.rest(self._pause, found=self._found)
        finally:
            bed.leave()

    def _pause(self, seconds: float) -> None:
        with Timeout(seconds, exception=False):
            self.should_stop.wait()


_TICK = object()
