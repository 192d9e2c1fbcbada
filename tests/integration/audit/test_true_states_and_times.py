"""The lists say how each consent and referral stands, and every page and answer says both times where they differ."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from services.audit.views.states import TELLS_OF
from shared.contracts import referral as contracts
from shared.contracts.contract import Contract
from tests.integration.audit.reviewers import Reviewers, Story
from tests.integration.audit.support import NOW, given, listed, looked, sent, withdrawn
from tests.support.builders.events import referral_step

YEAR = timedelta(days=365)
STATES = {
    "referral.sent.v1": ("sent", "Skickad, inte öppnad"),
    "referral.opened.v1": ("opened", "Öppnad"),
    "referral.accepted.v1": ("accepted", "Accepterad"),
    "referral.first-contact-made.v1": ("first-contact-made", "Första kontakten är tagen"),
    "referral.rejected.v1": ("rejected", "Avböjd"),
    "referral.completed.v1": ("completed", "Avslutad"),
    "referral.cancelled.v1": ("cancelled", "Indragen"),
}
STEPS = {
    contract.event_type: contract
    for contract in vars(contracts).values()
    if isinstance(contract, type) and getattr(contract, "event_type", "").startswith("referral.")
}


def step(referral: UUID, kind: str, version: int) -> Contract:
    """A step of a referral."""
    if kind == "referral.sent.v1":
        return sent(referral, [])
    return referral_step(STEPS[kind], referral, version=version, occurred_at=NOW)


def row(page: str, path: str) -> str:
    """The row of a list that leads to an address."""
    return page[page.index(path) :].split("</tr>")[0]


def states(reviewers: Reviewers, kind: str, id_: UUID) -> tuple[str, str]:
    """What the list says of one, on the page and to a system."""
    path = "/audit/" if kind == "consents" else f"/audit/{kind}"
    page = row(reviewers.ester.get(path).text, f"/audit/{kind}/{id_}")
    headers = reviewers.bearer(UUID(int=1900), "ester")
    items = reviewers.app.test_client().get(f"/api/audit/v1/{kind}", headers=headers).json["items"]  # type: ignore[attr-defined]
    told = next(each["state"] for each in items if str(id_) in each["subjects"])
    return told, re.findall(r'class="ds-tag"[^>]*>([^<]+)<', page)[-1]


def test_every_step_that_a_referral_can_take_is_a_state_here() -> None:
    """A step that is told and not known here would leave the row at the step before."""
    assert set(STEPS) <= set(TELLS_OF)
    assert set(STATES) == set(TELLS_OF)


@pytest.mark.parametrize(
    "steps",
    [
        ["sent"],
        ["sent", "opened"],
        ["sent", "opened", "accepted"],
        ["sent", "accepted", "opened"],
        ["sent", "opened", "accepted", "first-contact-made"],
        ["sent", "opened", "rejected"],
        ["sent", "opened", "accepted", "completed"],
        ["sent", "opened", "accepted", "cancelled"],
        ["sent", "cancelled"],
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("backwards", [False, True])
def test_the_row_says_how_the_referral_stands(reviewers: Reviewers, steps: Sequence[str], backwards: bool) -> None:
    """The last step by the referral's version, in whatever order the bus brought them."""
    kinds = [f"referral.{each}.v1" for each in steps]
    referral, version, happened = uuid4(), 0, []
    for kind in kinds:
        # an opening changes no version
        version += kind != "referral.opened.v1"
        happened.append(step(referral, kind, version))
    reviewers.world.hear(*(reversed(happened) if backwards else happened))
    reviewers.world.sequencer.run()
    last = next(kind for kind in reversed(kinds) if kind != "referral.opened.v1" or len(kinds) == 2)
    assert states(reviewers, "referrals", referral) == STATES[last]


def test_the_row_says_how_the_consent_stands(reviewers: Reviewers) -> None:
    """Given, withdrawn wholly or in part, expired: each in its row and for systems."""
    referral, lasting, over, taken_back = (uuid4() for _ in range(4))
    later = reviewers.world.clock.now() + 10 * YEAR
    reviewers.world.hear(
        replace(given(lasting, referral), expires_at=later),
        replace(given(over, referral), expires_at=NOW - YEAR),
        replace(given(taken_back, referral), expires_at=later),
        withdrawn(taken_back, referral),
    )
    reviewers.world.sequencer.run()
    assert states(reviewers, "consents", lasting) == ("given", "Gäller")
    assert states(reviewers, "consents", over) == ("expired", "Gått ut")
    assert states(reviewers, "consents", taken_back) == ("withdrawn", "Återkallat, helt eller delvis")


