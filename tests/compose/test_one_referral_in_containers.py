"""One referral by hand in the installation in containers: in production mode, over TLS, signed in at its provider.

Alva sends it, a letter tells Bo's unit, Bo follows its link and accepts, letters tell Alva's unit, Ester follows the
consent, and somebody outside verifies the log. Runs by `make compose-test` alone, and leaves the referral where it is.
"""

from __future__ import annotations

import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page

from operations.checkout import CHECKOUT
from shared.kernel.identity import UnitId
from tests.compose.conftest import Visit
from tests.compose.letters import Letter, letters_about
from tests.compose.trial import HOST, ORIGIN, PROVIDER, PROVIDER_ORIGIN, Trial, compose
from tests.support.cast import CAST, UNIT
from tests.support.city_filled import units
from tests.support.eventually import eventually
from tests.support.marks import Marks, a_mark
from tests.support.referral_browsing import (
    consent,
    keep_the_situation_to_oneself,
    referral_path,
    send,
    tell_of_the_carer,
    tell_why,
)

pytestmark = pytest.mark.timeout(300)

ADDRESSES = {unit.id: unit.function_address for unit in units()}
ENDING = """

Det här mejlet innehåller med avsikt inga uppgifter om någon person.
Det går inte att svara på det.

Vänliga hälsningar
Lotsa"""
WAITS = "Hej!\n\nEn ny lotsning väntar på er enhet. Logga in för att läsa den:\n\n"
HAPPENED = "Hej!\n\nDet har hänt något i en lotsning som er enhet är med i. Logga in för att se vad:\n\n"


@dataclass(frozen=True)
class Sent:
    """A referral on its way, and the words that were told in confidence."""

    alva: Page
    path: str
    number: str
    name: str
    marks: Marks


def address_of(who: str) -> str:
    """Where letters to somebody's unit go."""
    address = ADDRESSES[UnitId(UNIT[CAST[who][0]])]
    assert address
    return address


@pytest.fixture(scope="module")
def sent(visit: Visit) -> Sent:
    """Alva signs in and sends a referral about the carer alone."""
    alva = visit("alva")
    name, why = a_mark("Namn"), a_mark("Orsak")
    tell_of_the_carer(alva, name)
    tell_why(alva, f"Sover dåligt. {why}")
    consent(alva)
    keep_the_situation_to_oneself(alva)
    number = send(alva)
    said = Marks({"name": (name,), "why": (why,), "phone": ("070-1740605", "0701740605", "+46701740605")})
    return Sent(alva, referral_path(alva), number, name, said)


@pytest.fixture(scope="module")
def letter_to_bo(sent: Sent) -> Letter:
    """The one letter that Bo's unit gets."""
    found = eventually(
        lambda: letters_about(sent.path, address_of("bo")), saying="a letter tells Bo's unit", within=60, every=1
    )
    assert len(found) == 1
    return found[0]


@pytest.fixture(scope="module")
def bo(visit: Visit, letter_to_bo: Letter) -> Page:
    """Bo follows the letter's link, has to sign in, and comes to the referral."""
    return visit("bo", at=letter_to_bo.link)


@pytest.fixture(scope="module")
def accepted(bo: Page, sent: Sent) -> Sent:
    """Bo accepts it."""
    bo.get_by_role("button", name="Acceptera").click()
    bo.wait_for_url(f"{ORIGIN}{sent.path}")
    return sent


@pytest.fixture(scope="module")
def ester(visit: Visit, accepted: Sent) -> Page:
    """Ester, when all of it has happened."""
    return visit("ester")


def test_its_certificate_is_good_for_both_names(trial: Trial) -> None:
    """Product and provider show one that the installation's authority vouches for, by TLS 1.2 or newer."""
    for host in (HOST, PROVIDER):
        trial.certificate(host)


def test_it_is_no_demonstration(visit: Visit) -> None:
    """No banner, no list of invented people, no inbox: signing in leads to the provider."""
    page = visit()
    page.goto("/")
    assert page.locator(".lotsa-demo").count() == 0
    assert status(page, "/notifications/inbox") == 404
    page.goto("/directory/login")
    page.wait_for_url(f"{PROVIDER_ORIGIN}/**")


