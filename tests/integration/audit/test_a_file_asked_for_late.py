"""A form that came too late and is answered with a file: asked again it comes again, for an hour, and is recorded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from services.audit.service import Audit
from shared.kernel.clock import FixedClock
from tests.integration.audit.reviewers import Reviewers, Story
from tests.support.page_forms import form_of
from tests.support.sent_late import idle

LATER = timedelta(hours=1, minutes=1)


@pytest.fixture(autouse=True)
def _nothing_left(reviewers: Reviewers) -> Iterator[None]:
    yield
    sweep_in(reviewers, timedelta(hours=12, minutes=1))


def sweep_in(reviewers: Reviewers, after: timedelta) -> int:
    """Sweep as the service will by then; how many forms are left of any kind."""
    Audit(replace(reviewers.world.parts, clock=FixedClock(datetime.now(UTC) + after))).sweep()
    with reviewers.world.parts.engine.begin() as connection:
        connection.execute(text("select set_config('lotsa.actor', 'system', true)"))
        return int(connection.execute(text("select count(*) from held_forms")).scalar_one())


def asked_late(reviewers: Reviewers) -> tuple[FlaskClient, str]:
    """Ester has asked for the export too late and signed in anew; and where her form waits."""
    browser = reviewers.ester
    form = form_of(browser.get("/audit/log").text, "/audit/log/export").typed()
    idle(browser)
    return reviewers.ester, browser.post("/audit/log/export", data=form).headers["Location"]


def wish(browser: FlaskClient, place: str, what: str) -> Any:
    """Press a button of the page where it waits."""
    return browser.post(place, data=form_of(browser.get(place).text, place).typed(do=what))


def names_in(answer: Any) -> list[str]:
    """What is in the file, read to its end."""
    assert answer.mimetype == "application/zip", answer.text
    with ZipFile(BytesIO(answer.data)) as file:
        assert file.testzip() is None
        return file.namelist()


@pytest.mark.holds("a-file-can-be-fetched-again")
def test_each_click_brings_the_whole_file_and_is_recorded(reviewers: Reviewers, story: Story) -> None:
    """The page says before that nothing has been done, and afterwards that it is done."""
    back, place = asked_late(reviewers)
    before = back.get(place).text
    assert "Inget är gjort ännu" in before
    for _ in range(3):
        assert names_in(wish(back, place, "send"))
        assert reviewers.recorded()["action"] == "export"
        page = back.get(place).text
        assert "Det är gjort</h1>" in page
        assert "Inget är gjort ännu" not in page
    assert sweep_in(reviewers, LATER) == 0
    assert back.get(place).status_code == 404


def test_what_is_thrown_away_after_it_was_sent_is_said_to_be_done(reviewers: Reviewers, story: Story) -> None:
    """From the page as it stood before the first click: a download leaves it where it is."""
    back, place = asked_late(reviewers)
    form = form_of(back.get(place).text, place)
    assert names_in(back.post(place, data=form.typed(do="send")))
    answer = back.post(place, data=form.typed(do="discard"))
    assert (answer.status_code, answer.location) == (303, place)
    page = back.get(place).text
    assert "Det är gjort</h1>" in page
    assert "Inget skickades" not in page


def test_nobody_else_fetches_it_again(reviewers: Reviewers, story: Story) -> None:
    """Another reviewer finds nothing there."""
    back, place = asked_late(reviewers)
    assert names_in(wish(back, place, "send"))
    assert reviewers.eva.get(place).status_code == 404
