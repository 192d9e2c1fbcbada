"""What a form or the API says of a mistake: Swedish, from the catalogue, each sentence by itself and once."""

from __future__ import annotations

import ast
import contextlib
import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from babel.messages import Message
from babel.messages.pofile import read_po
from flask import Flask
from marshmallow import Schema, ValidationError, fields, validate
from werkzeug.datastructures import MultiDict

from services.referral.web.draft.carer_form import CarerForm
from services.referral.web.forms import load, problems, typed
from shared.kernel.refusals import Invalid
from shared.settings import SERVICES
from shared.vocabulary.age import YearIsNotWhole
from shared.vocabulary.hours import NotATimeOfDay
from shared.vocabulary.identity_number import IdentityNumberIsMistyped
from shared.vocabulary.telephone import AreaCodeIsMissing
from shared.web.api.answers import pointers
from shared.web.app import make_app
from shared.web.problem_page import problem_body
from shared.web.schema.words import Filled
from shared.web.validation import messages, sentence, sentences
from tests.support.schemas import every_schema, mistakes, schemas_of
from tests.support.web_gallery import StaffInMemory, settings_in
from tools.syntax import tree_of
from tools.translations import SHARED, catalogue_of

MISSING = "Det här behöver fyllas i."
PLACEHOLDER = re.compile(r"%\\?\(\w+\\?\)s")


@pytest.fixture(scope="module")
def apps(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Flask]:
    """Each service's app, with its own catalogue and nothing behind it."""
    settings = settings_in(tmp_path_factory.mktemp("apps"))
    return {
        service: make_app(service, f"services.{service}.web", settings=settings, staff=StaffInMemory())
        for service in SERVICES
    }


@cache
def swedish_of(service: str) -> re.Pattern[str]:
    """One of the sentences that the service's catalogue, or the shared one, has in Swedish."""
    known = {str(each.string) for room in (SHARED, f"services/{service}") for each in _messages(room) if each.string}
    return re.compile("|".join(PLACEHOLDER.sub(r"[^\\s]+", re.escape(each)) for each in sorted(known, key=len)))


def _messages(room: str) -> list[Message]:
    with catalogue_of(room).open("rb") as source:
        return [each for each in read_po(source) if each.id and isinstance(each.string, str)]


@pytest.mark.parametrize(("service", "schema"), list(every_schema()), ids=lambda each: getattr(each, "__name__", each))
def test_every_message_is_swedish_and_said_once(apps: dict[str, Flask], service: str, schema: type[Schema]) -> None:
    """Each field wrong in every way, and all fields in pairs: on pages and by API."""
    swedish, seen = swedish_of(service), dict[str, None]()
    with apps[service].test_request_context("/"):
        for given, wrong in mistakes(schema):
            told = repr(wrong)
            if not wrong or told in seen:
                continue
            seen[told] = None
            by_api = problem_body("invalid", Invalid.title, 422, fields=pointers(wrong))["errors"]
            about = f"{schema.__name__} given {str(given)[:200]}"
            for each in by_api:
                assert swedish.fullmatch(each["detail"]), f"{about} says “{each['detail']}” ({told[:300]})"
            pairs = [(each["pointer"], each["detail"]) for each in by_api]
            assert len(set(pairs)) == len(pairs), f"{about} says it twice: {pairs}"
            for name, said in messages(wrong).items():
                mine = dict.fromkeys(each for where, each in _by_field(by_api) if where == name)
                assert said == (MISSING if MISSING in mine else " ".join(mine)), f"{about}: {name}: {said}"


def _by_field(by_api: list[dict[str, str]]) -> list[tuple[str, str]]:
    """The API's pointers as a page's field names: a value of a list belongs to the list."""
    steps = [[step for step in each["pointer"][1:].split("/") if step and not step.isdecimal()] for each in by_api]
    return [(".".join(where), each["detail"]) for where, each in zip(steps, by_api, strict=True)]


@pytest.mark.parametrize(("service", "schema"), list(every_schema()), ids=lambda each: getattr(each, "__name__", each))
def test_whatever_a_field_can_say_is_in_the_catalogue(service: str, schema: type[Schema]) -> None:
    """Every mistake that the library tells apart, field by field and check by check, made by somebody or not."""
    known = {str(each.id) for room in (SHARED, f"services/{service}") for each in _messages(room)}
    made = schema()
    for name, said in [*made.error_messages.items(), *_all_that_is_said(made.fields.values())]:
        assert getattr(said, "key", said) in known, f"{schema.__name__}: {name}: {said}"


def _all_that_is_said(some: Iterable[fields.Field[Any]]) -> Iterator[tuple[str, str]]:
    for each in some:
        yield from ((f"{each.name}, {kind}", str(said)) for kind, said in each.error_messages.items())
        for check in each.validators:
            yield from ((f"{each.name}, {type(check).__name__}", said) for said in _refused_by(check))
        if isinstance(each, fields.List):
            yield from _all_that_is_said([each.inner])


def _refused_by(check: Any) -> Iterator[str]:
    """What a check of the library's kinds says of what is too little, too much, or something else."""
    if not isinstance(check, validate.Validator):
        return
    for strange in _strange_to(check):
        with contextlib.suppress(TypeError, AttributeError):
            try:
                check(strange)
            except ValidationError as wrong:
                yield from map(_as_it_is, wrong.messages)


