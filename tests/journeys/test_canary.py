"""Every personal field is marked, everything is done that can be done, much is broken; and the marks are nowhere to be
found but on the pages of those allowed and, unreadable, in encrypted columns.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from sqlalchemy import text

from shared.messaging import names
from shared.messaging.publish.publisher import ConfirmedPublisher, Outgoing
from shared.storage.engine import make_engine
from tests.support.canary import asking, breaking, browsing
from tests.support.canary.marked import PLANTED_FOR_BO, RARE_GROUP, REFUSED, Canary
from tests.support.hidden_places import Found, every_message, every_statement, every_table, files_under, tapped
from tests.support.infrastructure import Infrastructure
from tests.support.marks import Marks
from tests.support.running import running_product
from tests.support.visitor import Seen, Visitor, visitor

pytestmark = pytest.mark.timeout(600)

CAST = ("alva", "bo", "cilla", "dani", "ester")


@dataclass
class Told:
    """The story when it is over."""

    canary: Canary
    visitors: dict[str, Visitor]
    profiles: Path
    after_withdrawal: Seen
    after_sign_out: str
    receipt: Seen
    kept_by_browsers: list[str]
    export: bytes

    @property
    def marks(self) -> Marks:
        """The marks of all personal fields."""
        return self.canary.marks

    @property
    def answers(self) -> list[Seen]:
        """Every page and every answer of the API."""
        return [*self.canary.answers, *(seen for each in self.visitors.values() for seen in each.seen)]


@pytest.fixture(scope="module")
def told(infrastructure: Infrastructure, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """The whole story, told once; the product and the tap stay for those who look."""
    profiles = tmp_path_factory.mktemp("profiles")
    with running_product(infrastructure) as product, tapped(product.settings):
        yield _tell(Canary(product), browser, profiles)


def _tell(canary: Canary, browser: Browser, profiles: Path) -> Told:
    visitors: dict[str, Visitor] = {}
    kept: list[str] = []
    product = canary.product
    with visitor(browser, "alva", product.url, profiles / "alva") as alva:
        visitors["alva"] = alva
        alva.sign_in()
        path = browsing.fill_in_a_referral(canary, alva)
        receipt = alva.seen[-1]
        browsing.keep_and_discard_drafts(canary, alva)
        browsing.write_in_two_windows(canary, alva)
        browsing.tell_without_consent(canary, alva)
        browsing.type_too_late(canary, alva)
        with visitor(browser, "bo", product.url, profiles / "bo") as bo:
            visitors["bo"] = bo
            bo.sign_in()
            browsing.answer_it(canary, bo, path)
            browsing.make_mistakes(canary, alva, bo)
            asking.every_other_turn(canary, bo)
            after_withdrawal = browsing.withdraw(canary, bo)
            asking.everything_refused(canary, path)
            breaking.break_things(canary)
            product.everything_has_arrived()
            bo.go("/notifications/")
            bo.go("/notifications/inbox")
            bo.go(path)
            kept.append(bo.kept_by_the_browser())
            bo.send('header form[action="/directory/logout"] button')
            bo.page.go_back()
            bo.page.go_back()
            after_sign_out = bo.page.content()
        alva.go(path)
        alva.go("/referral/")
        kept.append(alva.kept_by_the_browser())
    for who, pages in (
        ("cilla", ()),
        ("dani", ("/directory/mine", "/", "/directory/", "/directory/services", "/tillganglighet")),
        ("ester", ("/audit/", "/audit/referrals", "/audit/entries", "/audit/log")),
    ):
        with visitor(browser, who, product.url, profiles / who) as each:
            visitors[who] = each
            each.sign_in()
            for page in pages:
                assert each.go(page) == 200, page
            if who == "cilla":
                browsing.strangers_in_the_browser(canary, each, path)
            if who == "ester":
                _follow_the_trails(each, path)
            kept.append(each.kept_by_the_browser())
    breaking.what_operators_see(canary)
    product.everything_has_arrived()
    export = canary.ask("ester", "GET", "/api/audit/v1/log/export").content
    return Told(canary, visitors, profiles, after_withdrawal, after_sign_out, receipt, kept, export)


def _follow_the_trails(ester: Visitor, path: str) -> None:
    assert ester.go(f"/audit/referrals/{path.rsplit('/', 1)[1]}") == 200
    ester.go("/audit/")
    trails = ester.page.locator('a[href^="/audit/consents/"]').evaluate_all(
        "all => all.map(e => e.getAttribute('href'))"
    )
    assert trails, "Ester sees no consent to follow"
    for trail in trails[:4]:
        assert ester.go(trail) == 200


def where_marks_are(marks: Marks, places: Iterable[Found]) -> dict[str, set[str]]:
    """The places that give a mark away, with the fields they give away. Asserts that there was anything to look at."""
    looked_at = 0
    found = {}
    for place in places:
        looked_at += len(place.content)
        fields = marks.found_in(place.content)
        if fields:
            found[place.place] = fields
    assert looked_at, "there was nothing to look at"
    return found


def test_the_marks_are_really_planted(told: Told) -> None:
    """Bo, who may, sees every field on his page; Alva sees what she wrote, and the outcome. A story without marks
    would prove nothing."""
    shown = {
        who: set().union(*(told.marks.found_in(seen.body) for seen in told.answers if seen.who == who))
        for who in ("alva", "bo")
    }
    assert set(PLANTED_FOR_BO) <= shown["bo"]
    assert {"ProtectedName", "ProtectedNote"} <= shown["bo"], "once he has accepted"
    assert {"Mistaken", "MistakenTwice", "Late"} <= shown["bo"], "what he typed is shown again"
    assert {"DraftName", "Typo", "Representative", "OtherRepresentative", "Completed", "Rejected"} <= shown["alva"]
    assert {"MistakenCancel", "TwoWindows", "OtherWindow", "Unfinished"} <= shown["alva"]


@pytest.mark.holds("nothing-about-them-can-be-filled-in")
def test_what_was_refused_about_the_other_person_is_shown_to_nobody(told: Told) -> None:
    """It was kept nowhere, so no page has it: not even its writer's."""
    assert {name for seen in told.answers for name in told.marks.found_in(seen.body)}.isdisjoint(REFUSED)


