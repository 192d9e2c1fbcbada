"""What is done about every refusal: it is counted, and one of a known person leaves a record, if the service keeps any.

Counted by slug alone: never who, never what it was about.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from flask import Flask, current_app
from prometheus_client import CollectorRegistry, Counter

from shared.kernel.refusals import Refusal
from shared.storage.attempts import unrecorded

Record = Callable[[Refusal], None]

_COUNTER, _RECORD = "lotsa_refusals_counted", "lotsa_refusals_recorded"


def measure(app: Flask, service: str, registry: CollectorRegistry) -> None:
    """Count the app's refusals among its other metrics."""
    app.extensions[_COUNTER] = Counter("lotsa_web_refusals", "Refused requests.", ["slug"], registry=registry)
    registry.register(unrecorded(service))


def count(slug: str) -> None:
    """One more."""
    cast(Counter, current_app.extensions[_COUNTER]).labels(slug).inc()


def record_with(app: Flask, record: Record) -> None:
    """Have ``record`` note who, in this request, came to a door in another role or sent a form without its token."""
    app.extensions[_RECORD] = record


def note(refusal: Refusal) -> None:
    """Record a known person's refusal. Raises another in its place, where that is what the recording comes to."""
    record = cast("Record | None", current_app.extensions.get(_RECORD))
    if record is not None:
        record(refusal)
