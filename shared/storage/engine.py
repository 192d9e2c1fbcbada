"""The connection to one service's PostgreSQL database."""

from __future__ import annotations

from sqlalchemy import Engine, create_engine

STATEMENT_TIMEOUT_MS = 5_000
LOCK_TIMEOUT_MS = 2_000
IDLE_IN_TRANSACTION_TIMEOUT_MS = 15_000
CONNECT_TIMEOUT_S = 3
POOL_TIMEOUT_S = 2


def make_engine(
    url: str,
    *,
    pool_size: int = 8,
    statement_timeout_ms: int = STATEMENT_TIMEOUT_MS,
    application_name: str = "lotsa",
) -> Engine:
    """An engine on which no statement, lock or forgotten transaction can wait for ever.

    ``url`` is a ``postgresql+psycopg://`` URL. Time-outs are the server's, in milliseconds: wrapping database work in
    a client-side time-out leaves connections in an unknown state. Dead connections are found when taken from the pool.
    """
    options = (
        f"-c statement_timeout={statement_timeout_ms} -c lock_timeout={LOCK_TIMEOUT_MS} "
        f"-c idle_in_transaction_session_timeout={IDLE_IN_TRANSACTION_TIMEOUT_MS} -c timezone=UTC"
    )
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=POOL_TIMEOUT_S,
        pool_pre_ping=True,
        connect_args={
            "options": options,
            "connect_timeout": CONNECT_TIMEOUT_S,
            "application_name": application_name,
            "keepalives_idle": 10,
            "tcp_user_timeout": 5_000,
        },
    )
