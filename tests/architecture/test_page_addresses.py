"""The addresses by which services lead to each other's pages are those where the pages are."""

from __future__ import annotations

import re
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from werkzeug.exceptions import MethodNotAllowed, NotFound

from shared.vocabulary.page_addresses import PAGES, page_at
from tests.support.four_apps import four_apps

ROOT = Path(__file__).resolve().parents[2]
# a beginning of addresses, which is no page itself
BEGINNINGS = {"drafts"}
ASKED = re.compile(r"""page_at\(["']([a-z-]+)["']""")


@pytest.fixture(scope="module")
def apps(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Flask]:
    """The four, by the first part of their paths; the directory answers what belongs to no service."""
    made = four_apps(tmp_path_factory.mktemp("installation") / "keys")
    return {app.import_name.split(".")[1]: app for app in made}


def answers(app: Flask, path: str) -> bool:
    """Whether a page or a form of the app has this address."""
    try:
        app.url_map.bind("").match(path)
    except MethodNotAllowed:
        return True
    except NotFound:
        return False
    return True


@pytest.mark.parametrize("name", sorted(PAGES.keys() - BEGINNINGS))
def test_each_page_is_where_others_look_for_it(apps: dict[str, Flask], name: str) -> None:
    """In the service that its path says, or in the directory."""
    path = PAGES[name].format(referral_id=UUID(int=1))
    app = apps.get(path.split("/")[1], apps["directory"])
    assert answers(app, path)


@pytest.mark.parametrize("name", sorted(BEGINNINGS))
def test_addresses_begin_so(apps: dict[str, Flask], name: str) -> None:
    """What only marks a link as the current one begins addresses that there are."""
    app = apps[PAGES[name].split("/")[1]]
    assert any(rule.rule.startswith(PAGES[name]) for rule in app.url_map.iter_rules())


def test_another_address_is_none(apps: dict[str, Flask]) -> None:
    """The check can fail."""
    assert not answers(apps["directory"], "/directory/nowhere")


def test_every_name_is_used() -> None:
    """And every name that is used is there."""
    files = [
        file for room in ("services", "shared") for kind in ("*.py", "*.html") for file in (ROOT / room).rglob(kind)
    ]
    asked = {name for file in files for name in ASKED.findall(file.read_text(encoding="utf-8"))}
    assert asked == set(PAGES)


def test_an_id_is_put_in() -> None:
    """And one that lacks is missed at once."""
    assert page_at("referral", referral_id=UUID(int=1)).endswith("/00000000-0000-0000-0000-000000000001")
    with pytest.raises(KeyError):
        page_at("referral")
