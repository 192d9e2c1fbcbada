"""A list of several pages: each page's access record names exactly the referrals that the page shows."""

from __future__ import annotations

import re
from uuid import UUID

import pytest

from services.referral.views import sent_referrals, worklist
from tests.integration.referral.conftest import Cast, Room, at_the_pages

A_LINK = re.compile(r'href="/referral/referrals/([0-9a-f-]{36})"')
THE_NEXT = re.compile(r'href="(/referral/\?[^"]*cursor=[^"]*)" rel="next"')


def listed(room: Room, who: Cast) -> list[list[UUID]]:
    """What each list that somebody was shown is recorded to have named, the first list first."""
    query = (
        "SELECT subjects FROM access_records WHERE subject = :who AND action = 'list' AND outcome = 'allowed' "
        "ORDER BY access_id"
    )
    return [list(row.subjects) for row in room.ask(query, who=who.actor.user.subject)]


def page_by_page(who: Cast, path: str = "/referral/") -> list[list[UUID]]:
    """The referrals on each page of a person's first page, as far as its pages go."""
    browser, pages = at_the_pages(who), []
    while path:
        shown = browser.get(path).text
        pages.append([UUID(each) for each in A_LINK.findall(shown)])
        further = THE_NEXT.search(shown)
        path = further[1].replace("&amp;", "&") if further else ""
    return pages


@pytest.mark.parametrize("show", ["open", "closed"])
def test_each_page_of_the_work_list_is_recorded_as_shown(room: Room, alva: Cast, bo: Cast, show: str) -> None:
    """Two pages, two records: the one referral beyond the first page is not in its record, and not called read."""
    ids = [alva.send().json["id"] for _ in range(worklist.PAGE + 1)]
    if show == "closed":
        for each in ids:
            bo.step("reject", each, body={"reason": "outside-area"})
    pages = page_by_page(bo, f"/referral/?show={show}")
    assert [len(page) for page in pages] == [worklist.PAGE, 1]
    assert {each for page in pages for each in page} == set(map(UUID, ids))
    assert listed(room, bo) == pages


def test_nobody_has_read_what_stood_on_the_next_page(room: Room, alva: Cast, bo: Cast) -> None:
    """The page that says who has read already says so of what was shown, and of nothing else."""
    ids = [alva.send().json["id"] for _ in range(worklist.PAGE + 1)]
    shown = [UUID(each) for each in A_LINK.findall(at_the_pages(bo).get("/referral/").text)]
    (beyond,) = set(map(UUID, ids)) - set(shown)
    seen, unseen = (
        at_the_pages(alva).get(f"/referral/referrals/{each}/withdraw-consent").text for each in (shown[-1], beyond)
    )
    assert "Namnet har synts i listan hos Enhet 2" in seen
    assert "Ingen annan enhet har läst det än." in unseen


def test_each_page_of_what_was_sent_is_recorded_as_shown(room: Room, alva: Cast) -> None:
    """The referrer's list, the newest first."""
    ids = [UUID(alva.send().json["id"]) for _ in range(sent_referrals.PAGE + 1)]
    pages = page_by_page(alva)
    assert pages == [ids[:0:-1], ids[:1]]
    assert listed(room, alva) == pages


def test_each_page_of_the_list_by_api_is_recorded_as_shown(room: Room, alva: Cast, bo: Cast) -> None:
    """A system's pages are readings as well: what was sent, and what was received."""
    for _ in range(3):
        alva.send()
    for who, direction in ((alva, "sent"), (bo, "received")):
        pages, cursor = [], ""
        while True:
            answer = who.ask("GET", f"/referrals?direction={direction}&limit=2{cursor}").json
            pages.append([UUID(each["id"]) for each in answer["items"]])
            if answer["next_cursor"] is None:
                break
            cursor = f"&cursor={answer['next_cursor']}"
        assert [len(page) for page in pages] == [2, 1]
        assert listed(room, who) == pages
