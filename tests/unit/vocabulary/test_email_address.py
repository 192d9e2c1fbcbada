"""E-mail addresses: read as meant or told what is wrong, and kept so that a letter can be written to them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.vocabulary.email_address import (
    AddressIsTooLong,
    AfterAtIsNotWhole,
    AfterAtIsWrong,
    AtIsMissing,
    BeforeAtIsMissing,
    LettersBeforeAt,
    MoreThanOneAddress,
    NotAnEmailAddress,
    SignBeforeAt,
    SpaceInAddress,
    StopBeforeAt,
    parse_email,
    shown_email,
)
from tests.support.addresses import REFUSED, TAKEN

MEANT = {
    "info@anhörig.se": "info@xn--anhrig-yxa.se",
    "info@anho\u0308rig.se": "info@xn--anhrig-yxa.se",
    "INFO@Exempel.SE": "INFO@exempel.se",
    "info＠exempel.se": "info@exempel.se",
    "ｉｎｆｏ＠ｅｘｅｍｐｅｌ．ｓｅ": "info@exempel.se",
    "info@exempel.se.": "info@exempel.se",
    "info@exempel.se ,": "info@exempel.se",
    " info@exempel.se\u00a0": "info@exempel.se",
    "\ufeffinfo@exempel\u200b.se": "info@exempel.se",
    "mailto:info@exempel.se": "info@exempel.se",
    "MailTo: info@exempel.se?subject=Hej": "info@exempel.se",
    "<info@exempel.se>": "info@exempel.se",
    "Anhörigstöd Väst <info@exempel.se>": "info@exempel.se",
    "Anhörigstöd <mailto:info@exempel.se>;": "info@exempel.se",
    "info@exempel。se": "info@exempel.se",
}
WRONG = {
    "": NotAnEmailAddress,
    "info": AtIsMissing,
    "info.exempel.se": AtIsMissing,
    "@exempel.se": BeforeAtIsMissing,
    "info@": AfterAtIsNotWhole,
    "info@exempel": AfterAtIsNotWhole,
    "info@@exempel.se": MoreThanOneAddress,
    "a@exempel.se, b@exempel.se": MoreThanOneAddress,
    "a@exempel.se <b@exempel.se>": MoreThanOneAddress,
    "in fo@exempel.se": SpaceInAddress,
    "info@exempel .se": SpaceInAddress,
    "vårdcentral@exempel.se": LettersBeforeAt,
    "инфо@exempel.se": LettersBeforeAt,
    "a(b)@exempel.se": SignBeforeAt,
    "a;b@exempel.se": SignBeforeAt,
    '"a.b"@exempel.se': SignBeforeAt,
    "=?utf-8?q?a?=@exempel.se": SignBeforeAt,
    ".a@exempel.se": StopBeforeAt,
    "a.@exempel.se": StopBeforeAt,
    "a..b@exempel.se": StopBeforeAt,
    "a@exempel..se": AfterAtIsWrong,
    "a@-exempel.se": AfterAtIsWrong,
    "a@exempel_x.se": AfterAtIsWrong,
    "a@127.0.0.1": AfterAtIsWrong,
    "a@[127.0.0.1]": AfterAtIsWrong,
    "a@xn--zzzz.se": AfterAtIsWrong,
    f"{'a' * 65}@exempel.se": AddressIsTooLong,
    f"a@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.{'f' * 60}.se": AddressIsTooLong,
    "a" * 100_000: AddressIsTooLong,
}


@pytest.mark.parametrize(("typed", "kept"), MEANT.items())
def test_an_address_is_read_as_it_is_meant(typed: str, kept: str) -> None:
    """Whatever a program or a keyboard has put around it."""
    assert parse_email(typed) == kept


@pytest.mark.parametrize(("typed", "why"), WRONG.items())
def test_a_wrong_one_is_told_what_is_wrong(typed: str, why: type[NotAnEmailAddress]) -> None:
    """In a sentence of its own, which does not repeat it."""
    with pytest.raises(NotAnEmailAddress) as refused:
        parse_email(typed)
    assert type(refused.value) is why
    assert not typed or typed not in str(refused.value)


@pytest.mark.parametrize("address", TAKEN)
def test_what_mail_servers_take_is_taken(address: str) -> None:
    """And kept in one form, which is read as itself."""
    kept = parse_email(address)
    assert kept.isascii()
    assert parse_email(kept) == kept


@pytest.mark.parametrize("address", REFUSED)
def test_what_they_do_not_take_is_refused(address: str) -> None:
    """Those that once stopped every unit's letters among them."""
    with pytest.raises(NotAnEmailAddress):
        parse_email(address)


def test_an_address_is_shown_in_letters() -> None:
    """What is shown is read again as the same address; other alphabets' letters stay as the net knows them."""
    assert shown_email("info@xn--anhrig-yxa.se") == "info@anhörig.se"
    assert parse_email("info@anhörig.se") == "info@xn--anhrig-yxa.se"
    assert shown_email(parse_email("info@аррӏе.se")).isascii()
    assert shown_email("info@exempel.se") == "info@exempel.se"


@given(st.text(max_size=40) | st.builds("{}@{}".format, st.text(max_size=12), st.text(max_size=20)))
def test_any_text_is_an_address_or_refused_by_name(typed: str) -> None:
    """Nothing else is raised, and what is taken is in its one form."""
    try:
        kept = parse_email(typed)
    except NotAnEmailAddress:
        return
    assert kept.isascii()
    assert parse_email(kept) == kept
    assert parse_email(shown_email(kept)) == kept
