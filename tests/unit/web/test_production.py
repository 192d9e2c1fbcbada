"""What differs when real people's data may be here."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from flask import render_template_string
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from shared.web.app import make_app
from shared.web.who import needs
from tests.support.web_gallery import StaffInMemory, settings_in


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    """An app at https://lotsa.example.se."""
    settings = dataclasses.replace(settings_in(tmp_path), mode="production", public_url="https://lotsa.example.se")
    app = make_app("directory", "tests.support", settings=settings, staff=StaffInMemory())
    app.add_url_rule("/directory/staff", "staff", view_func=needs()(lambda: "never"))
    app.add_url_rule("/api/directory/v1/staff", "api_staff", view_func=needs()(lambda: "never"))
    app.add_url_rule("/directory/form", "form", view_func=lambda: render_template_string("{{ csrf_token() }}"))
    return app.test_client()


def get(client: FlaskClient, path: str, host: str = "lotsa.example.se") -> TestResponse:
    """As through the municipality's proxy."""
    return client.get(path, headers={"Host": host}, base_url=f"https://{host}")


def test_only_our_own_name_is_answered(client: FlaskClient) -> None:
    """A foreign Host gets 400 and no layout; the machine's own name is for health checks."""
    assert get(client, "/tillganglighet").status_code == 200
    foreign = get(client, "/tillganglighet", "evil.example.org")
    assert foreign.status_code == 400
    assert "stylesheet" not in foreign.text
    assert get(client, "/directory/health/live", "127.0.0.1").status_code == 200


def test_the_browser_is_told_to_come_by_https_only(client: FlaskClient) -> None:
    """HSTS; the cookie is Secure, and by its name no other host's."""
    assert "max-age=63072000" in get(client, "/tillganglighet").headers["Strict-Transport-Security"]
    cookie = get(client, "/directory/form").headers["Set-Cookie"]
    assert cookie.startswith("__Host-lotsa_directory=")
    assert "Secure" in cookie
    assert "Path=/;" in f"{cookie};"
    assert "Domain" not in cookie


def test_there_is_no_demo_banner(client: FlaskClient) -> None:
    """Nor a link to the demo's inbox."""
    page = get(client, "/tillganglighet").text
    assert "lotsa-demo" not in page
    assert "/notifications/inbox" not in page


def test_without_a_token_issuer_the_systems_door_is_shut(client: FlaskClient) -> None:
    """No issuer configured: no token is believed."""
    headers = {"Host": "lotsa.example.se", "Authorization": "Bearer a.b.c"}
    assert client.get("/api/directory/v1/staff", headers=headers).status_code == 401


def test_the_accessibility_statement_names_whom_to_write_to_and_call(tmp_path: Path) -> None:
    """What is set is shown as links that can be used; what is not set leaves nothing empty behind."""
    settings = dataclasses.replace(
        settings_in(tmp_path), accessibility_email="tillganglighet@example.se", accessibility_phone="08-465 004 00"
    )
    told = make_app("directory", "tests.support", settings=settings, staff=StaffInMemory()).test_client()
    page = told.get("/tillganglighet").text
    assert 'E-post: <a class="ds-link" href="mailto:tillganglighet@example.se">tillganglighet@example.se</a>' in page
    assert 'Telefon: <a class="ds-link" href="tel:+46846500400">08-465 004 00</a>' in page
    silent = make_app("directory", "tests.support", settings=settings_in(tmp_path), staff=StaffInMemory())
    page = silent.test_client().get("/tillganglighet").text
    assert "mailto:" not in page
    assert "tel:" not in page