def test_health_and_metrics_are_not_for_everyone(visit: Visit) -> None:
    """They answer inside alone."""
    page = visit()
    for service in ("referral", "directory", "notifications", "audit"):
        for inside in ("health/ready", "metrics"):
            assert status(page, f"/{service}/{inside}") == 404


def test_what_is_too_large_is_refused_in_the_products_words(visit: Visit) -> None:
    """Through the proxy too: the services hear it out, and answer people with a page and systems with a problem."""
    page = visit()
    page.goto(f"{ORIGIN}/")
    send = """async (path) => {
        const answer = await fetch(path, {method: 'POST', body: 'x'.repeat(3_000_000)});
        return [answer.status, answer.headers.get('content-type'), await answer.text()];
    }"""
    for path, kind in (("/directory/login", "text/html"), ("/api/referral/v1/referrals", "application/problem+json")):
        status_code, content_type, said = page.evaluate(send, path)
        assert (status_code, content_type.partition(";")[0]) == (413, kind)
        assert "Det som skickades är för stort" in said


def test_the_receiving_unit_is_told_that_one_waits_and_nothing_more(sent: Sent, letter_to_bo: Letter) -> None:
    """A sentence and a link, to the unit's own address; no word of the referral, not even its number."""
    assert letter_to_bo.to == (address_of("bo"),)
    assert letter_to_bo.subject == "En ny lotsning väntar på er"
    assert letter_to_bo.text == f"{WAITS}{ORIGIN}{sent.path}{ENDING}"
    assert not sent.marks.found_in(letter_to_bo.raw)
    assert sent.number.encode() not in letter_to_bo.raw


def test_the_letters_link_leads_the_adviser_to_the_referral(bo: Page, sent: Sent) -> None:
    """He had to sign in at the provider, and then reads it; that he did is told on the page."""
    assert bo.url == f"{ORIGIN}{sent.path}"
    shown = bo.inner_text("main")
    assert sent.number in shown
    assert sent.name in shown
    assert "Din läsning är loggad, med enhet, tid och samtycke." in shown


def test_the_sender_is_told_and_sees_each_step(accepted: Sent) -> None:
    """Two letters without content, for the opening and the accepting; the page behind the link has the dates."""
    letters = eventually(
        lambda: found if len(found := letters_about(accepted.path, address_of("alva"))) > 1 else [],
        saying="two letters tell Alva's unit",
        within=60,
        every=1,
    )
    assert len(letters) == 2
    for letter in letters:
        assert letter.subject == "Det har hänt något i en lotsning"
        assert letter.text == f"{HAPPENED}{ORIGIN}{accepted.path}{ENDING}"
        assert not accepted.marks.found_in(letter.raw)
        assert accepted.number.encode() not in letter.raw
    accepted.alva.goto(letters[-1].link)
    track = accepted.alva.locator(".lotsa-track__title").all_inner_texts()
    assert track[:4] == ["Skickad", "Framme", "Öppnad", "Accepterad"]


def test_another_district_finds_nothing(visit: Visit, accepted: Sent) -> None:
    """Cilla signs in like the others, and the referral's address is to her as one that does not exist."""
    cilla = visit("cilla")
    assert status(cilla, accepted.path) == 404
    assert accepted.name not in cilla.content()


def test_the_auditor_follows_the_consent(ester: Page, accepted: Sent) -> None:
    """From given to read, with the reason for each reading; the referral's steps and Cilla's attempt are there too."""
    identifier = accepted.path.rpartition("/")[2]

    def trail() -> list[str]:
        ester.goto(f"/audit/referrals/{identifier}")
        ester.locator("section[aria-labelledby=consents] a").first.click()
        return ester.locator(".lotsa-track__title").all_inner_texts()

    wanted = {"Samtycke gavs", "Innehållet lästes"}
    titles = eventually(
        lambda: found if wanted <= set(found := trail()) else [], saying="the trail is whole", within=60
    )
    assert titles[0] == "Samtycke gavs"
    shown = ester.inner_text("main")
    assert "Tilläts, eftersom lotsningen skickades till läsarens enhet och ett samtycke omfattade det." in shown
    assert not accepted.marks.found_in(shown)
    ester.goto(f"/audit/referrals/{identifier}")
    steps = ester.locator(".lotsa-track__title").all_inner_texts()
    for step in ("Lotsningen skickades", "Lotsningen öppnades första gången", "Lotsningen accepterades"):
        assert step in steps
    assert any("Nekat" in step for step in steps), "Cilla's attempt is in it"


