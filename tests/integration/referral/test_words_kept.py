"""What was read out before a yes is kept word for word with the consent, and quoted from there."""

from __future__ import annotations

from hashlib import sha256
from html import unescape
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url
from sqlalchemy.exc import ProgrammingError

from services.referral.domain.consent import texts
from shared.kernel.actor import Role
from tests.integration.referral.conftest import Cast, Room, at_the_pages
from tests.integration.referral.test_two_consents import consent_about
from tests.support.builders.bodies import a_referral, a_referral_about_both, read_out_for
from tests.support.cast import KUNGSHOLMEN

PLACE = "Stockholm, Södermalm"
CARER_WORDS = (
    "Jag samtycker till att det som står här om mig lämnas till kommunens anhörigstöd i Stockholm, Södermalm, och till "
    "den enhet som ersätter den, som kan ligga i en annan kommun. Jag kan ta tillbaka det när som helst. Det är "
    "frivilligt att ge stöd till någon, och frivilligt att ta emot det här stödet."
)
PERSONS_WORDS = (
    "I agree that what is written here about me is passed on to the municipality's carer support in Stockholm, "
    "Södermalm, and to the unit that stands in for it, which may be in another municipality, so that the person who "
    "supports me can get support. I can withdraw this at any time."
)
SUMMARY = "Texten som svaren gäller"


def about_both() -> dict[str, Any]:
    """Frans was read the text in Swedish, Gun in English."""
    body = a_referral_about_both()
    body["consents"]["person_cared_for"]["text_language"] = "en"
    return body


def told_of(somebody: Cast, referral_id: str) -> list[tuple[Any, ...]]:
    """What the API tells of each consent's text, the carer's first."""
    answer = somebody.open(referral_id)
    assert answer.status_code == 200, answer.text
    return [(each["text"], each["text_sha256"], each["text_origin"]) for each in answer.json["consents"]]


def page_of(somebody: Cast, referral_id: str, room: Room) -> str:
    """The referral's page."""
    page = at_the_pages(somebody, room.clock.now()).get(f"/referral/referrals/{referral_id}")
    assert page.status_code == 200
    return unescape(page.text)


def kept(words: str) -> tuple[str, str, str]:
    """How the API tells of words that were kept."""
    return words, sha256(words.encode()).hexdigest(), "kept"


