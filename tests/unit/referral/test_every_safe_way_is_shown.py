"""Whichever ways a carer has said to be safe, each of them is read on the page, and no other."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import chain, combinations

import pytest
from flask import Flask
from flask_babel import Babel, force_locale

from services.referral.domain.people import Channel, SafeContact
from services.referral.web.draft.summary import carer_rows
from tests.support.cast import FRANS

SAID = {Channel.PHONE: "phone call", Channel.SMS: "text message", Channel.EMAIL: "e-mail", Channel.LETTER: "letter"}
EACH = [frozenset(some) for some in chain.from_iterable(combinations(Channel, n) for n in range(1, len(Channel) + 1))]


def shown_of(contact: SafeContact) -> dict[str, str]:
    """The rows about Frans on the check page, and to the adviser who is to get in touch."""
    app = Flask(__name__)
    Babel(app)
    carer = replace(FRANS, email="frans@example.se", address="Hornsgatan 1", safe_contact=contact)
    with app.test_request_context(), force_locale("en"):
        return dict(carer_rows(carer))


@pytest.mark.parametrize("safe", EACH, ids=lambda some: "-".join(sorted(some)))
def test_each_way_is_shown_and_no_other(safe: frozenset[Channel]) -> None:
    """In words."""
    shown = shown_of(SafeContact(channels=safe))["Safe way to get in touch"]
    assert {way for way, said in SAID.items() if said in shown.lower()} == safe


@pytest.mark.parametrize("safe", EACH, ids=lambda some: "-".join(sorted(some)))
def test_a_touch_of_the_number_does_nothing_that_is_not_safe(safe: frozenset[Channel]) -> None:
    """It calls where calls are safe; it writes where only that is; where neither is, the number is no link."""
    leads_to = re.findall(r'href="(\w+):', shown_of(SafeContact(channels=safe))["Telephone"])
    assert leads_to == (["tel"] if Channel.PHONE in safe else ["sms"] if Channel.SMS in safe else [])


def test_nobody_is_reached_by_a_touch_who_is_not_to_be_reached() -> None:
    """The number may have been told all the same; it is read, and leads nowhere."""
    assert shown_of(SafeContact(do_not_reach_out=True))["Telephone"] == "070-174 06 05"
