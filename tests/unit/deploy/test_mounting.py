"""One origin for four services: each path goes to the service that it names."""

from __future__ import annotations

from typing import Any

import pytest

from lotsa.server.wsgi import mounted, service_for


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("/", "directory"),
        ("", "directory"),
        ("/referral", "referral"),
        ("/referral/worklist", "referral"),
        ("/api/referral/v1/referrals", "referral"),
        ("/api/audit/openapi.json", "audit"),
        ("/notifications/health/ready", "notifications"),
        ("/static/lotsa.css", "directory"),
        ("/tillganglighet", "directory"),
        ("/referrals", "directory"),
        ("/api", "directory"),
        ("/api/referrals/v1", "directory"),
        ("//referral/x", "directory"),
    ],
)
def test_a_path_belongs_to_the_service_it_names(path: str, service: str) -> None:
    """Pages and APIs by name; everything else is the front's."""
    assert service_for(path) == service


def test_an_application_sees_its_full_path() -> None:
    """Nothing is cut off, so that links made inside hold outside."""

    def echo(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        return [environ["SCRIPT_NAME"].encode(), environ["PATH_INFO"].encode()]

    app: Any = mounted({"referral": echo, "directory": lambda *_: [b"front"]})
    assert app({"SCRIPT_NAME": "", "PATH_INFO": "/referral/new"}, None) == [b"", b"/referral/new"]
    assert app({"SCRIPT_NAME": "", "PATH_INFO": "/nowhere"}, None) == [b"front"]
