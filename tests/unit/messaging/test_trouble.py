"""What an exception means for the message that raised it."""

from __future__ import annotations

import psycopg
import pytest
import sqlalchemy.exc

from shared.contracts.contract import ContractViolation
from shared.contracts.envelope import UndecodableEnvelope
from shared.kernel.refusals import Conflict, Failure
from shared.messaging.trouble import BrokerTrouble, Meaning, meaning_of, reason_for


def from_database(kind: type[psycopg.Error], wrapper: type[sqlalchemy.exc.DBAPIError]) -> sqlalchemy.exc.DBAPIError:
    """An error as SQLAlchemy hands it on."""
    return wrapper("INSERT INTO people VALUES ('Gun')", {}, kind("Gun"))


OPERATIONAL, INTERFACE = sqlalchemy.exc.OperationalError, sqlalchemy.exc.InterfaceError


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (Conflict("no"), Meaning.NEVER),
        (UndecodableEnvelope(), Meaning.NEVER),
        (ContractViolation(), Meaning.NEVER),
        (Failure("gone", permanent=True), Meaning.NEVER),
        (Failure("busy"), Meaning.LATER),
        (ValueError("bug"), Meaning.LATER),
        (ConnectionError("another world's"), Meaning.LATER),
        (BrokerTrouble(), Meaning.WAIT),
        (sqlalchemy.exc.TimeoutError(), Meaning.WAIT),
        (from_database(psycopg.OperationalError, OPERATIONAL), Meaning.WAIT),
        (from_database(psycopg.InterfaceError, INTERFACE), Meaning.WAIT),
        (from_database(psycopg.errors.AdminShutdown, OPERATIONAL), Meaning.WAIT),
        (from_database(psycopg.errors.CannotConnectNow, OPERATIONAL), Meaning.WAIT),
        (from_database(psycopg.errors.DiskFull, OPERATIONAL), Meaning.WAIT),
        (from_database(psycopg.errors.DeadlockDetected, OPERATIONAL), Meaning.AGAIN),
        (from_database(psycopg.errors.SerializationFailure, OPERATIONAL), Meaning.AGAIN),
        (from_database(psycopg.errors.LockNotAvailable, OPERATIONAL), Meaning.AGAIN),
        (from_database(psycopg.errors.QueryCanceled, OPERATIONAL), Meaning.LATER),
        (from_database(psycopg.errors.UniqueViolation, sqlalchemy.exc.IntegrityError), Meaning.LATER),
        (psycopg.OperationalError("gone"), Meaning.WAIT),
    ],
    ids=lambda value: type(getattr(value, "orig", value)).__name__ if isinstance(value, Exception) else value.name,
)
def test_each_error_has_its_meaning(error: Exception, meaning: Meaning) -> None:
    """Only a broken world pauses; only a considered no parks at once."""
    assert meaning_of(error) is meaning


def test_a_reason_quotes_nothing() -> None:
    """A reason is a slug or a type, with PostgreSQL's state where there is one."""
    error = from_database(psycopg.errors.UniqueViolation, sqlalchemy.exc.IntegrityError)
    assert reason_for(error) == "IntegrityError(23505)"
    assert reason_for(Conflict("Gun Svensson")) == "refused: conflict"
    assert reason_for(ValueError("Gun Svensson")) == "ValueError"
