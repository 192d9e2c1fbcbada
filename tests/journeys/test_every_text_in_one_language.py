"""Every page, as everybody, in a language that nobody speaks: each text is a message, or says its own language.

The databases are those of the running product, seeded; the pages are made in this process, where there is one language
more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import pytest
from flask import Flask, Response, request
from werkzeug.test import TestResponse

from lotsa.server.wsgi import mounted, service_app
from shared.settings import SERVICES
from tests.integration.referral.test_every_form import ANSWERS
from tests.support.city_filled import PEOPLE, seed_a_year
from tests.support.forms import forms_in
from tests.support.infrastructure import Infrastructure
from tests.support.page_walk import Walker
from tests.support.pseudo_language import PSEUDO, its_own_words, pseudo_language, untranslated, words_in
from tests.support.running import Running, running_product

pytestmark = pytest.mark.timeout(1500)

# those who work, and those whom the referral of this test is about
CAST = "Frans Gun Alva Ahlm Bo Berg Cilla Ceder Dani Dahl Ester Ek Hanna Holm"
STARTS: dict[str, tuple[str, ...]] = {
    "": ("/", "/directory/login", "/directory/signed-out", "/directory/nothing-here", "/nothing-here"),
    "alva": ("/referral/", "/notifications/", "/directory/assignment", "/referral/nothing-here"),
    "bo": ("/referral/", "/notifications/", "/referral/new"),
    "cilla": ("/referral/",),
    "dani": ("/directory/mine", "/audit/"),
    "ester": ("/audit/", "/audit/log", "/audit/entries"),
    "hanna": ("/directory/admin", "/directory/admin/routing", "/directory/admin?show=others"),
}
NOT_WALKED: Mapping[str, str] = {
    "/directory/": "leads on to the list",
    "/directory/login/callback": "answers the provider, with a redirect",
    "/directory/session": "a number for the page's script",
    "/directory/session/seen": "a picture of nothing",
    "/referral/drafts/<uuid:draft_id>": "leads on to the step",
    "/referral/new": "leads on to a draft of its own",
    "/audit/log/alarms/<uuid:alarm_id>": "there is no alarm",
    **{
        f"/{service}/{room}/<uuid:form_id>": "a form came too late"
        for service in ("referral", "directory", "audit")
        for room in ("held-form", "lapsed-form")
    },
}


@dataclass
class Site:
    """The four services' apps, and the rules of the pages that have been shown."""

    apps: dict[str, Flask]
    shown: set[str] = field(default_factory=set)

    def walker(self, who: str) -> Walker:
        """Somebody of the cast, signed in, or nobody."""
        walker = Walker(mounted(self.apps), PSEUDO.tag)
        if who:
            walker.sign_in(who)
        return walker

    def note(self, response: Response) -> Response:
        """That a page is shown."""
        if response.status_code == 200 and response.mimetype == "text/html" and request.url_rule is not None:
            self.shown.add(request.url_rule.rule)
        return response


@pytest.fixture(scope="module")
def seeded(infrastructure: Infrastructure) -> Iterator[Running]:
    """The product with a small year in it."""
    with running_product(infrastructure) as product:
        seed_a_year(product.settings, over_the_year=8)
        yield product


