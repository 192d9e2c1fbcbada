"""No text of a page goes past the catalogues: in a language that nobody speaks, each of its texts is in brackets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import Environment, nodes
from jinja2.visitor import NodeVisitor

from shared.settings import SERVICES
from tests.support.four_apps import four_apps
from tests.support.pseudo_language import PSEUDO, pseudo_language, said_in_it, untranslated
from tools.translations import CHECKOUT

# an API is described in English; the macros' own pieces of tags stand apart, and every page shows them
LET_BE = ("openapi.html", "macros.html")
TEMPLATES = sorted(
    path
    for room in ("shared", "services")
    for path in (CHECKOUT / room).rglob("templates/**/*.html")
    if path.name not in LET_BE
)
# no words of any language: the product's name, and what machines are told
NAMES = frozenset({"Lotsa"})
CAST = frozenset({"Alva", "Ahlm", "Bo", "Berg", "Cilla", "Ceder", "Dani", "Dahl", "Ester", "Ek", "Hanna", "Holm"})
TAG = re.compile(r"<[^<>]*>|<[^<>]*$|^[^<>]*>")
READ_OUT = re.compile(r"\b(?:alt|aria-label|placeholder|title)=\"([^\"]*[^\W\d_]{2,}[^\"]*)\"")
WORD = re.compile(r"[^\W\d_]{2,}")
ENTITY = re.compile(r"&#?\w+;")
PAGES = {
    "referral": ["/tillganglighet", "/referral/nothing-here"],
    "directory": ["/tillganglighet", "/directory/nothing-here", "/directory/login", "/directory/signed-out"],
    "notifications": ["/tillganglighet", "/notifications/nothing-here"],
    "audit": ["/tillganglighet", "/audit/nothing-here"],
}


@pytest.fixture(scope="module")
def apps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Flask]]:
    """Each service's app, as the demonstration has it, with one language more."""
    with pseudo_language(tmp_path_factory.mktemp("pseudo")):
        yield dict(zip(SERVICES, four_apps(tmp_path_factory.mktemp("keys") / "keys"), strict=True))


def client_of(app: Flask) -> FlaskClient:
    """A browser that asks for that language."""
    client = app.test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = PSEUDO.tag
    return client


@pytest.mark.parametrize(("service", "path"), [(service, path) for service, paths in PAGES.items() for path in paths])
def test_every_text_of_a_page_is_a_message(apps: dict[str, Flask], service: str, path: str) -> None:
    """The frame of every page, and the pages that need no database."""
    answer = client_of(apps[service]).get(path)
    assert answer.headers["Content-Language"] == PSEUDO.tag
    assert f'<html lang="{PSEUDO.tag}"' in answer.text
    assert "⟦" in answer.text
    assert untranslated(answer.text, NAMES | CAST) == []


def test_a_problem_of_the_api_is_in_it_too(apps: dict[str, Flask]) -> None:
    """Title and detail."""
    for service, app in apps.items():
        answer = client_of(app).get(f"/api/{service}/v1/nothing-here")
        assert answer.json is not None
        assert answer.json["title"].startswith("⟦"), service


def test_a_text_that_is_no_message_is_found() -> None:
    """In an element, an attribute or the title, half in brackets; what is in another language, or a name, is let be.

    What a title or an attribute names may stand in it, if the page says elsewhere in which language it is.
    """
    page = (
        '<html lang="eo"><title>⟦Yes⟧ Ekliden Sparat</title><p>⟦Saved ⟦at⟧⟧ 14.05</p><p>Sparat</p><img alt="En bild">'
        '<p>⟦Yes⟧ och</p><p lang="sv">Läs upp <b>texten</b></p><script>let x</script><p>Bo Bergström</p>'
        '<p>⟦At ⟧Ekliden⟦.⟧</p><p>⟦At ⟧<span lang="sv">Ekliden</span>⟦.⟧</p><input value="Vad som helst">'
        '<p aria-label="texten">a.b@example.se 0190d1f0-7c14-7000</p><textarea>Vad som helst</textarea>'
    )
    assert untranslated(page, {"Bo", "Bergström"}) == ["Sparat", "och", "Ekliden", "Ekliden Sparat", "En bild"]


def test_what_is_put_into_a_message_stands_outside_its_brackets() -> None:
    """It has to say itself which language it is in."""
    assert said_in_it("At %(unit)s, %(num)d times") == "⟦At ⟧%(unit)s⟦, ⟧%(num)d⟦ times kaj iom pli longe⟧"


class _Texts(NodeVisitor):
    """What stands in a template as it is."""

    def __init__(self) -> None:
        self.found: list[tuple[int, str]] = []

    def visit_TemplateData(self, node: nodes.TemplateData) -> None:  # noqa: N802  # as Jinja calls it
        self.found.append((node.lineno, node.data))


def written_out(source: str) -> list[str]:
    """The words that a template shows without asking any catalogue."""
    environment = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"], autoescape=True)
    texts = _Texts()
    texts.visit(environment.parse(source))
    # what is made is left out, so that a tag with something made in it is still one tag
    whole = re.sub(r"<(script|style)\b.*?</\1>", "", "\0".join(text for _line, text in texts.found), flags=re.S)
    shown = ENTITY.sub(" ", TAG.sub(" ", whole))
    read_out = READ_OUT.findall(whole)
    return [word for each in (*shown.split("\0"), *read_out) for word in WORD.findall(each) if word not in NAMES]


def test_a_planted_text_in_a_template_is_found() -> None:
    """Between tags and in what is read out; not in a tag, nor what is made."""
    assert written_out(
        '<p class="{{ a }} ds">{{ _("Yes") }} och</p><img alt="En bild {{ b }}" src="x">{% if c %}Nej{% endif %}'
    ) == [
        "och",
        "Nej",
        "En",
        "bild",
    ]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_writes_its_words_out(path: Path) -> None:
    """Every page of every service, also those that no test opens."""
    assert written_out(path.read_text(encoding="utf-8")) == []
