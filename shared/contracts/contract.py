"""The base of every public event, and how it is written to and read from JSON.

A contract is a frozen dataclass of UUIDs, strings (codes), integers, booleans, aware datetimes, and tuples or
optionals of these. Its ``event_type`` is at once the CloudEvents ``type`` and the routing key.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any, ClassVar, Self, TypeAlias, Union
from uuid import UUID

from shared.kernel.identity import as_id


class UnknownEventType(ValueError):
    """No contract is registered under this type."""


class ContractViolation(ValueError):
    """The data does not have the shape that the contract promises."""


_registry: dict[str, type[Contract]] = {}

Converter: TypeAlias = Callable[[Any], Any]


@dataclass(frozen=True, kw_only=True)
class Contract:
    """A public event. ``publisher`` is the only service that may publish it; "*" means each for itself.

    ``numbered``: it comes through the outbox and has a sequence, so that it is missed when it does not come. Only
    announcements, which a relay makes on the spot and repeats, have none.
    """

    event_type: ClassVar[str] = ""
    publisher: ClassVar[str] = ""
    numbered: ClassVar[bool] = True
    remembered: ClassVar[bool] = True
    """Whether a queue's inbox remembers each one; not where a repeat does no harm and there are very many."""
    superseded: ClassVar[bool] = False
    """Whether a later version is published in its place: it can be read for ever, and nobody need listen to it."""
    vouches_for: ClassVar[tuple[str, ...]] = ()
    """Types of which every event that was committed before this one's ``time`` has been published before it."""

    @property
    def rests_on(self) -> tuple[UUID, ...]:
        """Ids of events that a queue must have carried out before this one means anything to it."""
        return ()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.event_type:
            if _registry.setdefault(cls.event_type, cls).__qualname__ != cls.__qualname__:
                raise TypeError(f"two contracts share the type {cls.event_type}")
            # slots or decorators may make the class anew: the newest definition is the one to build
            _registry[cls.event_type] = cls

    def to_data(self) -> dict[str, Any]:
        """The event's ``data`` as JSON-ready values; None is left out."""
        pairs = ((field.name, getattr(self, field.name)) for field in fields(self))
        return {name: _to_json(value) for name, value in pairs if value is not None}

    @classmethod
    def from_data(cls, data: Any) -> Self:
        """Build the event from JSON values. Unknown members are ignored, so that contracts can grow.

        Raises ContractViolation when a required member is missing or has the wrong shape.
        """
        if not isinstance(data, dict):
            raise ContractViolation(f"{cls.event_type}: data is not an object")
        converters = _converters(cls.event_type)
        try:
            values = {name: convert(data[name]) for name, convert in converters.items() if name in data}
            return cls(**values)
        except (TypeError, ValueError, AttributeError) as problem:
            # the values themselves stay out of the message: it may be logged
            raise ContractViolation(f"{cls.event_type}: {type(problem).__name__}") from None


def contract_for(event_type: str) -> type[Contract]:
    """The contract registered for a type. Raises UnknownEventType."""
    try:
        return _registry[event_type]
    except KeyError:
        raise UnknownEventType(event_type) from None


def all_contracts() -> list[type[Contract]]:
    """Every registered contract, by type."""
    return [_registry[name] for name in sorted(_registry)]


@cache
def _converters(event_type: str) -> dict[str, Converter]:
    # looked up once for each type: an event's shape never changes
    cls = _registry[event_type]
    hints = typing.get_type_hints(cls)
    return {field.name: _converter(hints[field.name]) for field in fields(cls)}


def _to_json(value: Any) -> Any:
    match value:
        case UUID():
            return str(value)
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case tuple() | list():
            return [_to_json(each) for each in value]
        case _:
            return value


def _converter(hint: Any) -> Converter:
    origin = typing.get_origin(hint)
    if origin in (Union, types.UnionType):
        inner = _converter(next(arm for arm in typing.get_args(hint) if arm is not type(None)))
        return lambda value: None if value is None else inner(value)
    if origin is tuple:
        return partial(_to_tuple, _converter(typing.get_args(hint)[0]))
    if hint is UUID:
        return as_id
    if hint is datetime:
        return _to_moment
    return partial(_exactly, hint)


def _to_tuple(convert: Converter, value: Any) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise ContractViolation("list")
    return tuple(map(convert, value))


def _to_moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError
    return moment


def _exactly(kind: type, value: Any) -> Any:
    # True is an int to Python, and to nobody else
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise ContractViolation(kind.__name__)
    return value