def test_a_system_lists_its_units_referrals_with_a_token_of_its_own(trial: Trial, accepted: Sent) -> None:
    """Given by the provider for a client's secret, bound to the health centre by an assignment; 401 without."""
    token = trial.token_of("journal-system")
    path = "/api/referral/v1/referrals"
    answer = trial.ask(HOST, "GET", path, {"Authorization": f"Bearer {token}"})
    assert answer.status == 200, answer.data
    assert accepted.number in [each["number"] for each in answer.json()["items"]]
    assert trial.ask(HOST, "GET", path, {}).status == 401
    assert trial.ask(HOST, "GET", path, {"Authorization": f"Bearer {token[:-8]}AAAAAAAA"}).status == 401


@pytest.mark.parametrize(
    ("door", "status"),
    [
        ("/api/directory/v1/assignments", 200),
        ("/api/notifications/v1/notices", 200),
        ("/api/audit/v1/log", 403),
    ],
)
def test_every_service_reads_the_systems_token(trial: Trial, door: str, status: int) -> None:
    """Each fetches the provider's keys by itself: who it is, is known everywhere, and a referrer is no auditor."""
    token = trial.token_of("journal-system")
    assert trial.ask(HOST, "GET", door, {"Authorization": f"Bearer {token}"}).status == status


def test_the_log_holds_for_somebody_outside(ester: Page, trial: Trial, downloads: Path) -> None:
    """Ester's download verifies with a key that came another way, and no longer when one byte of it is changed."""
    ester.goto("/audit/log")
    with ester.expect_download() as downloading:
        ester.get_by_role("button", name="Ladda ner utan namn").click()
    file = downloads / "lotsa-log.zip"
    downloading.value.save_as(file)
    held = verified(file, trial.log_key)
    assert held.returncode == 0, held.stdout + held.stderr
    assert verified(changed(file), trial.log_key).returncode == 1


def test_the_log_holds_for_the_operator_and_nothing_is_parked(ester: Page) -> None:
    """The commands that docs/operating.md names, in the container that has the rights for them."""
    assert "The log holds" in compose("run", "--rm", "--no-deps", "-T", "prepare", "lotsa", "verify-audit")
    assert "0 parked in all." in compose("run", "--rm", "--no-deps", "-T", "prepare", "lotsa", "parked", "list")


def test_no_container_writes_what_was_told_in_confidence(accepted: Sent, ester: Page) -> None:
    """The logs of all containers, servers included, hold none of the referral's words."""
    written = compose("logs", "--no-color")
    assert "/oauth/authorize" in written, "the provider, for one, writes who asked it for what"
    assert not accepted.marks.found_in(written)


def status(page: Page, path: str) -> int:
    """What a page's address answers."""
    answer = page.goto(path)
    assert answer is not None
    return answer.status


def verified(export: Path, key: str) -> subprocess.CompletedProcess[str]:
    """The lonely verifier's answer, in a process that can import nothing of ours."""
    program = [sys.executable, "-I", str(CHECKOUT / "services/audit/verify.py"), str(export), "--key", key]
    return subprocess.run(program, cwd=export.parent, capture_output=True, text=True, timeout=120, check=False)


def changed(export: Path) -> Path:
    """A copy with one entry told otherwise."""
    copy = export.with_name("changed.zip")
    with zipfile.ZipFile(export) as before, zipfile.ZipFile(copy, "w") as after:
        for name in before.namelist():
            content = before.read(name)
            after.writestr(name, content.replace(b"referral.accepted.v1", b"referral.rejected.v1"))
    return copy
