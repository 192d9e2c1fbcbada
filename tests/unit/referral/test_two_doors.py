"""Page and API read each of the carer's values by one rule: the same meaning, or the same sentence at its field."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from services.referral.domain.refusals import AgesDisagree, CarerCannotBeReached, SafeContactContradictsItself
from services.referral.web.draft import send_api as asking
from services.referral.web.draft.carer_form import CarerForm, carer_from
from services.referral.web.schemas import CarerIn
from shared.web.fields import today
from tests.support.builders import answers
from tests.support.cast import IDENTITY_NUMBER_AS_SPOKEN, PHONE

BY_PAGE = answers.carer(name="Frans", area="0180")
BY_API = {"name": "Frans", "phone": PHONE, "safe_contact": {"channels": ["phone"]}}
IN_CONTACT = ("hours_from", "hours_to")
FIELDS = ("phone", "identity_number", *IN_CONTACT)
TEXTS = st.text(max_size=45) | st.text("0123456789+-–:. ", max_size=20) | st.sampled_from(
    ["070-174 06 05", "650 12 34", IDENTITY_NUMBER_AS_SPOKEN, "191212121213", "08:00", "8.30", "24:00",
     "08:00+02:00", "22"]
)  # fmt: skip
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def by_page(**typed: str) -> Any:
    """What the page's form means, or what is said of its fields."""
    try:
        carer = carer_from(CarerForm().load({**BY_PAGE, **typed}))
    except ValidationError as wrong:
        return dict(wrong.normalized_messages())
    return carer


def by_api(**sent: Any) -> Any:
    """What a system's body means, or what is said of its members."""
    contact = {name: sent.pop(name) for name in IN_CONTACT if name in sent}
    try:
        body = CarerIn().load({**BY_API, **sent, "safe_contact": {**BY_API["safe_contact"], **contact}})  # type: ignore[dict-item]
        carer = asking.carer_from(body)
        carer.check(today())
    except ValidationError as wrong:
        told = dict(wrong.normalized_messages())
        return told | told.pop("safe_contact", {})
    except (AgesDisagree, CarerCannotBeReached, SafeContactContradictsItself) as refusal:
        return {where.rsplit("/", 1)[1]: [said] for where, said in refusal.fields.items()}
    return carer


@given(st.sampled_from(FIELDS), TEXTS)
def test_a_value_means_the_same_by_both_doors(name: str, text: str) -> None:
    """Typed and sent alike. A page takes a blank field as one that is left out, so a system leaves it out."""
    typed = text.strip()
    sent = {name: typed} if typed else {}
    assert by_page(**sent) == by_api(**sent)


@given(TEXTS, TEXTS)
def test_hours_mean_the_same_by_both_doors(first: str, last: str) -> None:
    """A span, too, and what is wrong with it."""
    sent = {name: text.strip() for name, text in zip(IN_CONTACT, (first, last), strict=True) if text.strip()}
    assert by_page(**sent) == by_api(**sent)


@pytest.mark.parametrize("band", ["under-18", "18-24", "65-79", "80-or-over", None])
@pytest.mark.parametrize("year", [1912, 1950, 1913, 2027, 1899, None])
@pytest.mark.parametrize("number", ["19121212-1212", "191212121213", None])
def test_ages_agree_by_both_doors(band: str | None, year: int | None, number: str | None) -> None:
    """Number, year and band, each pair of them."""
    given_ones = {"age_band": band, "year_of_birth": year, "identity_number": number}
    sent = {name: value for name, value in given_ones.items() if value is not None}
    typed = {name: str(value) for name, value in sent.items()}
    page, api = by_page(**typed), by_api(**sent)
    if isinstance(page, dict) and isinstance(api, dict):
        # a system is told of the shape of all fields before what they mean together; a page in one round
        assert api.items() <= page.items()
    else:
        assert page == api


@given(st.sampled_from([*IN_CONTACT, "phone", "identity_number", "year_of_birth"]), ANY_JSON)
def test_any_json_is_a_value_or_refused(name: str, value: Any) -> None:
    """Whatever a system sends there, it is told; nothing breaks."""
    told = by_api(**{name: value})
    assert told is not None


def test_hours_over_midnight_are_kept_as_they_were_typed() -> None:
    """22–06, by both doors, and half hours."""
    carer = by_page(hours_from="22:00", hours_to="06:30")
    assert carer == by_api(hours_from="22:00:00", hours_to="6.30")
    assert (carer.safe_contact.hours_from, carer.safe_contact.hours_to) == (time(22), time(6, 30))
