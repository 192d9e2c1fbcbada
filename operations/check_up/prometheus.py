"""What `lotsa doctor` found, as a text file that Prometheus' node_exporter reads: doctor looks and is gone, so nobody
can ask it. A certificate's end is told so because the proxy holds it, and none of our processes does."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from prometheus_client import CollectorRegistry, Gauge, write_to_textfile

from operations.check_up.outer_door import Life
from operations.trouble import Trouble


def tell_prometheus(path: Path, now: datetime, findings: int | None, life: Life | None = None) -> None:
    """Write the file, whole or not at all. ``findings``: how many; None when not all could be looked at.

    Raises Trouble when it cannot be written.
    """
    try:
        write_to_textfile(str(path), told(now, findings, life))
    except OSError as problem:
        raise Trouble(f"{path} cannot be written, so Prometheus is not told: {problem.strerror}.") from None


def told(now: datetime, findings: int | None, life: Life | None) -> CollectorRegistry:
    """The metrics; what is not known is left out, and its alert rings for what it is: a silence."""
    registry = CollectorRegistry()
    if findings is not None:
        Gauge("lotsa_doctor_findings", "What “lotsa doctor” found wrong", registry=registry).set(findings)
        looked = Gauge("lotsa_doctor_looked_at_timestamp_seconds", "When doctor last looked", registry=registry)
        looked.set(now.timestamp())
    if life is not None:
        ends = Gauge("lotsa_certificate_ends_timestamp_seconds", "The certificate's end", ["host"], registry=registry)
        ends.labels(life.host).set(life.ends.timestamp())
        due = Gauge(
            "lotsa_certificate_renewal_due_timestamp_seconds",
            "When a client that renews by itself has done so",
            ["host"],
            registry=registry,
        )
        due.labels(life.host).set(life.renewal_due.timestamp())
    return registry
