"""The alert rules watch what is really measured, and lead to a page that is really there."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from flask import Flask
from prometheus_client import REGISTRY, CollectorRegistry

from lotsa import container
from operations.check_up.outer_door import Life
from operations.check_up.prometheus import told
from services.audit.domain.alarms import KINDS
from services.audit.log.check import KINDS as FOUND
from shared.observability import metrics
from shared.settings import SERVICES
from shared.web.health import measure

ROOT = Path(__file__).parents[2]
RULES: dict[str, Any] = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yml").read_text())
SCRAPED: dict[str, Any] = yaml.safe_load((ROOT / "deploy/prometheus/scrape.yml").read_text())
OPERATING = (ROOT / "docs/operating.md").read_text()
PROCESSES = ("web", "bus", "relay")
NOW = datetime(2026, 3, 2, tzinfo=UTC)


def rules() -> list[dict[str, Any]]:
    return [rule for group in RULES["groups"] for rule in group["rules"]]


def served() -> dict[str, set[str]]:
    """Every metric that some process serves, or doctor tells, as it is written there, with its labels."""
    web = CollectorRegistry()
    app = Flask("measured")
    measure(app, "directory")
    web = app.extensions["lotsa_metrics"]
    found: dict[str, set[str]] = {}
    doctor = told(NOW, 0, Life("lotsa.example.se", NOW, NOW))
    for registry in (REGISTRY, web, doctor):
        for collector in list(registry._collector_to_names):
            labels = set(getattr(collector, "_labelnames", ()))
            for name in registry._collector_to_names[collector]:
                found[name] = labels
    return found


def anchors() -> set[str]:
    """What a link into the page can lead to."""
    return set(re.findall(r'<a id="([a-z-]+)"></a>', OPERATING))


def test_every_rule_asks_for_metrics_that_there_are() -> None:
    """With labels that they have; a rule about a name that nobody serves would never ring."""
    assert metrics.alarms_open is not None
    known = served()
    asked = {name for rule in rules() for name in re.findall(r"lotsa_\w+", rule["expr"])}
    assert asked - set(known) == set()
    assert len(asked) >= 10
    for rule in rules():
        names = re.findall(r"lotsa_\w+", rule["expr"])
        grouped = {label for by in re.findall(r"by \((\w+)\)", rule["expr"]) for label in [by]}
        assert all(grouped <= known[name] for name in names), rule["alert"]


def test_only_who_knows_of_the_log_speaks_of_it() -> None:
    """What has no label is served as 0 by every process that imports it: eight would say that the log does not hold."""
    ours = {name for name in REGISTRY._names_to_collectors if name.startswith("lotsa_")}
    assert ours
    assert {name for name in ours if not getattr(REGISTRY._names_to_collectors[name], "_labelnames", ())} == set()


def test_a_metric_that_is_not_served_would_be_seen() -> None:
    """The check can fail."""
    assert "lotsa_alarms_closed" not in served()


def test_what_rings_tells_where_to_read() -> None:
    """Every rule leads to an answer in docs/operating.md, and so does every kind of alarm, by its own name."""
    for rule in rules():
        page, _, anchor = rule["annotations"]["runbook"].partition("#")
        assert page == "docs/operating.md"
        assert anchor == "{{ $labels.kind }}" or anchor in anchors(), rule["alert"]
        assert rule["labels"]["severity"] in {"page", "ticket"}
    assert {*KINDS, *FOUND} <= anchors()


def test_every_process_in_a_container_can_be_asked() -> None:
    """On an address that others reach, at the port that is scraped."""
    [job] = SCRAPED["scrape_configs"]
    targets = job["static_configs"][0]["targets"]
    assert targets == [f"{service}-{process}:9100" for service in SERVICES for process in PROCESSES]
    for service in SERVICES:
        for process in PROCESSES:
            words = container.command(process, service)
            assert words[words.index("--metrics-port") + 1] == "9100"
            assert words[words.index("--metrics-bind") + 1] == "0.0.0.0"
