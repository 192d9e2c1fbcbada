"""Which addresses the directory takes; to each of them a letter can be written, which reads back as it was meant."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import SMTP

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from services.directory.commands.readable_fields import email_at
from services.directory.domain.refusals import AddressIsNoEmail
from services.notifications.channels.email.letter import Sender, written
from tests.support.addresses import REFUSED, TAKEN
from tests.support.builders.notices import a_parcel

PARCEL = a_parcel(address=None)
SIGNS = "abAB09.@-_+=?'*!#$%&/^`{|}~<>()[],:;\\\" \t\r\n\x00åÅ\u202e"


@pytest.mark.parametrize("address", TAKEN)
def test_an_address_that_can_be_written_to_is_taken(address: str) -> None:
    """And so is none at all, where none is needed."""
    assert email_at("/function_address", address).casefold() == address.casefold()
    assert email_at("/function_address", "") == email_at("/function_address", None) == ""


@pytest.mark.parametrize("address", REFUSED)
def test_any_other_is_refused_by_its_field(address: str) -> None:
    """Nothing is guessed, and the refusal does not repeat it."""
    with pytest.raises(AddressIsNoEmail) as refused:
        email_at("/function_address", address)
    assert list(refused.value.fields) == ["/function_address"]
    assert address not in str(refused.value) + str(refused.value.fields)


def test_one_from_before_the_rule_is_let_pass_until_it_is_changed() -> None:
    """Whoever changes something else is not asked about it."""
    assert email_at("/email", "anhorig@[stad.se", kept="anhorig@[stad.se") == "anhorig@[stad.se"
    with pytest.raises(AddressIsNoEmail):
        email_at("/email", "anhorig@[by.se", kept="anhorig@[stad.se")


def nearly() -> st.SearchStrategy[str]:
    """What is an address, or looks much like one."""
    atoms = st.text(alphabet=SIGNS, min_size=1, max_size=20)
    plain = st.from_regex(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}", fullmatch=True)
    hosts = st.from_regex(r"([a-z0-9][a-z0-9-]{0,40}\.){1,3}(se|com|test)", fullmatch=True)
    return st.one_of(
        st.builds("{}@{}".format, plain, hosts),
        st.builds("{}@{}".format, atoms, hosts),
        st.text(alphabet=SIGNS, min_size=1),
    )


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(nearly())
@example("=?x?b?A0B?=@b.se")
@example("x@[b.se")
@example(f"{'a' * 64}@{'b' * 60}.{'c' * 60}.se")
def test_whatever_is_taken_a_letter_can_be_written_to(address: str) -> None:
    """Writing raises nothing, and the letter is to that address and no other."""
    try:
        address = email_at("/function_address", address)
    except AddressIsNoEmail:
        assume(False)
    assume(address)
    letter = message_from_bytes(written(PARCEL, address, Sender("https://lotsa.example.se")), policy=SMTP)
    assert [each.addr_spec for each in letter["To"].addresses] == [address]
    assert len(letter.keys()) == 10
