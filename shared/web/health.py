"""Is it alive, is it ready, and how is it doing: for machines that watch. No personal data, no paths with ids."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import cache

from flask import Blueprint, Flask, Response, g, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest

from shared.observability.episodes import Episode
from shared.observability.logs import logger
from shared.web import refusal_records

_log = logger("web.health")


def blueprint(service: str, checks: Mapping[str, Callable[[], object]]) -> Blueprint:
    """``/<service>/health/live`` (the process answers) and ``/<service>/health/ready`` (every check passes)."""
    pages = Blueprint("health", __name__, url_prefix=f"/{service}/health")
    episodes = {name: Episode(_log, "ready again", service=service, check=name) for name in checks}

    @pages.get("/live")
    def live() -> Response:
        return jsonify(status="ok")

    @pages.get("/ready")
    def ready() -> tuple[Response, int]:
        found = {name: _passes(check, episodes[name]) for name, check in checks.items()}
        fine = all(found.values())
        named = {name: "ok" if passed else "failed" for name, passed in found.items()}
        return jsonify(status="ok" if fine else "failed", checks=named), 200 if fine else 503

    return pages


def _passes(check: Callable[[], object], episode: Episode) -> bool:
    try:
        passes = check() is not False
    # any fault at all means "not ready"; its message may hold an address with credentials
    except Exception as error:  # noqa: BLE001
        episode.trouble("not ready", error=error)
        return False
    if passes:
        episode.well()
    else:
        episode.trouble("not ready")
    return passes


def measure(app: Flask, service: str) -> None:
    """Count and time requests by the route's pattern; served at ``/<service>/metrics``."""
    registry = CollectorRegistry()
    labels = ("service", "method", "route", "status")
    requests = Counter("lotsa_web_requests", "Answered requests.", labels, registry=registry)
    seconds = Histogram("lotsa_web_seconds", "Time to answer.", labels[:3], registry=registry)
    app.extensions["lotsa_metrics"] = registry
    refusal_records.measure(app, service, registry)

    # few: methods and statuses are, and routes are patterns
    @cache
    def counter(method: str, route: str, status: int) -> Counter:
        return requests.labels(service, method, route, str(status))

    @cache
    def histogram(method: str, route: str) -> Histogram:
        return seconds.labels(service, method, route)

    @app.before_request
    def begin() -> None:
        g.began_at = time.perf_counter()

    @app.after_request
    def count(response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else "none"
        method = request.method if request.method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE") else "other"
        counter(method, route, response.status_code).inc()
        if "began_at" in g:
            histogram(method, route).observe(time.perf_counter() - g.began_at)
        return response

    @app.get(f"/{service}/metrics", endpoint="metrics")
    def metrics() -> Response:
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
