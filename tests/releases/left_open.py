"""What people of the cast leave open when a release is taken down, so that the version after it can go on with it.

A draft that is ready to be sent, a form that was not carried out and is held for its writer, and a form that came
after its sender's session. Their words are invented.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import requests

from services.referral.domain.people import Subject
from tests.support.builders import answers
from tests.support.builders.bodies import todays_text
from tests.support.cast import FRANS, GUN
from tests.support.page_forms import PageForm, form_of
from tests.support.running import Running

CARER, PERSON = FRANS.name, GUN.name
WHY = "Sover dåligt och orkar inte längre."
HALF_A_CLOSING = "De ringer själva när de vill ha mer."
TOO_LATE = answers.carer(name="Karin Provsson", phone="070-1740606")


class AtThePages:
    """One of the cast at a browser without scripts, signed in as the demonstration lets anybody."""

    def __init__(self, product: Running, who: str) -> None:
        self._product = product
        self._session = requests.Session()
        self.sign_in(who)

    def sign_in(self, who: str) -> None:
        """Choose who one is; whoever was signed in before is no more."""
        self._session.cookies.clear()
        self.send(self.form("/directory/login", "/directory/login/demo"), who=who)

    def get(self, path: str) -> requests.Response:
        """A page, wherever its address leads."""
        answer = self._session.get(self._product.url + path, timeout=20)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[:2000])
        return answer

    def form(self, path: str, action: str) -> PageForm:
        """The form of a page that is sent to an address."""
        return form_of(self.get(path).text, action)

    def send(self, form: PageForm, **changes: Any) -> str:
        """Send a form with some fields changed; where its answer leads."""
        answer = self._session.post(
            self._product.url + form.action, data=form.typed(**changes), timeout=20, allow_redirects=False
        )
        assert answer.status_code == 303, (form.action, answer.status_code, answer.text[:2000])
        return answer.headers["Location"].removeprefix(self._product.url)


def leave_open(product: Running) -> dict[str, str]:
    """Leave them; where each is found again."""
    return {"draft": _ready_draft(product), "held": _held_form(product), "late": _late_form(product)}


def _ready_draft(product: Running) -> str:
    """Alva's draft about Frans and Gun, every step answered: its id."""
    now = datetime.now(UTC)
    given = {"given_at": now.isoformat(), "form": "oral", "given_by": "subject", "text_language": "sv"}
    said = {
        "carer": answers.carer(phone="070-174 06 05", age_band="65-79"),
        "support": answers.support(why=WHY, support_wanted=["respite"]),
        "consent": answers.consent(**given, text_version=todays_text(Subject.CARER), about_person="yes"),
        "other-consent": answers.other_consent(
            **given, text_version=todays_text(Subject.PERSON_CARED_FOR), contact_carer="yes", tell_carer="no"
        ),
        "situation": answers.situation(relation="partner", person_year_of_birth="1940", situation="Glömmer spisen."),
        "receiver": {"unit": "proposed"},
    }
    kept = product.ask(
        "alva", "POST", "/api/referral/v1/drafts", {"answers": said}, Idempotency_Key=f"left-open-{uuid4()}"
    )
    assert kept.status_code == 201, kept.text
    return str(kept.json()["id"])


def _held_form(product: Running) -> str:
    """Bo's half-written closing, without an outcome: the address of its page."""
    items = product.ask("bo", "GET", "/api/referral/v1/referrals?direction=received&limit=200").json()["items"]
    accepted = next(each["id"] for each in items if each["state"] == "accepted")
    bo, page = AtThePages(product, "bo"), f"/referral/referrals/{accepted}/complete"
    bo.send(bo.form(page, page), comment=HALF_A_CLOSING)
    assert HALF_A_CLOSING in bo.get(page).text
    return page


def _late_form(product: Running) -> str:
    """Alva's first step, filled in on a page from before she signed in anew: the address where it waits."""
    alva, page = AtThePages(product, "alva"), f"/referral/new/{uuid4()}"
    opened = alva.form(page, page)
    alva.sign_in("alva")
    waits = alva.send(opened, **TOO_LATE)
    assert "/held-form/" in waits, waits
    return waits
