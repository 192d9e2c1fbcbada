"""Statements for the driver itself: the short road, for those few that every request runs.

SQLAlchemy's own way of carrying out a statement costs some 0.1 ms of processor time for each, several times what the
statement costs both PostgreSQL and the driver together; a sending runs a dozen. The connection, its transaction and
its pool stay SQLAlchemy's, and so do the errors. Texts are PostgreSQL's own (``$1``, not ``%s``): there is nothing to
translate. The driver prepares a text that it has seen five times.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any, NoReturn, cast

import psycopg
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult
from sqlalchemy import Connection, Dialect, Engine
from sqlalchemy.exc import DBAPIError

Row = tuple[Any, ...]
# written by us, never by whoever asks
Statement = bytes | str


def ask(
    connection: Connection, statement: Statement, values: Sequence[Any] = (), *, planned_anew: bool = False
) -> list[Row]:
    """The rows of one query, in the connection's transaction (begun if need be); ``$1`` stands for the first value.

    ``planned_anew``: never prepared, for the one whose best plan depends on the values. Raises SQLAlchemy's errors, as
    a statement of its own would.
    """
    driver = _begun(connection)
    try:
        with psycopg.RawCursor(driver) as cursor:
            return cursor.execute(statement, values, prepare=False if planned_anew else None).fetchall()
    except psycopg.Error as error:
        _tell(connection, error)


def run(connection: Connection, *statements: tuple[Statement, Sequence[Any]]) -> None:
    """Carry out statements that answer nothing, one after the other, in the connection's transaction.

    Not in libpq's pipelines: those are handled in Python, which costs more here than the round trips they save.
    Raises SQLAlchemy's errors.
    """
    driver = _begun(connection)
    try:
        with psycopg.RawCursor(driver) as cursor:
            for statement, values in statements:
                cursor.execute(statement, values)
    except psycopg.Error as error:
        _tell(connection, error)


# PostgreSQL keeps a prepared statement as long as its session, so a name is never used again in a process; what tells
# living objects apart (``id``) is given to the next one when an object is gone
_LOOKS = count()


class Look:
    """Whether a query has any row, asked again and again on one connection that is in no transaction.

    Prepared once, and carried out by libpq itself: for what is looked at twenty times a second all day long, and has
    nothing to say most of the time. Raises psycopg's errors.
    """

    def __init__(self, connection: Connection, statement: bytes) -> None:
        self.connection = connection
        self._libpq = driver_of(connection).pgconn
        self._name = f"lotsa_look_{next(_LOOKS)}".encode()
        self._expect(self._libpq.prepare(self._name, statement), ExecStatus.COMMAND_OK)

    def __call__(self) -> bool:
        """Look."""
        result = self._libpq.exec_prepared(self._name, None)
        self._expect(result, ExecStatus.TUPLES_OK)
        return bool(result.ntuples)

    @staticmethod
    def _expect(result: PGresult, status: int) -> None:
        if result.status != status:
            raise error_from_result(result)


def ask_alone(engine: Engine, statement: Statement, values: Sequence[Any] = ()) -> list[Row]:
    """The rows of one query that is a transaction of its own: no BEGIN before it and no ROLLBACK after it.

    Raises SQLAlchemy's errors.
    """
    try:
        lent = engine.raw_connection()
    except psycopg.Error as error:
        raise _as_sqlalchemys(error, engine.dialect) from None
    driver = cast("psycopg.Connection[Row]", lent.driver_connection)
    try:
        driver.autocommit = True
        try:
            with psycopg.RawCursor(driver) as cursor:
                return cursor.execute(statement, values).fetchall()
        except BaseException as cut_short:
            if not isinstance(cut_short, psycopg.Error):
                # whoever asks was stopped in the middle of it: nobody is to be lent this one while it answers
                lent.invalidate(cut_short)
            raise
        finally:
            if not driver.closed:
                driver.autocommit = False
    except psycopg.Error as error:
        if driver.closed:
            lent.invalidate(error)
            # first give up its place in the pool, which all who met the same loss are waiting for
            lent.close()
            _try_another(engine)
        raise _as_sqlalchemys(error, engine.dialect) from None
    finally:
        lent.close()


def driver_of(connection: Connection) -> psycopg.Connection[Row]:
    """The driver's own connection beneath SQLAlchemy's."""
    return cast("psycopg.Connection[Row]", connection.connection.driver_connection)


def _begun(connection: Connection) -> psycopg.Connection[Row]:
    driver = driver_of(connection)
    if not connection.in_transaction():
        # the driver begins by itself, but SQLAlchemy commits only what it knows to have begun
        connection.begin()
    return driver


def _tell(connection: Connection, error: psycopg.Error) -> NoReturn:
    if driver_of(connection).closed:
        # lost: SQLAlchemy is to notice for itself, since it then gives up the pool's other connections too
        connection.exec_driver_sql("SELECT 1")
    raise _as_sqlalchemys(error, connection.dialect) from None


def _try_another(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")


def _as_sqlalchemys(error: psycopg.Error, dialect: Dialect) -> BaseException:
    # the values are personal, sealed or not: they have no place in a message
    return DBAPIError.instance("", None, error, psycopg.Error, hide_parameters=True, dialect=dialect)
