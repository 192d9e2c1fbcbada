"""How the carer may be reached, and how not."""

from __future__ import annotations

from datetime import date, time

import pytest

from services.referral.domain.people import Carer, Channel, SafeContact
from services.referral.domain.refusals import CarerCannotBeReached, SafeContactContradictsItself
from shared.vocabulary.age import AgeBand

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    "contact",
    [
        SafeContact(channels=frozenset({Channel.LETTER}), no_letter=True),
        SafeContact(channels=frozenset({Channel.PHONE}), do_not_reach_out=True),
    ],
)
def test_safe_contact_cannot_contradict_itself(contact: SafeContact) -> None:
    """A way that is both given and ruled out is asked about, not guessed."""
    with pytest.raises(SafeContactContradictsItself):
        Carer(name="Frans", phone="+46701740605", address="Gatan 1", safe_contact=contact).check(TODAY)


@pytest.mark.parametrize(
    ("channel", "field"),
    [(Channel.PHONE, "phone"), (Channel.SMS, "phone"), (Channel.EMAIL, "email"), (Channel.LETTER, "address")],
)
def test_a_channel_needs_its_address(channel: Channel, field: str) -> None:
    """A phone call needs a number."""
    with pytest.raises(CarerCannotBeReached) as refused:
        Carer(name="Frans", safe_contact=SafeContact(channels=frozenset({channel}))).check(TODAY)
    assert set(refused.value.fields) == {f"/carer/{field}"}


def test_do_not_reach_out_stands_by_itself() -> None:
    """The carer makes contact: no way to reach them is then demanded."""
    Carer(name="Frans", safe_contact=SafeContact(do_not_reach_out=True)).check(TODAY)


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [(time(8), None, "hours_to"), (None, time(17), "hours_from"), (time(8), time(8), "hours_to")],
)
def test_safe_hours_are_a_span(first: time | None, last: time | None, field: str) -> None:
    """Both ends, and not the same: the field that is missing is named."""
    contact = SafeContact(channels=frozenset({Channel.LETTER}), hours_from=first, hours_to=last)
    with pytest.raises(SafeContactContradictsItself) as refused:
        Carer(name="Frans", address="Gatan 1", safe_contact=contact).check(TODAY)
    assert set(refused.value.fields) == {f"/carer/safe_contact/{field}"}


def test_safe_hours_may_pass_midnight() -> None:
    """Whoever works at night may be reached from 22 to 6."""
    contact = SafeContact(channels=frozenset({Channel.LETTER}), hours_from=time(22), hours_to=time(6))
    Carer(name="Frans", address="Gatan 1", safe_contact=contact).check(TODAY)
    assert contact.hours is not None
    assert contact.hours.covers(time(2))
    assert not contact.hours.covers(time(12))


def test_all_that_is_wrong_is_told_at_once() -> None:
    """A contradiction does not hide that a number is missing, nor that ages do not agree."""
    contact = SafeContact(channels=frozenset({Channel.LETTER, Channel.PHONE}), no_letter=True)
    with pytest.raises(CarerCannotBeReached) as refused:
        Carer(name="–", year_of_birth=1950, age_band=AgeBand.UNDER_18, safe_contact=contact).check(TODAY)
    assert {each.rsplit("/", 1)[1] for each in refused.value.fields} == {
        "name",
        "phone",
        "address",
        "no_letter",
        "year_of_birth",
    }
