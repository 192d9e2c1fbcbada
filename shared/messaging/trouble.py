"""What an exception in a reaction means for the message that raised it."""

from __future__ import annotations

from enum import Enum

import psycopg
import sqlalchemy.exc

from shared.contracts.contract import ContractViolation, UnknownEventType
from shared.contracts.envelope import UndecodableEnvelope
from shared.kernel.refusals import Failure, Refusal
from shared.observability.logs import kind_of


class BrokerTrouble(Exception):
    """The broker is away, slow or refused; nothing was confirmed. The connection has been dropped."""


class Meaning(Enum):
    """What to do with the message."""

    WAIT = "the world is broken for every message: hold this one until it is whole"
    AGAIN = "two transactions met: at once again"
    LATER = "unknown: put aside, try later, park in the end"
    NEVER = "trying again cannot help: park"


# PostgreSQL, appendix A: connection exception, insufficient resources, operator intervention, system error
_BROKEN_CLASSES = ("08", "53", "58")
_BROKEN = frozenset({"57P01", "57P02", "57P03", "57P04", "57P05", "25006"})
# serialisation failure, deadlock, lock not available
_MET = frozenset({"40001", "40P01", "55P03"})


def meaning_of(error: BaseException) -> Meaning:
    """Judge an exception that a reaction, or the opening of its transaction, raised."""
    match error:
        case Refusal() | UndecodableEnvelope() | ContractViolation() | UnknownEventType():
            return Meaning.NEVER
        case Failure():
            return Meaning.NEVER if error.permanent else Meaning.LATER
        case BrokerTrouble() | sqlalchemy.exc.TimeoutError():
            return Meaning.WAIT
        case sqlalchemy.exc.DBAPIError():
            orig = error.orig
            lost = error.connection_invalidated or isinstance(
                error, sqlalchemy.exc.OperationalError | sqlalchemy.exc.InterfaceError
            )
            return _of_state(getattr(orig, "sqlstate", None), lost=lost)
        case psycopg.Error():
            return _of_state(error.sqlstate, lost=isinstance(error, psycopg.OperationalError | psycopg.InterfaceError))
        case _:
            return Meaning.LATER


def _of_state(state: str | None, *, lost: bool) -> Meaning:
    if state is None:
        return Meaning.WAIT if lost else Meaning.LATER
    if state in _MET:
        return Meaning.AGAIN
    if state.startswith(_BROKEN_CLASSES) or state in _BROKEN:
        return Meaning.WAIT
    # a statement that runs out of time does so for this message, perhaps for ever
    return Meaning.LATER


def reason_for(error: BaseException) -> str:
    """Why a message was put aside, masked: a refusal's slug or the exception's type, never its words."""
    if isinstance(error, Refusal):
        return f"refused: {error.slug}"
    return kind_of(error)
