"""The control's bus process: nameko's own event handler in nameko's own runner."""

from __future__ import annotations

import sys
import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import eventlet

    eventlet.monkey_patch()

    from nameko.events import event_handler
    from nameko.runners import ServiceRunner

from pathlib import Path

from sqlalchemy import create_engine, text

from shared.observability.health import ReadyFile

engine = create_engine(sys.argv[1], pool_pre_ping=True)


class Control:
    """Listens and notes."""

    name = "control_listener"

    @event_handler("control", "sent")
    def note(self, payload: dict[str, str]) -> None:
        """Note the effect."""
        with engine.begin() as connection:
            connection.execute(text("INSERT INTO control_effects VALUES (:id)"), payload)


def main() -> None:
    """Run until killed."""
    runner = ServiceRunner({"AMQP_URI": sys.argv[2]})
    runner.add_service(Control)
    runner.start()
    ready = ReadyFile(Path(sys.argv[3]))
    while True:
        # the harness kills it only when it is up, as it does with the product's bus
        ready.say(True)
        eventlet.sleep(1)


if __name__ == "__main__":
    main()
