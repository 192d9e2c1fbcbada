"""The control's web process: commit, then dispatch, as nameko's own examples do."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterable
from typing import Any

import waitress
from sqlalchemy import create_engine, text

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from nameko.standalone.events import event_dispatcher


def main() -> None:
    """Serve POSTs whose Idempotency-Key is the event's id."""
    database, broker, port = sys.argv[1:]
    engine = create_engine(database, pool_pre_ping=True)
    dispatch = event_dispatcher({"AMQP_URI": broker})

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        key = environ["HTTP_IDEMPOTENCY_KEY"]
        with engine.begin() as connection:
            statement = text("INSERT INTO control_committed VALUES (:id) ON CONFLICT DO NOTHING")
            new = connection.execute(statement, {"id": key}).rowcount == 1
        if new:
            dispatch("control", "sent", {"id": key})
        start_response("201 Created", [("Location", f"/{key}"), ("Content-Length", "0")])
        return [b""]

    waitress.serve(app, host="127.0.0.1", port=int(port), threads=8)


if __name__ == "__main__":
    main()
