"""Whichever ways a carer has said to be safe, each of them is read on the page, and no other."""

from __future__ import annotations

from itertools import chain, combinations

import pytest
from flask import Flask
from flask_babel import Babel, force_locale

from services.referral.domain.people import Carer, Channel, SafeContact
from services.referral.web.pages_summary import carer_rows

SAID = {Channel.PHONE: "phone call", Channel.SMS: "text message", Channel.EMAIL: "e-mail", Channel.LETTER: "letter"}
EACH = [frozenset(some) for some in chain.from_iterable(combinations(Channel, n) for n in range(1, len(Channel) + 1))]


@pytest.mark.parametrize("safe", EACH, ids=lambda some: "-".join(sorted(some)))
def test_each_way_is_shown_and_no_other(safe: frozenset[Channel]) -> None:
    """On the check page, and to the adviser who is to get in touch."""
    app = Flask(__name__)
    Babel(app)
    carer = Carer(
        name="Frans Provsson",
        phone="+46701740605",
        email="frans@example.se",
        address="Hornsgatan 1",
        safe_contact=SafeContact(channels=safe),
    )
    with app.test_request_context(), force_locale("en"):
        shown = dict(carer_rows(carer))["Safe way to get in touch"]
    assert {way for way, said in SAID.items() if said in shown.lower()} == safe