def a_years_delay(reviewers: Reviewers, by: timedelta) -> tuple[UUID, UUID]:
    """A referral and its consent that were told long after they happened, as a seeded year's are."""
    world, referral, consent = reviewers.world, uuid4(), uuid4()
    for event in (
        given(consent, referral),
        sent(referral, [consent]),
        looked(referral, [consent]),
        listed(referral, [consent]),
        listed(referral, [consent]),
        withdrawn(consent, referral),
    ):
        world.hear_envelope(world.envelope(event, time=world.clock.now() - by), event)
    world.sequencer.run()
    return referral, consent


PAGES = ["/audit/", "/audit/referrals", "/audit/entries", "/audit/consents/{consent}", "/audit/referrals/{referral}"]


@pytest.mark.parametrize("path", PAGES)
def test_what_the_log_heard_of_late_is_shown_with_both_times(reviewers: Reviewers, path: str) -> None:
    """When it happened, as was told, and when the log took it in: on each page that shows an entry."""
    referral, consent = a_years_delay(reviewers, YEAR)
    page = reviewers.ester.get(path.format(referral=referral, consent=consent)).text
    now = reviewers.world.clock.now()
    told, taken_in = ((now - by).strftime("%Y-%m-%dT%H:%M") for by in (YEAR, timedelta()))
    shown = re.findall(r'<time datetime="([^"]{16})', page)
    late = re.findall(r'i loggen(?: från)? <time datetime="([^"]{16})', page)
    assert told in shown
    assert late
    assert set(late) == {taken_in}
    if "{" in path:
        # each claimed time has the other beside it: facts, steps, folded readings and each of those
        assert shown.count(told) <= shown.count(taken_in)


@pytest.mark.parametrize("path", [path for path in PAGES if path != "/audit/entries"])
def test_one_time_is_enough_where_they_are_the_same(reviewers: Reviewers, path: str) -> None:
    """Less than a minute lies between: one time is shown."""
    referral, consent = a_years_delay(reviewers, timedelta(seconds=50))
    page = reviewers.ester.get(path.format(referral=referral, consent=consent)).text
    mine = (
        page[page.index("lotsa-track") :] if "{" in path else row(page, str(consent if path == "/audit/" else referral))
    )
    assert "i loggen" not in mine


@pytest.mark.parametrize("path", ["/audit/referrals/{referral}", "/audit/consents/{consent}"])
def test_several_within_one_minute_are_said_of_one_moment(reviewers: Reviewers, path: str) -> None:
    """No "from 19.54 to 19.54": both ends are said where they are written differently, and only there."""
    referral, consent = a_years_delay(reviewers, YEAR)
    ends = re.compile(r"från <time[^>]*>([^<]+)</time> till <time[^>]*>([^<]+)</time>", re.IGNORECASE)
    page = reviewers.ester.get(path.format(referral=referral, consent=consent)).text
    assert "2 gånger" in page
    assert not ends.findall(page)
    world, later = reviewers.world, listed(referral, [consent])
    for minutes in (2, 7):
        world.hear_envelope(world.envelope(later, time=world.clock.now() - YEAR + timedelta(minutes=minutes)), later)
    world.sequencer.run()
    page = reviewers.ester.get(path.format(referral=referral, consent=consent)).text
    assert [first != last for first, last in ends.findall(page)] == [True]


def test_systems_are_told_both_times(reviewers: Reviewers) -> None:
    """Of every entry, and of a consent's withdrawal."""
    _, consent = a_years_delay(reviewers, YEAR)
    headers = reviewers.bearer(UUID(int=1900), "ester")
    trail = reviewers.app.test_client().get(f"/api/audit/v1/consents/{consent}/trail", headers=headers).json  # type: ignore[attr-defined]
    for happened, taken_in in (
        *((each["occurred_at"], each["recorded_at"]) for each in trail["steps"]),
        (trail["withdrawn_at"], trail["withdrawal_recorded_at"]),
    ):
        assert int(taken_in[:4]) == int(happened[:4]) + 1


def test_a_receipt_is_told_as_a_receipt(reviewers: Reviewers, story: Story) -> None:
    """Entries of before said "print" of it; nobody knows whether anything was printed."""
    before = replace(looked(story.referral, []), action="print", rule="referring-unit")
    now = replace(looked(story.referral, []), record_kind="referral-receipt", rule="referring-unit")
    reviewers.world.hear(before, now)
    reviewers.world.sequencer.run()
    page = reviewers.ester.get(f"/audit/referrals/{story.referral}").text
    assert page.count("Kvittot öppnades") == 2
    assert "skrevs ut" not in page
