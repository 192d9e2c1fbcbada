"""What every door's answer has in common, whoever asks: asked of all doors of the four apps, as a stranger."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from marshmallow import RAISE

from shared.web.api.openapi import Api
from tests.architecture.test_every_door_is_decided import Door, _address, _doors_of
from tests.support.four_apps import four_apps

HERE = "http://127.0.0.1:8000"
PLAIN = r"text/(plain|css|javascript)(; [\w.=-]+)*; charset=utf-8"
MARKUP = r"(text/html|image/svg\+xml); charset=utf-8"
TYPES = re.compile(rf"{MARKUP}|application/json|application/problem\+json|{PLAIN}")


@pytest.fixture(scope="module")
def apps(tmp_path_factory: pytest.TempPathFactory) -> list[Flask]:
    """The four, made as the demonstration makes them, which has the most doors."""
    return four_apps(tmp_path_factory.mktemp("installation") / "keys")


@pytest.fixture(scope="module")
def doors(apps: list[Flask]) -> list[Door]:
    """Every door."""
    return [door for app in apps for door in _doors_of(app)]


def test_every_answer_says_what_it_is_and_lets_no_other_site_in(doors: list[Door]) -> None:
    """A type with its letters; nosniff, a policy, no frame, no referrer, nothing kept; and no word to other origins."""
    for door in doors:
        if "static" in door.rule.rule:
            continue
        answer = door.app.test_client().open(
            _address(door), method=door.method, base_url=HERE, headers={"Origin": "http://127.0.0.1:8000"}
        )
        told = answer.headers
        assert not [name for name, _ in told if name.startswith("Access-Control-")], door.name
        assert told["X-Content-Type-Options"] == "nosniff", door.name
        assert told["Cache-Control"] == "no-store", door.name
        assert told["Referrer-Policy"] == "no-referrer", door.name
        for directive in ("default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
            assert directive in told["Content-Security-Policy"], door.name
        if answer.data:
            assert TYPES.fullmatch(told["Content-Type"]), (door.name, told["Content-Type"])


def test_other_methods_are_not_answered(doors: list[Door]) -> None:
    """TRACE and made-up ones open nothing, and echo nothing."""
    for door in doors[:40]:
        for method in ("TRACE", "TRACK", "CONNECT", "DEBUG"):
            answer = door.app.test_client().open(
                _address(door), method=method, base_url=HERE, headers={"X-Sent": "not to be echoed"}
            )
            assert answer.status_code == 405, (door.name, method)
            assert "not to be echoed" not in answer.text


@pytest.mark.parametrize(
    "path", ["/static/", "/static", "/.git/HEAD", "/static/../app.py", "/static/%2e%2e/app.py", "/console"]
)
def test_folders_and_sources_are_not_shown(apps: list[Flask], path: str) -> None:
    """Neither a list of what lies there, nor the program, nor a debugger."""
    for app in apps:
        with app.test_client().get(path, base_url=HERE) as answer:
            assert answer.status_code in (308, 404), (app.import_name, path)
            assert "def " not in answer.text
        assert not app.debug
        assert not app.testing


def test_a_field_that_no_body_has_is_refused_everywhere() -> None:
    """No operation takes more than it names: nothing is assigned that was not meant (mass assignment)."""
    seen = 0
    for each in _operations():
        for schema in (each.body, each.query):
            if schema is not None:
                assert schema().unknown == RAISE, (each.path, schema.__name__)
                seen += 1
    assert seen > 20


def test_a_name_given_twice_is_no_value(apps: list[Flask]) -> None:
    """A query parameter is one, or a list where a list is asked for (parameter pollution)."""
    app = next(each for each in apps if "directory" in each.import_name)
    answer = app.test_client().get("/api/directory/v1/services?limit=1&limit=2", base_url=HERE)
    assert (answer.status_code, answer.json["type"]) == (422, "urn:lotsa:problem:invalid")


def _operations():  # type: ignore[no-untyped-def]
    from services.directory import web as directory
    from services.referral.web import API

    made: list[Api] = [directory.API, API]
    return [operation for api in made for operation in api.operations]
