"""How a referral ended is told with the words that were chosen, and what has ended asks nothing more of anybody.

Some codes stand in several lists: "other" is another reason in one and another outcome in the next.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from services.referral.domain import codes
from services.referral.web import words as pages_words
from tests.integration.referral.conftest import Cast, at_the_pages

CATALOGUE = Path(pages_words.__file__).parent / "translations/sv/LC_MESSAGES/messages.po"
ENDS = {"reject": codes.REJECT_REASONS, "cancel": codes.CANCEL_REASONS, "complete": codes.OUTCOMES}


def in_swedish(title: str) -> str:
    """A code's title as the pages say it."""
    with CATALOGUE.open("rb") as source:
        return str(read_po(source)[title].string)


def ended(alva: Cast, bo: Cast, end: str, code: codes.Code) -> str:
    """The path of a referral that ended so."""
    sent = alva.send().json["id"]
    version = 1
    if end == "complete":
        version = bo.step("accept", sent).json["version"]
    body = {"reason": code.slug, "comment": "Ring oss gärna."} if code.comment_required else {"reason": code.slug}
    answer = (alva if end == "cancel" else bo).step(end, sent, version, body)
    assert answer.status_code == 200, answer.text
    return f"/referral/referrals/{sent}"


@pytest.mark.parametrize(
    ("end", "code"),
    [(end, code) for end, listed in ENDS.items() for code in listed],
    ids=lambda each: each if isinstance(each, str) else each.slug,
)
def test_an_end_is_told_with_its_own_words(alva: Cast, bo: Cast, end: str, code: codes.Code) -> None:
    """Both sides read the reason as it was chosen, and none that has the same code in another list."""
    path = ended(alva, bo, end, code)
    others = {each.title for listed in ENDS.values() for each in listed} - {code.title}
    for who in (alva, bo):
        track = at_the_pages(who).get(path).text.split("lotsa-track", 1)[1]
        assert in_swedish(code.title) in track
        assert not [each for each in others if in_swedish(each) in track]
        assert "Den ligger i" not in track, "what is closed lies in no list to be worked on"


def test_what_is_closed_asks_nothing_more(alva: Cast, bo: Cast) -> None:
    """In the list of the closed ones nobody is responsible any more, and none is said to be unopened."""
    ended(alva, bo, "complete", codes.OUTCOMES[0])
    ended(alva, bo, "cancel", codes.CANCEL_REASONS[0])
    closed = at_the_pages(bo).get("/referral/?show=closed").text
    assert "Avslutad" in closed
    assert "Indragen" in closed
    assert "Du ansvarar" not in closed
    assert "Inte öppnad" not in closed
