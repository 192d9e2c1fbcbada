"""Every code has a word, and every sentence that the rules say has its Swedish text."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from uuid import UUID

import pytest
from babel.messages.pofile import read_po
from flask import Flask
from flask_babel import Babel, force_locale

from services.referral.domain import codes, routing
from services.referral.domain.clocks import LIMITS, Priority, Promise
from services.referral.domain.consent.consent import Form, GivenBy
from services.referral.domain.consent.scopes import Scope
from services.referral.domain.consent.texts import CONSENT_TEXTS
from services.referral.domain.consent.withdrawal import Withdrawal
from services.referral.domain.lifecycle import State
from services.referral.domain.people import Channel, Relation, Subject, TakesInBest
from services.referral.domain.recipient import NamedRecipient
from services.referral.views.timeline import Stage
from services.referral.views.worklist import Show
from services.referral.web import state_words
from services.referral.web import words as words
from services.referral.web.consent import words as withdrawing
from services.referral.web.referral.pages import in_sentences
from services.referral.web.worklist import words as lists
from shared.kernel.identity import UnitId
from shared.vocabulary.age import AgeBand
from tools.translations import SHARED, catalogue_of

CATALOGUE = Path(words.__file__).parent / "translations/sv/LC_MESSAGES/messages.po"


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (Channel, words.CHANNELS),
        (AgeBand, words.AGE_BANDS),
        (TakesInBest, words.TAKES_IN_BEST),
        (Relation, words.RELATIONS),
        (GivenBy, words.GIVEN_BY),
        (Form, words.FORMS),
        (Scope, words.SCOPES),
        (Scope, withdrawing.SCOPE_EFFECTS),
        (Subject, words.ABOUT),
        (Priority, words.PRIORITIES),
        (Priority, words.PRIORITY_HINTS),
        (Promise, words.PROMISES),
        (State, state_words.STATES),
        (State, state_words.STATE_COLOURS),
        (Stage, state_words.STAGES),
        (Show, lists.SHOWS),
    ],
)
def test_every_code_has_its_word(kind: type[StrEnum], said: words.Words) -> None:
    """No page can meet a code that it has no word for, and no word stands without a code."""
    assert set(said) == {each.value for each in kind}


def test_each_priority_has_one_word_and_it_says_no_day() -> None:
    """In the choice, on the check page and as a tag, where "the next working day" is soon no longer so."""
    with CATALOGUE.open("rb") as source:
        swedish = {str(message.id): str(message.string) for message in read_po(source, locale="sv")}
    said = [swedish[word._args[0]] for word in words.PRIORITIES.values()]
    assert said == ["Normalt", "Skyndsamt", "Mycket skyndsamt"]
    tables = [name for name in vars(words) if name.startswith("PRIORIT")]
    assert sorted(tables) == ["PRIORITIES", "PRIORITY_HINTS"], "no second set of words"


def test_every_title_kept_as_data_has_a_swedish_text() -> None:
    """Codes, consent texts and reasons are data: their titles are keys into the catalogue."""
    known = set()
    for catalogue in (CATALOGUE, catalogue_of(SHARED)):
        with catalogue.open("rb") as source:
            known |= {message.id for message in read_po(source) if message.string}
    titles = {code.title for each in codes.LISTS.values() for code in each}
    titles |= {code.title for code in codes.SYSTEM_REASONS}
    titles |= {routing.DEFAULT_REASON}
    assert not titles - known


def test_texts_after_one_another_have_one_full_stop_each() -> None:
    """A comment brings its own full stop, a code's title none; the last is left as it is."""
    assert in_sentences(["Stödet har börjat", "Två samtal.", "", "Gick inte att möta: kvällar"]) == (
        "Stödet har börjat. Två samtal. Gick inte att möta: kvällar"
    )
    assert in_sentences(["Ringde fem gånger!", "Svarar inte"]) == "Ringde fem gånger! Svarar inte"
    assert in_sentences(["", ""]) == ""


@pytest.mark.parametrize("priority", Priority)
@pytest.mark.holds("the-priority-says-when")
def test_each_priority_promises_what_its_clock_gives(priority: Priority) -> None:
    """The sentence beside the choice, made anew from the limits: in working days, for the answer and the contact."""
    with CATALOGUE.open("rb") as source:
        swedish = {str(message.id): str(message.string) for message in read_po(source, locale="sv")}
    inside = {1: "nästa arbetsdag", 3: "inom tre arbetsdagar", 7: "inom sju arbetsdagar"}
    limits = LIMITS[priority]
    answer, contact = inside[limits.acknowledge], inside[limits.first_contact]
    told = f"Svar och kontakt {answer}" if answer == contact else f"Svar {answer}, kontakt {contact}"
    # the key of a lazy text is its message id; outside a request it is what comes out
    assert swedish[words.PRIORITY_HINTS[priority.value]._args[0]] == told


def test_a_place_of_which_only_the_code_was_kept_is_named_in_english_too() -> None:
    """A page that says nothing of whom it named named the carer support in the place: never "carer support in "."""
    told = "the municipality's carer support in Stockholm, Södermalm"
    text = CONSENT_TEXTS[-1]
    assert text.named(NamedRecipient(area="0180-sodermalm"), "en") == told
    assert text.named(NamedRecipient(area="0180-sodermalm", name="Stockholm, Södermalm"), "en") == told
    assert text.named(NamedRecipient(unit_id=UnitId(UUID(int=1))), "en") == "–"


@pytest.mark.parametrize(
    ("channels", "said"),
    [
        (["phone"], "phone call"),
        (["sms", "phone"], "phone call or text message"),
        (["letter", "phone", "email"], "phone call, e-mail message, or letter"),
        ([], ""),
    ],
)
def test_ways_to_get_in_touch_are_one_phrase(channels: list[str], said: str) -> None:
    """In the order of the form, in small letters, with an "or" before the last."""
    app = Flask(__name__)
    Babel(app)
    with app.test_request_context(), force_locale("en"):
        assert words.ways(channels) == said
        assert words.ways(each for each in channels) == said


@pytest.mark.parametrize("about", Subject)
@pytest.mark.parametrize("scope", Scope)
def test_a_part_that_is_withdrawn_is_said_to_be_a_part(about: Subject, scope: Scope) -> None:
    """Unless it is the scope that the rest of that person's consent rests on."""
    withdrawal = Withdrawal(
        about=about, scopes=frozenset({scope}), at=datetime(2026, 11, 20, tzinfo=UTC), unit_id=UnitId(UUID(int=1))
    )
    whole = {
        (Subject.CARER, Scope.SHARE_WITH_RECEIVING_UNIT),
        (Subject.PERSON_CARED_FOR, Scope.TELL_ABOUT_PERSON_CARED_FOR),
    }
    assert ("a part of" in words.who_withdrew(withdrawal)) is ((about, scope) not in whole)