def test_the_story_went_through_what_it_promises(told: Told) -> None:
    """Refusals of every kind, breakdowns, parked and repeated messages are in it."""
    statuses = {seen.status for seen in told.answers}
    assert {200, 201, 400, 401, 403, 404, 405, 412, 413, 415, 422, 428} <= statuses
    assert any(status >= 500 for status in statuses)
    queues = {place.place for place in every_message(told.canary.product.settings)}
    assert any(place.endswith(".parked") for place in queues)


@pytest.mark.holds("a-reviewer-sees-no-contents")
def test_only_those_allowed_are_shown_them(told: Told) -> None:
    """Alva and Bo, under /referral and nowhere else; no page of Cilla's, Dani's or Ester's."""
    elsewhere = {
        seen.place: told.marks.found_in(seen.body)
        for seen in told.answers
        if told.marks.found_in(seen.body)
        and not (seen.who in ("alva", "bo") and seen.path.startswith(("/referral/", "/api/referral/v1/referrals")))
    }
    assert elsewhere == {}


def test_pages_that_show_them_are_kept_by_nobody(told: Told) -> None:
    """Each says no-store, and has no validator by which a copy could be kept alive."""
    kept = [
        seen.place
        for seen in told.answers
        if told.marks.found_in(seen.body)
        and "no-store" not in {k.lower(): v for k, v in seen.headers.items()}.get("cache-control", "")
    ]
    assert kept == []


def test_no_problem_quotes_what_was_sent(told: Told) -> None:
    """Neither a problem document nor an error page, breakdowns included."""
    quoted = {
        seen.place: told.marks.found_in(seen.body)
        for seen in told.answers
        if seen.status >= 400 and told.marks.found_in(seen.body)
    }
    assert quoted == {}


@pytest.mark.holds("searches-are-not-kept")
def test_a_mark_in_an_address_is_not_repeated(told: Told) -> None:
    """What somebody types into the address bar is shown on no page and written in no log."""
    typed = Marks({"address": (told.canary.address_mark,)})
    pages = [Found(seen.place, seen.body) for seen in told.answers]
    logs = files_under(told.canary.product.folder / "logs")
    assert where_marks_are(typed, [*pages, *logs]) == {}


@pytest.mark.holds("withdrawal-hides-at-the-next-read")
def test_after_a_withdrawal_the_next_read_shows_nothing(told: Told) -> None:
    """Bo could read it; then he cannot."""
    assert told.after_withdrawal.status == 200
    assert told.marks.found_in(told.after_withdrawal.body) == set()


@pytest.mark.holds("the-receipt-names-nobody")
def test_the_receipt_can_lie_on_a_table(told: Told) -> None:
    """It shows neither the carer nor why."""
    assert told.receipt.path.endswith("/receipt")
    assert told.marks.found_in(told.receipt.body) == set()


@pytest.mark.holds("protected-shown-to-one")
def test_a_protected_identity_is_in_no_list(told: Told) -> None:
    """Neither name nor note is anywhere but on the referral's own page, for the adviser who accepted it."""
    hidden = {"ProtectedName", "ProtectedNote"}
    pages = {seen.path for seen in told.answers if told.marks.found_in(seen.body) & hidden}
    assert len(pages) == 1
    assert pages.pop().startswith("/referral/referrals/")