def from_before(room: Room, **columns: object) -> None:
    """Have every consent be as a version recorded it that kept no words."""
    url = make_url(room.installation.servers.postgres_url)
    ours = url.set(drivername="postgresql", database=f"{room.installation.prefix}_referral")
    changes = {"words": None, "words_sha256": None, **columns}
    setting = sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(name)) for name in changes)
    with psycopg.connect(ours.render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute(sql.SQL("UPDATE consents SET {}").format(setting), list(changes.values()))


@pytest.mark.holds("the-words-are-kept")
def test_the_words_are_kept_and_quoted_in_their_own_language(room: Room, alva: Cast, bo: Cast) -> None:
    """By API and on the page, to both sides: the text with its recipient, and the checksum that it is known by."""
    sent = alva.send(about_both()).json
    for who in (alva, bo):
        assert told_of(who, sent["id"]) == [kept(CARER_WORDS), kept(PERSONS_WORDS)]
        page = page_of(who, sent["id"], room)
        assert page.count(SUMMARY) == 2
        assert f'lang="sv">”{CARER_WORDS}”' in page
        assert f'lang="en">”{PERSONS_WORDS}”' in page
        assert page.count("Det här är texten ord för ord, som den sparades när samtycket antecknades.") == 2
        assert "Version carer-2026-2, språk: svenska." in page
        assert sha256(PERSONS_WORDS.encode()).hexdigest() in page


def test_what_is_read_out_by_api_is_what_is_kept(room: Room, alva: Cast, bo: Cast) -> None:
    """A system knows the text again by its checksum: a place's carer support, a unit, one in another municipality."""
    elsewhere = UUID("00000000-0000-7000-8000-000000000009")
    room.a_unit(elsewhere, "receiving", area="0380", name="Anhörigcenter")

    def read_out(query: str) -> dict[str, Any]:
        items = alva.ask("GET", f"/consent-texts?{query}").json["items"]
        return next(each for each in items if (each["version"], each["language"]) == ("carer-2026-2", "sv"))

    of_the_place = read_out("area=0180-sodermalm")
    assert (of_the_place["text"], of_the_place["text_sha256"]) == kept(CARER_WORDS)[:2]
    assert told_of(alva, alva.send().json["id"])[0][:2] == (of_the_place["text"], of_the_place["text_sha256"])
    for unit, name in ((KUNGSHOLMEN, "Enhet 3"), (elsewhere, "Anhörigcenter (Uppsala)")):
        said = read_out(f"area=0180-sodermalm&receiving_unit_id={unit}")
        room.rules(version=room.ask("SELECT max(version) FROM routing_sets")[0][0] + 1, default=unit)
        sent = alva.send(read_out_for(unit, a_referral()))
        assert sent.status_code == 201, sent.text
        assert told_of(alva, sent.json["id"])[0] == (said["text"], said["text_sha256"], "kept")
        assert f"lämnas till {name}, och" in said["text"]


def test_what_was_kept_is_quoted_and_not_todays_document(
    room: Room, alva: Cast, bo: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody changes the document, the place's name, or throws the version away: the record says what it said."""
    sent = alva.send(about_both()).json
    monkeypatch.setattr(texts, "_BY_VERSION", {})
    monkeypatch.setattr(texts, "name_of", lambda _: "någon annanstans")
    assert told_of(bo, sent["id"]) == [kept(CARER_WORDS), kept(PERSONS_WORDS)]
    assert CARER_WORDS in page_of(bo, sent["id"], room)


def test_they_are_sealed_and_nobody_changes_them(room: Room, alva: Cast) -> None:
    """No row says them, no event does, and the application may not write them anew."""
    alva.send(about_both())
    for row in room.ask("SELECT words, words_sha256, about FROM consents ORDER BY about"):
        assert b"samtycker" not in bytes(row.words)
        assert b"agree" not in bytes(row.words)
        words = CARER_WORDS if row.about == "carer" else PERSONS_WORDS
        assert bytes(row.words_sha256) == sha256(words.encode()).digest()
    events = room.ask("SELECT data::text AS said FROM outbox")
    assert events
    assert not [row for row in events if "sha256" in row.said or "samtycker" in row.said]
    for column in ("words", "words_sha256"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            room.ask(f"UPDATE consents SET {column} = NULL RETURNING 1")


def test_whoever_may_not_know_where_the_carer_lives_is_told_neither_words_nor_checksum(
    room: Room, alva: Cast, bo: Cast
) -> None:
    """The checksum tells a place to whoever tries all of them. A protected identity; a consent that is withdrawn."""
    body = about_both()
    body["carer"]["protected_identity"] = True
    protected = alva.send(body).json
    sent = alva.send(about_both())
    alva.withdraw(consent_about(sent, "carer"), "share-with-receiving-unit")
    for referral_id in (protected["id"], sent.json["id"]):
        assert told_of(bo, referral_id) == [(None, None, None)] * 2
        page = page_of(bo, referral_id, room)
        assert SUMMARY not in page
        assert PLACE not in page
    # what was withdrawn is told to nobody; what it was is known again by who has the text
    assert told_of(alva, sent.json["id"]) == [(None, None, None)] * 2
    assert len(room.ask("SELECT 1 FROM consents WHERE octet_length(words_sha256) = 32")) == 4


def test_the_other_persons_withdrawal_leaves_what_they_were_read(room: Room, alva: Cast, bo: Cast) -> None:
    """It names the place where the carer lives and tells nothing of them: it stays for as long as that does."""
    sent = alva.send(about_both())
    alva.withdraw(consent_about(sent, "person-cared-for"), "tell-about-person-cared-for")
    assert told_of(bo, sent.json["id"]) == [kept(CARER_WORDS), kept(PERSONS_WORDS)]


@pytest.mark.holds("the-words-are-kept")
def test_a_consent_from_before_says_what_is_known_of_its_text(room: Room, alva: Cast, bo: Cast) -> None:
    """Put together from version, language and recipient where all three were kept, and said to be; else only named."""
    sent = alva.send(about_both()).json
    from_before(room)
    composed = [(*kept(words)[:2], "composed") for words in (CARER_WORDS, PERSONS_WORDS)]
    assert told_of(bo, sent["id"]) == composed
    page = page_of(bo, sent["id"], room)
    assert CARER_WORDS in page
    assert page.count("Den är sammanställd här av de uppgifterna.") == 2
    assert "ord för ord" not in page
    from_before(room, named_area=None, named_as=None)
    assert told_of(bo, sent["id"]) == [(None, None, "version-only")] * 2
    page = page_of(bo, sent["id"], room)
    assert page.count("Textens version och språk sparades när samtycket antecknades, men inte själva texten.") == 2
    assert "Version person-cared-for-2026-2, språk: engelska." in page
    assert "SHA-256" not in page


def test_words_that_cannot_be_read_are_said_to_be_and_nothing_stands_in_for_them(
    room: Room, alva: Cast, bo: Cast
) -> None:
    """Another row's bytes, or another checksum: the referral is shown all the same, and no text that was not kept."""
    sent = alva.send(about_both()).json
    from_before(room, words=b"\x01" * 60, words_sha256=sha256(CARER_WORDS.encode()).digest())
    assert [each[::2] for each in told_of(bo, sent["id"])] == [(None, "unreadable")] * 2
    page = page_of(bo, sent["id"], room)
    assert page.count("Texten är sparad men går inte att läsa.") == 2
    assert CARER_WORDS not in page
    assert "Frans Provsson" in page


def test_a_stranger_learns_nothing_of_it(room: Room, alva: Cast) -> None:
    """Cilla's unit has nothing to do with it."""
    sent = alva.send().json
    cilla = room.somebody("cilla", Role.ADVISER, KUNGSHOLMEN)
    refused = cilla.open(sent["id"])
    assert refused.status_code == 404
    assert "text_sha256" not in refused.text
