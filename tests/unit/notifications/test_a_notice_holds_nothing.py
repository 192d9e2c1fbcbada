"""A notice cannot carry personal data: not by mistake, and not by trying."""

from __future__ import annotations

import dataclasses
import enum
import re
from importlib.resources import files
from string import Template as Text
from typing import Any, get_type_hints
from uuid import UUID, uuid4

import pytest

from services.notifications.channels.email.letter import subject_and_body
from services.notifications.domain.notice import TO_THE_LOG, Link, LogLink, Notice, Template
from shared.kernel.identity import ReferralId

SECRET = "Frans Testperson 070-1740605"  # pragma: allowlist secret


def a_link() -> Link:
    return Link(ReferralId(uuid4()))


def test_a_notice_has_two_fields_a_template_and_a_link() -> None:
    """The type has no third field, and a link has one: an identifier."""
    assert get_type_hints(Notice) == {"template": Template, "link": Link | LogLink}
    assert [field.name for field in dataclasses.fields(Link)] == ["referral_id"]
    assert [field.name for field in dataclasses.fields(LogLink)] == ["alarm_id"]


@pytest.mark.parametrize("smuggled", [SECRET, "new-referral-waits", None, 7, SECRET.encode(), object()])
def test_nothing_but_a_known_template_is_taken(smuggled: Any) -> None:
    """A text in the template's place is refused, even one that spells a slug; and it is not quoted."""
    with pytest.raises(TypeError) as refused:
        Notice(smuggled, a_link())
    assert SECRET not in str(refused.value)


def test_another_enumeration_is_no_template() -> None:
    """A look-alike with a name for a value is refused."""

    class Lookalike(enum.StrEnum):
        CARER = SECRET

    with pytest.raises(TypeError):
        Notice(Lookalike.CARER, a_link())  # type: ignore[arg-type]


@pytest.mark.parametrize("smuggled", [SECRET, f"/referral/referrals/x?carer={SECRET}", None, 7, SECRET.encode()])
def test_a_link_is_made_of_an_identifier_alone(smuggled: Any) -> None:
    """A text in the identifier's place is refused, and not quoted."""
    with pytest.raises(TypeError) as refused:
        Link(smuggled)
    assert SECRET not in str(refused.value)
    with pytest.raises(TypeError):
        LogLink(smuggled)


def test_an_identifier_that_prints_itself_as_something_else_is_refused() -> None:
    """A subclass could say anything in a link."""

    class Talkative(UUID):
        def __str__(self) -> str:
            return SECRET

    with pytest.raises(TypeError):
        Link(ReferralId(Talkative(int=7)))


def test_a_look_alike_link_is_refused() -> None:
    """Something with a path of its own is no link."""

    class Lookalike:
        path = f"/{SECRET}"

    with pytest.raises(TypeError):
        Notice(Template.NEW_REFERRAL_WAITS, Lookalike())  # type: ignore[arg-type]


def test_nothing_can_be_hung_on_a_notice_afterwards() -> None:
    """It is frozen and has no room for further attributes."""
    notice = Notice(Template.NEW_REFERRAL_WAITS, a_link())
    with pytest.raises((AttributeError, TypeError)):
        notice.carer_name = SECRET  # type: ignore[attr-defined]
    with pytest.raises((AttributeError, TypeError)):
        object.__setattr__(notice, "carer_name", SECRET)
    with pytest.raises(dataclasses.FrozenInstanceError):
        notice.template = Template.SOMETHING_HAPPENED  # type: ignore[misc]


@pytest.mark.parametrize("template", sorted(TO_THE_LOG))
def test_a_letter_about_the_log_says_the_same_whatever_the_alarm(template: Template) -> None:
    """Which alarm it was about is kept, and not said; and no other notice leads there."""
    letters = {subject_and_body(Notice(template, LogLink(uuid4())), "https://x.example.se") for _ in range(3)}
    assert len(letters) == 1
    with pytest.raises(TypeError):
        Notice(template, a_link())
    with pytest.raises(TypeError):
        Notice(Template.NEW_REFERRAL_WAITS, LogLink(uuid4()))


@pytest.mark.parametrize("template", [each for each in Template if each not in TO_THE_LOG])
def test_two_notices_of_one_template_differ_in_their_link_alone(template: Template) -> None:
    """Nothing else goes into the words."""
    one, other = Link(ReferralId(UUID(int=1))), Link(ReferralId(UUID(int=2)))
    subject, body = subject_and_body(Notice(template, one), "https://lotsa.example.se")
    other_subject, other_body = subject_and_body(Notice(template, other), "https://lotsa.example.se")
    assert subject == other_subject
    assert body.replace(str(one.referral_id), str(other.referral_id)) == other_body
    assert body.count(f"https://lotsa.example.se/referral/referrals/{one.referral_id}") == 1


@pytest.mark.parametrize("template", Template)
def test_a_wording_has_room_for_a_link_and_nothing_else(template: Template) -> None:
    """The only hole in the file is $link, in the body; the subject has none."""
    text = (
        files("services.notifications.channels.email")
        .joinpath("templates", "sv", f"{template.value}.txt")
        .read_text("utf-8")
    )
    subject, _, body = text.partition("\n\n")
    assert re.fullmatch(r"Subject: [^$\n]+", subject)
    assert Text(body).get_identifiers() == ["link"]


def test_every_wording_belongs_to_a_template() -> None:
    """No file lies about that nothing uses."""
    kept = {file.name for file in files("services.notifications.channels.email").joinpath("templates", "sv").iterdir()}
    assert kept == {f"{template.value}.txt" for template in Template}


@pytest.mark.parametrize("template", Template)
def test_a_wording_says_neither_whom_nor_why(template: Template) -> None:
    """No word of the field's sensitive sort is in a notice: no group, no step taken, no kind of partner."""
    link = LogLink(uuid4()) if template in TO_THE_LOG else a_link()
    words = " ".join(subject_and_body(Notice(template, link), "https://lotsa.example.se")).lower()
    for telling in ("anhörig", "närstående", "samtycke", "accepter", "avböj", "missbruk", "demens", "kyrka", "remiss"):
        assert telling not in words
