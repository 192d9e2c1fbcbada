"""The connection to one service's PostgreSQL database."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import InvalidatePoolError

STATEMENT_TIMEOUT_MS = 5_000
LOCK_TIMEOUT_MS = 2_000
IDLE_IN_TRANSACTION_TIMEOUT_MS = 15_000
CONNECT_TIMEOUT_S = 3
POOL_TIMEOUT_S = 2
IDLE_BEFORE_PING_S = 1.0


def make_engine(
    url: str,
    *,
    pool_size: int = 8,
    statement_timeout_ms: int = STATEMENT_TIMEOUT_MS,
    application_name: str = "lotsa",
) -> Engine:
    """An engine on which no statement, lock or forgotten transaction can wait for ever.

    ``url`` is a ``postgresql+psycopg://`` URL. Time-outs are the server's, in milliseconds: wrapping database work in
    a client-side time-out leaves connections in an unknown state. A connection that has lain idle for a second is
    tried before it is used: a try each time would cost a round trip for every transaction of a busy process.
    """
    options = (
        f"-c statement_timeout={statement_timeout_ms} -c lock_timeout={LOCK_TIMEOUT_MS} "
        f"-c idle_in_transaction_session_timeout={IDLE_IN_TRANSACTION_TIMEOUT_MS} -c timezone=UTC "
        # compiling a query of ours takes PostgreSQL a hundred times as long as carrying it out
        "-c jit=off"
    )
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=POOL_TIMEOUT_S,
        # an error's text may be printed by somebody: what people wrote is not to be in it
        hide_parameters=True,
        connect_args={
            "options": options,
            "connect_timeout": CONNECT_TIMEOUT_S,
            "application_name": application_name,
            "keepalives_idle": 10,
            "tcp_user_timeout": 5_000,
        },
    )
    event.listen(engine, "checkin", _note_when)
    event.listen(engine, "checkout", _try_when_idle(engine))
    return engine


def _note_when(_connection: Any, record: Any) -> None:
    record.info["returned_at"] = time.monotonic()


def _try_when_idle(engine: Engine) -> Any:
    def on_checkout(connection: Any, record: Any, _proxy: Any) -> None:
        returned_at = record.info.get("returned_at")
        if returned_at is None or time.monotonic() - returned_at < IDLE_BEFORE_PING_S:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            # the server has gone or was restarted: then so have the others that lie in the pool
            raise InvalidatePoolError from error

    return on_checkout