def test_no_address_carries_them(told: Told) -> None:
    """No URL and no Referer of any browser, no Location of any answer."""
    addresses = [Found("address", url.encode()) for each in told.visitors.values() for url in each.addresses]
    locations = [Found(seen.place, str(dict(seen.headers)).encode()) for seen in told.answers]
    assert where_marks_are(told.marks, [*addresses, *locations]) == {}


@pytest.mark.holds("logs-hold-no-contents")
def test_no_log_has_them(told: Told) -> None:
    """Nor any other file of the installation, through all breakdowns; nor does a log quote a poisoned message."""
    folder = told.canary.product.folder
    assert where_marks_are(told.marks, files_under(folder)) == {}
    poison = Marks({"poison": (told.canary.poison_mark,), "group": (RARE_GROUP,)})
    assert where_marks_are(poison, files_under(folder / "logs")) == {}


def test_no_message_carries_them(told: Told) -> None:
    """No event, no message that waits to be tried again or is parked; not even the target group is on the bus."""
    marks = Marks({**told.marks.spellings, "group": (RARE_GROUP,)})
    assert where_marks_are(marks, every_message(told.canary.product.settings)) == {}


def test_no_table_can_be_read(told: Told) -> None:
    """A dump of all four databases by the superuser gives nothing away, whatever the encoding."""
    tables = list(every_table(told.canary.product.installation))
    looked_through = {table.place for table in tables if table.content}
    assert {"table referral.contents", "table audit.log_entries", "table notifications.notices"} <= looked_through
    assert "table referral.held_forms" in looked_through
    assert where_marks_are(told.marks, tables) == {}
    outside = (table for table in tables if not table.place.startswith("table directory."))
    assert where_marks_are(Marks({"group": (RARE_GROUP,)}), outside) == {}, "the directory lists all groups"


def test_no_statement_carries_them(told: Told) -> None:
    """Values go beside statements, never in them, so the database server can neither show nor log them."""
    assert where_marks_are(told.marks, every_statement(told.canary.product.installation)) == {}


@pytest.mark.holds("only-that-something-new-waits", "notices-name-nobody")
def test_no_letter_says_them(told: Told) -> None:
    """Every letter that would have been sent."""
    letters = [found for found in every_table(told.canary.product.installation) if "demo_mailbox" in found.place]
    assert letters[0].content.count(b"\n") >= 4
    assert where_marks_are(told.marks, letters) == {}


@pytest.mark.holds("parked-messages-are-not-quoted")
def test_operators_see_nothing(told: Told) -> None:
    """Metrics, health, descriptions, and the command line's word on parked messages, which quotes no poison either."""
    marks = Marks({**told.marks.spellings, "poison": (told.canary.poison_mark,)})
    assert where_marks_are(marks, [Found("told to operators", said.encode()) for said in told.canary.said]) == {}


@pytest.mark.holds("a-reviewer-sees-no-contents", "the-log-has-no-contents")
def test_the_log_that_auditors_take_home_gives_nothing_away(told: Told) -> None:
    """Every file of the export."""
    with zipfile.ZipFile(io.BytesIO(told.export)) as archive:
        parts = [Found(name, archive.read(name)) for name in archive.namelist()]
    assert where_marks_are(told.marks, parts) == {}


def test_browsers_keep_nothing(told: Told) -> None:
    """Neither storage, cookies and caches, nor any file of a profile on disk; and going back after signing out shows
    nothing."""
    assert where_marks_are(told.marks, [Found("storage", kept.encode()) for kept in told.kept_by_browsers]) == {}
    assert where_marks_are(told.marks, files_under(told.profiles)) == {}
    assert told.marks.found_in(told.after_sign_out) == set()


def test_each_search_can_fail(told: Told, tmp_path: Path) -> None:
    """A mark planted on purpose in a table, a message, a log and a profile is found there: the searches do search."""
    product, value = told.canary.product, told.canary.value["Name"]
    owner = make_engine(product.settings.service("notifications").owner_database_url, pool_size=1)
    with owner.begin() as connection:
        connection.execute(text("CREATE TABLE slip (said bytea)"))
        connection.execute(text("INSERT INTO slip VALUES (:said)"), {"said": f"å{value}å".encode()})
    slipped = where_marks_are(told.marks, every_table(product.installation))
    with owner.begin() as connection:
        connection.execute(text("DROP TABLE slip"))
    owner.dispose()
    assert slipped == {"table notifications.slip": {"Name"}}

    publisher = ConfirmedPublisher(product.settings.service("referral").broker_url, "slip")
    publisher.publish([Outgoing(names.exchange("referral"), "slip.v1", "slip", value.encode())])
    publisher.close()
    assert where_marks_are(told.marks, every_message(product.settings)) == {"queue tap": {"Name"}}

    (tmp_path / "slip.log").write_text(value)
    assert where_marks_are(told.marks, files_under(tmp_path)) == {f"file {tmp_path.name}/slip.log": {"Name"}}