@pytest.fixture(scope="module")
def site(seeded: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The four services' pages over those databases, with one language more."""
    with pseudo_language(tmp_path_factory.mktemp("pseudo")):
        made = Site({})
        for service in SERVICES:
            app = service_app(service, seeded.settings)
            assert isinstance(app, Flask)
            app.after_request(made.note)
            made.apps[service] = app
        yield made
        for app in made.apps.values():
            for part in app.extensions.values():
                if engine := getattr(part, "engine", None):
                    engine.dispose()


@pytest.fixture(scope="module")
def names() -> frozenset[str]:
    """Words of no message that may stand anywhere: the product's name, people's, and Unicode's own."""
    return frozenset({"Lotsa", *words_in(CAST), *PEOPLE, *its_own_words()})


@dataclass
class Found:
    """The texts that are no message and say no language, each with the kinds of pages that show it."""

    names: frozenset[str]
    texts: dict[str, set[str]] = field(default_factory=dict)

    def look(self, page: TestResponse) -> None:
        """At one page, or whatever else was answered."""
        if page.mimetype == "text/html":
            assert f'<html lang="{PSEUDO.tag}"' in page.text, page.request.path
            for text in untranslated(page.text, self.names):
                self.texts.setdefault(text, set()).add(Walker.kind(page.request.path))

    def nothing(self) -> None:
        """Assert that there is none."""
        assert not self.texts, "\n".join(f"{text}: {sorted(paths)}" for text, paths in self.texts.items())


@pytest.mark.parametrize("who", STARTS, ids=lambda who: who or "nobody")
def test_every_text_is_a_message_or_says_its_language(site: Site, names: frozenset[str], who: str) -> None:
    """Pages as far as links lead, forms got wrong, and what is said when something is done."""
    walker, found = site.walker(who), Found(names)
    pages = list(walker.pages(*STARTS[who]))
    for page in pages:
        found.look(page)
    for happens in (walker.got_wrong, walker.pressed):
        for page in pages:
            for after in happens(page):
                found.look(after)
    found.nothing()


def test_a_new_referral_is_written_in_it(site: Site, names: frozenset[str]) -> None:
    """Each step got wrong and then filled in, what is checked, the receipt; and cancelled in two windows."""
    walker, found = site.walker("alva"), Found(names)
    page = walker.get("/referral/new")
    for answers in ANSWERS:
        for wrong in walker.got_wrong(page):
            found.look(wrong)
        page = walker.get(page.request.path)
        (form,) = [each for each in forms_in(page.text, page.request.path) if each.asks()]
        before = page.request.path
        kept = {name: value for name, value in form.spoilt().items() if name != "go"}
        page = walker.send(form, {**kept, **{name: [answer] for name, answer in answers.items()}})
        assert page.request.path != before, f"{before}: {re.findall('error-summary.*?</ul>', page.text, re.DOTALL)}"
        found.look(page)
    assert page.request.path.endswith("/check"), page.request.path
    (form,) = [each for each in forms_in(page.text, page.request.path) if each.action.endswith("/send")]
    page = walker.send(form, form.as_shown())
    assert page.request.path.endswith("/receipt"), page.request.path
    found.look(page)
    cancel = page.request.path.replace("/receipt", "/cancel")
    (form,) = [each for each in forms_in(walker.get(cancel).text, cancel) if each.asks()]
    reason = next(each.value for each in form.fields if each.name == "reason")
    for comment in ("Fel nummer.", "Fel person."):
        page = walker.send(form, {**form.spoilt(comment), "reason": [reason]})
        found.look(page)
    assert page.request.path.endswith("/moved"), page.request.path
    found.nothing()


def test_no_page_is_left_out(site: Site) -> None:
    """Every address that shows a page has been walked over by somebody, or stands above with its reason."""
    doors = {
        rule.rule
        for app in site.apps.values()
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.rule.startswith("/api/") and "/static/" not in rule.rule
    }
    let_be = {each for each in doors if each.endswith("/metrics") or "/health/" in each}
    left_out = doors - let_be - site.shown - NOT_WALKED.keys()
    assert not left_out, sorted(left_out)


@pytest.mark.parametrize(
    ("name", "planted", "text"),
    [
        ("role_name", lambda role: "anhörigkonsulent", "anhörigkonsulent"),
        ("with_lang", lambda text: text, "Anhörigkonsulenterna, Södermalm"),
        ("moment", lambda at: "24 november kl. 14.05", "24 november kl. 14.05"),
    ],
)
def test_a_planted_text_is_found(
    site: Site,
    names: frozenset[str],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    planted: Callable[[object], object],
    text: str,
) -> None:
    """A word that comes from code, a name that does not say its language, a day written by hand."""
    monkeypatch.setitem(site.apps["referral"].jinja_env.filters, name, planted)
    walker, found = site.walker("bo"), Found(names)
    for page in walker.pages("/referral/", each=2):
        found.look(page)
    assert any(text in each for each in found.texts), found.texts
