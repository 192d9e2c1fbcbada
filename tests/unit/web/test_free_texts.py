"""Every text that people write freely, on every form and in every body: something to read, and one way to count.

The fields are found in the schemas themselves: a new one is held to this without being named here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from marshmallow import Schema, ValidationError, fields, validate

from operations.install import first_directory_file
from services.directory.web.assignments.forms import AssignmentForm
from services.directory.web.forms import ActivityForm, ListingForm, OrganizationForm
from services.directory.web.routing.forms import NewRuleForm, RuleForm
from services.directory.web.units.forms import NewUnitForm, UnitForm
from services.referral.web.draft.carer_form import CarerForm
from services.referral.web.draft.situation_form import NeedForm, PersonForm
from services.referral.web.step.forms import OutcomeForm, ReasonForm
from shared.vocabulary.readable_text import length
from shared.web.normal_form import as_received
from shared.web.text_fields import AtMost
from tests.support.schemas import every_schema
from tests.unit.vocabulary.test_readable_text import UNREADABLE

CHECKOUT = Path(__file__).resolve().parents[3]
# what only free texts take: neither a code, nor a number, nor an address
WORDS = ("Anhörigstöd 7", "Åsa (Öst)")
# a byte order mark, a zero-width space, marks of direction; in a text of several lines embeddings and isolates may stay
UNSEEN = "\ufeff\u200b\u200e\u200f\u061c"
# as somebody typed it, for themselves alone until it is sent and read; searched for, compared, or looked up: never kept
AS_TYPED = re.compile("referral-(Draft|Unfinished|Unsaved)|ServiceSearch-q|ServicePage-next|AssignmentForm-confirmed")
LOOKED_UP = re.compile("operations-.*(-area|-identifier|-issuer)")
# overrides of direction; control characters; what is no character
REFUSED = "\u202e\u202d\x00\x07\x1b\x7f\x9b\ufdd0"
PLACED = re.compile(r"""\{\{ (?:field|textarea)\("(\w+)".*?maxlength=(\d+)""")
FORM_OF: dict[str, type[Schema]] = {
    "partner/activity_form.html": ActivityForm,
    "assignments/new.html": AssignmentForm,
    "routing/rule.html": RuleForm,
    "units/unit.html": UnitForm,
    "units/new.html": NewUnitForm,
    "partner/organization_form.html": OrganizationForm,
    "partner/service_form.html": ListingForm,
    "step/cancel.html": ReasonForm,
    "step/complete.html": OutcomeForm,
    "step/reject.html": ReasonForm,
    "draft/carer.html": CarerForm,
    "draft/situation.html": PersonForm,
    "draft/support.html": NeedForm,
}
# searches: cut by their pages to what the browser lets through
# what goes out is never read in; and a cursor is signed, not written
OUTGOING = {"ServiceFound", "AssignmentGranted", "UnitWhole"}
CURSOR = "cursor"
SEARCHES = {"parts.html", "units/units.html", "public/services.html"}


def every_text() -> Iterator[tuple[str, fields.String]]:
    """Where it stands, and the field."""
    file = [("operations", each) for each in vars(first_directory_file).values() if isinstance(each, type)]
    found = [*every_schema(), *((room, each) for room, each in file if issubclass(each, Schema) and each is not Schema)]
    for service, schema in found:
        for name, field in schema().fields.items():
            if name == CURSOR or schema.__name__ in OUTGOING:
                continue
            if isinstance(field, fields.String) and all(takes(field, words) for words in WORDS):
                yield f"{service}-{schema.__name__}-{name}", field


def takes(field: fields.Field[Any], text: str) -> bool:
    """Whether a field takes a text, as a page or the API would give it."""
    try:
        field.deserialize(as_received(text))
    except ValidationError:
        return False
    return True


TEXTS = dict(every_text())
REQUIRED = {where: field for where, field in TEXTS.items() if field.required}
LIMITED = {
    where: (field, check.max)
    for where, field in TEXTS.items()
    for check in field.validators
    if isinstance(check, validate.Length) and check.max and check.max >= 10
}


def test_the_walk_finds_what_there_is() -> None:
    """Names, titles, reasons and descriptions, in all rooms that take any."""
    assert {"referral-CarerIn-name", "directory-ServiceIn-summary", "directory-RuleIn-reason_sv"} <= set(REQUIRED)
    assert {"directory-NewUnitForm-name", "referral-NeedForm-why", "operations-UnitEntry-name"} <= set(REQUIRED)
    assert {"referral-RejectIn-comment", "directory-ActivityIn-description"} <= set(TEXTS)


@pytest.mark.parametrize("where", REQUIRED)
def test_what_must_be_said_has_something_to_read(where: str) -> None:
    """Nothing that is invisible, and no signs alone, passes for a name or a reason."""
    for what, text in UNREADABLE.items():
        assert not takes(REQUIRED[where], text), what
    assert takes(REQUIRED[where], "Å")


@pytest.mark.parametrize("where", [each for each in TEXTS if not AS_TYPED.search(each) and not LOOKED_UP.search(each)])
def test_no_text_holds_what_its_reader_cannot_see(where: str) -> None:
    """Byte order marks and marks of direction go or are refused; what turns a text around, and control characters, are
    refused: of names of units as of a comment.
    """
    field = TEXTS[where]
    for unseen in UNSEEN:
        try:
            read = field.deserialize(as_received(f"Anhörig{unseen}stöd 7"))
        except ValidationError:
            continue
        assert not set(UNSEEN) & set(read or ""), f"{where} keeps U+{ord(unseen):04X}"
    for turned in REFUSED:
        assert not takes(field, f"Anhörig{turned}stöd 7"), f"{where} takes U+{ord(turned):04X}"


@pytest.mark.parametrize("where", LIMITED)
def test_a_limit_counts_as_the_browser_counts(where: str) -> None:
    """Line breaks once, whoever wrote them; emoji twice; letters however they are put together."""
    field, most = LIMITED[where]
    for piece in ("a", "a\u030a", "👍a", "a\r\nb", "a\nb"):
        fits = (piece * most)[: (most // length(piece)) * len(piece)]
        fits += "a" * (most - length(fits))
        assert length(fits) == most
        assert takes(field, fits), ascii(piece)
        assert not takes(field, fits + "a"), ascii(piece)


@pytest.mark.parametrize("where", LIMITED)
def test_no_limit_is_counted_in_another_way(where: str) -> None:
    """Marshmallow's own would count what the browser does not."""
    field, _ = LIMITED[where]
    assert all(isinstance(each, AtMost) for each in field.validators if isinstance(each, validate.Length))


def placed() -> Iterator[tuple[str, str, int]]:
    """Template, field and the browser's limit, of every field that has one."""
    for template in sorted((CHECKOUT / "services").glob("*/web/**/templates/*.html")):
        for name, most in PLACED.findall(template.read_text(encoding="utf-8")):
            subject = template.parts[-3]
            yield template.name if subject == "web" else f"{subject}/{template.name}", name, int(most)


@pytest.mark.parametrize(("template", "name", "most"), [each for each in placed() if each[0] not in SEARCHES])
def test_the_browser_and_the_form_have_one_limit(template: str, name: str, most: int) -> None:
    """Of each field on each page; a template that is not listed above has to be."""
    field = FORM_OF[template]().fields[name]
    limits = {check.max for check in field.validators if isinstance(check, validate.Length | validate.Range)}
    assert most in limits or isinstance(field, fields.Integer), (template, name, limits)


def test_a_form_that_adds_to_another_has_its_limits() -> None:
    """A new rule's page is the rule's own."""
    assert issubclass(NewRuleForm, RuleForm)
