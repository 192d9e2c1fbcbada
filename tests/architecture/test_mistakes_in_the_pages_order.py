"""What a form asks to be put right is told in the order in which its fields stand on the page (WCAG 2.2, 1.3.2)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from services.referral.web.draft.carer_form import CarerForm
from services.referral.web.draft.consent_form import CarerConsentForm, PersonConsentForm
from services.referral.web.draft.receiver_form import ReceiverForm
from services.referral.web.draft.situation_form import NeedForm, OwnStatementForm, PersonForm
from services.referral.web.forms import Form
from services.referral.web.step.forms import OutcomeForm, ReasonForm

SERVICES = Path(__file__).parents[2] / "services"
LABELS = re.compile(r"{% set labels = {(.+?)} %}")
KEY = re.compile(r'"(\w+)": _\(')
FIELD = re.compile(r'(?:field|textarea|select|radios|checkboxes|checkbox)\("(\w+)"')
LABELLED = sorted(path for path in SERVICES.glob("*/web/**/templates/*.html") if LABELS.search(path.read_text()))
# a form without labels tells its mistakes in its own order: services/referral/web/forms.py:problems
REFERRAL: dict[str, list[Form]] = {
    "draft/carer.html": [CarerForm()],
    "draft/support.html": [NeedForm()],
    "draft/consent.html": [CarerConsentForm(asks_channels=True)],
    "draft/person_consent.html": [PersonConsentForm()],
    "draft/situation.html": [PersonForm(), OwnStatementForm()],
    "draft/receiver.html": [ReceiverForm()],
    "step/reject.html": [ReasonForm()],
    "step/cancel.html": [ReasonForm()],
    "step/complete.html": [OutcomeForm()],
}


def in_order(said: list[str], page: list[str]) -> bool:
    """Whether what is said of fields that stand on the page is said in the page's order."""
    there = [name for name in said if name in page]
    return there == sorted(there, key=page.index)


@pytest.mark.parametrize("path", LABELLED, ids=lambda path: path.name)
def test_labels_stand_in_the_pages_order(path: Path) -> None:
    """The summary goes by them, and so does what is compared when two have saved."""
    page = path.read_text()
    [labels] = LABELS.findall(page)
    names, fields = KEY.findall(labels), FIELD.findall(page)
    assert set(names) & set(fields), "it labels fields of its own"
    assert in_order(names, fields), (names, fields)


@pytest.mark.parametrize("name", REFERRAL)
def test_a_referrals_form_has_its_pages_order(name: str) -> None:
    """Each step, and each form of what can be done with a referral."""
    # where a page asks one thing or another, each form is one of them
    subject, _, file = name.partition("/")
    page = (SERVICES / "referral/web" / subject / "templates" / file).read_text()
    ways = page.split("{% else %}") if len(REFERRAL[name]) > 1 else [page]
    for form, way in zip(REFERRAL[name], ways, strict=True):
        assert in_order(list(form.fields), FIELD.findall(way)), (list(form.fields), FIELD.findall(way))


def test_another_order_is_found() -> None:
    """What stands last on the page and is said first."""
    assert in_order(["name", "email"], ["name", "phone", "email"])
    assert not in_order(["email", "name"], ["name", "phone", "email"])
