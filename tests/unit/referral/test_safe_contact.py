"""How the carer may be reached, and how not."""

from __future__ import annotations

import pytest

from services.referral.domain.people import Carer, Channel, SafeContact
from services.referral.domain.refusals import CarerCannotBeReached, SafeContactContradictsItself


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
        contact.check()


@pytest.mark.parametrize(
    ("channel", "field"),
    [(Channel.PHONE, "phone"), (Channel.SMS, "phone"), (Channel.EMAIL, "email"), (Channel.LETTER, "address")],
)
def test_a_channel_needs_its_address(channel: Channel, field: str) -> None:
    """A phone call needs a number."""
    with pytest.raises(CarerCannotBeReached) as refused:
        Carer(name="Frans", safe_contact=SafeContact(channels=frozenset({channel}))).check()
    assert set(refused.value.fields) == {f"/carer/{field}"}


def test_do_not_reach_out_stands_by_itself() -> None:
    """The carer makes contact: no way to reach them is then demanded."""
    Carer(name="Frans", safe_contact=SafeContact(do_not_reach_out=True)).check()
