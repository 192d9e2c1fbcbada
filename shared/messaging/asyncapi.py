"""The AsyncAPI 3.0 document of the bus, made from ``shared.contracts``: ``python -m shared.messaging.asyncapi``."""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
import sys
import types
import typing
from dataclasses import MISSING, fields
from datetime import datetime
from pathlib import Path
from typing import Any, Union
from uuid import UUID

import shared.contracts
from shared.contracts.contract import Contract, all_contracts
from shared.messaging import names
from shared.messaging.subscription import EVERY_PUBLISHER
from shared.settings import SERVICES

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "asyncapi.json"

_SIMPLE: dict[Any, dict[str, str]] = {
    UUID: {"type": "string", "format": "uuid"},
    datetime: {"type": "string", "format": "date-time"},
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
}


def every_contract() -> list[type[Contract]]:
    """Every public event of the product, by type, whichever modules have been imported so far."""
    for module in pkgutil.iter_modules(shared.contracts.__path__):
        importlib.import_module(f"shared.contracts.{module.name}")
    return [each for each in all_contracts() if each.__module__.startswith("shared.contracts.")]


def document() -> dict[str, Any]:
    """The whole document, as JSON values."""
    contracts = every_contract()
    channels = {service: _channel(service, contracts) for service in SERVICES}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Lotsa's events",
            "version": "1",
            "description": "CloudEvents 1.0 in structured JSON mode on RabbitMQ. No personal data; no order promised; "
            "each event at least once. Contracts grow by optional members only; a change of meaning is a new version.",
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": channels,
        "operations": {
            f"{service}Publishes": {"action": "send", "channel": {"$ref": f"#/channels/{service}"}}
            for service in SERVICES
        },
        "components": {
            "messages": {each.event_type: _message(each) for each in contracts},
            "schemas": {"envelope": _envelope()},
        },
    }


def text() -> str:
    """The document as it stands in the repository."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


def _channel(service: str, contracts: list[type[Contract]]) -> dict[str, Any]:
    own = [each.event_type for each in contracts if each.publisher in (service, EVERY_PUBLISHER)]
    return {
        "address": "{eventType}",
        "description": f"What {service} tells. The routing key is the event's type.",
        "parameters": {"eventType": {"enum": own}},
        "messages": {each: {"$ref": f"#/components/messages/{each}"} for each in own},
        "bindings": {
            "amqp": {
                "is": "routingKey",
                "exchange": {"name": names.exchange(service), "type": "topic", "durable": True},
                "bindingVersion": "0.3.0",
            }
        },
    }


def _message(contract: type[Contract]) -> dict[str, Any]:
    about = inspect.getdoc(contract) or ""
    data = {"properties": {"type": {"const": contract.event_type}, "data": _data(contract)}}
    return {
        "name": contract.__name__,
        "title": about.partition("\n")[0],
        "description": about,
        "payload": {"allOf": [{"$ref": "#/components/schemas/envelope"}, data]},
    }


def _data(contract: type[Contract]) -> dict[str, Any]:
    hints = typing.get_type_hints(contract)
    required = [each.name for each in fields(contract) if each.default is MISSING]
    return {
        "type": "object",
        "required": required,
        "properties": {each.name: _schema(hints[each.name]) for each in fields(contract)},
    }


def _schema(hint: Any) -> dict[str, Any]:
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (Union, types.UnionType):
        return _schema(next(each for each in inner if each is not type(None)))
    if origin is tuple:
        return {"type": "array", "items": _schema(inner[0])}
    return dict(_SIMPLE[hint])


def _envelope() -> dict[str, Any]:
    uuid, string = _SIMPLE[UUID], _SIMPLE[str]
    properties: dict[str, Any] = {
        "specversion": {"const": "1.0"},
        "id": {**uuid, "description": "UUIDv7; the same at every repetition"},
        "type": string,
        "source": {**string, "description": "/lotsa/<installation>/<publisher>/<epoch>; a restore renews the epoch"},
        "time": {**_SIMPLE[datetime], "description": "when it happened"},
        "datacontenttype": {"const": "application/json"},
        "sequence": {**string, "pattern": "^[1-9][0-9]*$", "description": "gap-free per source; not on announcements"},
        "correlationid": {**uuid, "description": "the journey: the same for all that follows from one request"},
        "causationid": {**uuid, "description": "the event that caused this one"},
        "traceparent": {**string, "description": "W3C Trace Context"},
        "history": {**_SIMPLE[bool], "description": "long past: record it, notify nobody"},
        "data": {"type": "object"},
    }
    required = ["specversion", "id", "type", "source", "time", "datacontenttype", "correlationid", "data"]
    return {"type": "object", "required": required, "properties": properties}


def main() -> None:
    """Write ``docs/asyncapi.json``."""
    DOCUMENT.write_text(text(), encoding="utf-8")
    sys.stdout.write(f"{DOCUMENT}\n")


if __name__ == "__main__":
    main()
