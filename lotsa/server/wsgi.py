"""Mounts the four services' applications on one origin, by path. No path is shortened: each knows its full routes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING

from shared.settings import SERVICES, Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

FRONT = "directory"  # the public pages, the start page and signing in: whatever nobody else owns


def service_for(path: str) -> str:
    """The service that answers a path: `/referral/…` and `/api/referral/…` are referral's, the rest is directory's."""
    steps = path.split("/", 3)
    named = steps[2] if len(steps) > 2 and steps[1] == "api" else steps[1] if len(steps) > 1 else ""
    return named if named in SERVICES else FRONT


def mounted(apps: Mapping[str, WSGIApplication]) -> WSGIApplication:
    """One application out of several. A single service's process mounts itself alone and answers everything."""
    only = next(iter(apps.values())) if len(apps) == 1 else None

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        chosen = only or apps[service_for(environ.get("PATH_INFO", ""))]
        return chosen(environ, start_response)

    return app


def service_app(service: str, settings: Settings) -> WSGIApplication:
    """A service's application, made for these settings."""
    made: WSGIApplication = import_module(f"services.{service}.web").create_app(settings)
    return made