def _as_it_is(said: Any) -> str:
    assert isinstance(said, str)
    return said


def _strange_to(check: Any) -> tuple[Any, ...]:
    day = timedelta(days=1)
    ends = [end for end in (getattr(check, "min", None), getattr(check, "max", None)) if end is not None]
    beyond = [end + step for end in ends for step in ((day, -day) if isinstance(end, date) else (1, -1))]
    return (*beyond, "", "å" * 20_000, ["x"] * 1000, "\0")


def test_one_that_says_something_of_the_librarys_would_be_found() -> None:
    """A field or a check that is not ours."""
    foreign = Schema.from_dict(
        {"email": fields.Email(validate=validate.Length(max=3)), "several": fields.List(fields.Integer())}
    )
    said = dict(_all_that_is_said(foreign().fields.values()))
    assert said["email, required"] == "Missing data for required field."
    assert said["email, Length"] == "Longer than maximum length 3."
    assert said["several, invalid"] == "Not a valid integer."


def test_every_service_has_schemas_to_walk() -> None:
    """The walk finds them by itself, forms and bodies alike."""
    found = {service: {schema.__name__ for schema in schemas_of(service)} for service in SERVICES}
    assert {"CarerForm", "SendReferralIn", "DraftIn", "ReasonForm", "WithdrawForm"} <= found["referral"]
    assert {"ListingForm", "ActivityForm", "RuleForm", "ServiceIn"} <= found["directory"]
    assert all(found.values())


def test_two_sentences_about_one_field_are_translated_each_by_itself(apps: dict[str, Flask]) -> None:
    """A joined sentence is in no catalogue: this is what a nurse first saw."""
    long = Filled("Write at most %(number)s characters.", number=3)
    two = ["Choose one of the alternatives.", long, "Choose one of the alternatives."]
    with apps["referral"].test_request_context("/"):
        assert sentences(two) == (
            "Välj ett av alternativen.",
            "Skriv högst 3 tecken.",
        )
        assert messages({"email": two}) == {"email": " ".join(sentences(two))}
        assert messages({"areas": {0: ["Write this as text."], 7: ["Write this as text."]}}) == {
            "areas": "Skriv det här som text."
        }
        assert sentences(("This must be filled in.", "Write this as a number.")) == ("Det här behöver fyllas i.",)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({}, {"name": "Say what the carer is called."}),
        ({"name": "å" * 201}, {"name": Filled("Write at most %(number)s characters.", number=200)}),
        ({"name": "Frans", "hours_from": "25", "hours_to": "17:00"}, {"hours_from": NotATimeOfDay.title}),
        ({"name": "Frans", "phone": "650 12 34"}, {"phone": AreaCodeIsMissing.title}),
        ({"name": "Frans", "identity_number": "191212121213"}, {"identity_number": IdentityNumberIsMistyped.title}),
        ({"name": "Frans", "year_of_birth": "45", "age_band": "80-or-over"}, {"year_of_birth": YearIsNotWhole.title}),
    ],
)
def test_one_mistake_is_told_in_one_sentence(
    apps: dict[str, Flask], written: dict[str, str], said: dict[str, str]
) -> None:
    """The first error that a nurse met was English, and twice: a stand-in for the name tripped a second rule."""
    right = {"area": "0180-sodermalm", "channels": "phone", "phone": "070-174 06 05"}
    with apps["referral"].test_request_context("/"):
        form = CarerForm()
        with pytest.raises(ValidationError) as refused:
            load(form, typed(form, MultiDict({**right, **written})))
        assert problems(refused.value, form) == {name: sentence(each) for name, each in said.items()}


def test_every_sentence_about_a_field_is_in_a_catalogue() -> None:
    """What the rules say of a field, wherever it is written: an assignment to a pointer, or a refusal's fields."""
    lacking = []
    for service in SERVICES:
        known = {str(each.id) for room in (SHARED, f"services/{service}") for each in _messages(room)}
        for path in Path("services", service).rglob("*.py"):
            for node in ast.walk(tree_of(path.read_text(encoding="utf-8"))):
                lacking += [f"{path}: {said}" for said in _said_of_fields(node) if said not in known]
    assert not lacking


def _said_of_fields(node: ast.AST) -> Iterator[str]:
    """``wrong["/…"] = "…"``, and texts in what is given as ``fields=`` or to ``ValidationError``."""
    if isinstance(node, ast.Assign) and any(
        isinstance(target, ast.Subscript) and ast.unparse(target.value) in ("wrong", "fields")
        for target in node.targets
    ):
        yield from _texts(node.value)
    if isinstance(node, ast.Call):
        name = ast.unparse(node.func).rsplit(".", 1)[-1]
        given = [each.value for each in node.keywords if each.arg == "fields"]
        for each in [*given, *(node.args[:1] if name == "ValidationError" else [])]:
            for value in each.values if isinstance(each, ast.Dict) else [each]:
                yield from _texts(value)


def _texts(node: ast.AST) -> list[str]:
    """The sentences in an expression: texts with a space in them, as pointers and codes have none."""
    within = {id(part) for each in ast.walk(node) if isinstance(each, ast.JoinedStr) for part in each.values}
    constants = [each for each in ast.walk(node) if isinstance(each, ast.Constant) and id(each) not in within]
    texts = [each.value for each in constants if isinstance(each.value, str)]
    return [each for each in texts if " " in each.strip()]
