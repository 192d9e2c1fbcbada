"""A real installation's own units and people, from a file: whole or not at all, and safe to repeat."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any
from unicodedata import normalize

import pytest
from sqlalchemy import text

from operations.checkout import CHECKOUT
from operations.install import first_directory
from operations.trouble import Trouble
from services.directory import bootstrap
from shared.kernel.actor import UserRef
from shared.kernel.clock import FixedClock, SystemClock
from shared.settings import Settings
from shared.storage.migrations import migrate
from shared.vocabulary.routing import Situation
from tests.support.city_filled import OPERATOR
from tests.support.infrastructure import Infrastructure, new_installation

EXAMPLE = (CHECKOUT / "deploy/compose/example-directory.json").read_text()
ISSUER = "https://id.example.se"


@pytest.fixture
def empty(infrastructure: Infrastructure) -> Iterator[Settings]:
    """An installation whose directory has tables and nothing in them."""
    with an_empty_one(infrastructure) as settings:
        yield settings


@pytest.fixture(scope="module")
def untouched(infrastructure: Infrastructure) -> Iterator[Settings]:
    """The same, for those tests that must leave it so."""
    with an_empty_one(infrastructure) as settings:
        yield settings


@contextmanager
def an_empty_one(infrastructure: Infrastructure) -> Iterator[Settings]:
    """An installation of its own, without its other services."""
    with new_installation(infrastructure, extra={"LOTSA_OIDC_ISSUER": ISSUER}) as made:
        settings = made.settings()
        migrate("directory", settings.service("directory").owner_database_url)
        yield settings


@contextmanager
def directory_of(settings: Settings) -> Iterator[bootstrap.Parts]:
    """The directory's parts, let go of afterwards."""
    parts = bootstrap.for_web(settings)
    try:
        yield parts
    finally:
        parts.engine.dispose()


def roles_of(settings: Settings, subject: str, issuer: str = ISSUER) -> list[tuple[str, str]]:
    """The units and roles that somebody may act under now, as sign-in asks."""
    with directory_of(settings) as parts:
        held = parts.staff.assignments_of(UserRef(issuer, subject), SystemClock().now())
        units = [parts.staff.unit(each.unit_id) for each in held]
        return [(unit.name, each.role.value) for unit, each in zip(units, held, strict=True) if unit]


def with_more(**more: list[dict[str, Any]]) -> str:
    """The example's text with more entries in its lists."""
    file = json.loads(EXAMPLE)
    return json.dumps({**file, **{name: [*file[name], *entries] for name, entries in more.items()}})


def test_the_example_gives_people_their_assignments(empty: Settings) -> None:
    """Whoever the file names by the provider's subject may act; the same subject of another provider may not."""
    new = first_directory.load(empty, EXAMPLE)
    assert new == {"organizations": 3, "units": 6, "rules": 1, "assignments": 4}
    assert roles_of(empty, "7b2f0c9e") == [("Vårdcentralen Exemplet", "referrer")]
    assert roles_of(empty, "93c5e718") == [("Loggkontrollen", "auditor")]
    assert roles_of(empty, "7b2f0c9e", "https://other.example.se") == []


def test_the_ids_of_its_assignments_are_told(empty: Settings) -> None:
    """Each time, for a system's tokens have to carry one; they are those that sign-in goes by."""
    for _ in range(2):
        said: list[str] = []
        first_directory.load(empty, EXAMPLE, say=said.append)
        with directory_of(empty) as parts:
            [held] = parts.staff.assignments_of(UserRef(ISSUER, "7b2f0c9e"), SystemClock().now())
        assert f"assignment {held.id}: 7b2f0c9e, referrer in health-centre" in said
        assert len(said) == 4


def test_its_rules_propose_a_receiver(empty: Settings) -> None:
    """A young carer goes where the rule says, anybody else to the default unit."""
    first_directory.load(empty, EXAMPLE)
    with directory_of(empty) as parts:
        with parts.work() as work:
            rules = work.rules.of("0183")
        assert rules is not None
        young = rules.propose(Situation("0183", frozenset({"young-carer"})), date(2030, 1, 1), rules.units_named())
        other = rules.propose(Situation("0183"), date(2030, 1, 1), rules.units_named())
        names = [unit.name for each in (young, other) if (unit := parts.staff.unit(each.unit_id))]
    assert names == ["Stödet för unga anhöriga", "Anhörigstödet"]


def test_a_second_time_adds_only_what_is_new(empty: Settings) -> None:
    """Nothing twice; one more colleague in the file is one assignment more."""
    first_directory.load(empty, EXAMPLE)
    assert not any(first_directory.load(empty, EXAMPLE).values())
    more = with_more(assignments=[{"subject": "55aa10f2", "unit": "carer-support", "role": "adviser"}])
    assert first_directory.load(empty, more) == {"organizations": 0, "units": 0, "rules": 0, "assignments": 1}
    assert roles_of(empty, "55aa10f2") == [("Anhörigstödet", "adviser")]


def test_its_days_are_swedish(empty: Settings) -> None:
    """An assignment's day begins at midnight in Sweden, and a rule without a day holds from today there."""
    midnight = datetime(2026, 11, 30, 23, 0, tzinfo=UTC)  # in Sweden the first of December begins
    first_directory.load(
        empty,
        with_more(assignments=[{"subject": "aa", "unit": "carer-support", "role": "adviser", "from": "2026-12-01"}]),
        FixedClock(midnight),
    )
    with directory_of(empty) as parts:
        aa = UserRef(ISSUER, "aa")
        assert len(parts.staff.assignments_of(aa, midnight)) == 1
        assert parts.staff.assignments_of(aa, midnight - timedelta(seconds=1)) == []
        with parts.work() as work:
            rules = work.rules.of("0183")
    assert rules is not None
    assert [rule.valid_from for rule in rules.rules] == [date(2026, 12, 1)]


@pytest.mark.parametrize("code", ["٠١٨٣", "0183\n", "183", "01833"], ids=["other digits", "a break", "short", "long"])
def test_a_municipality_is_four_plain_digits(untouched: Settings, code: str) -> None:
    """Digits of other scripts are digits to Python, but no code of any municipality."""
    with pytest.raises(Trouble, match=r"not as it should be.*municipality"):
        first_directory.load(untouched, json.dumps({**json.loads(EXAMPLE), "municipality": code}))


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"subject": "aa", "unit": "audit", "role": "adviser"}, "Assignment of “aa”"),
        ({"subject": "aa", "unit": "nowhere", "role": "adviser"}, "there is no “nowhere”"),
        ({"subject": "aa", "unit": "audit", "role": "queen"}, "role"),
        ({"subject": "aa", "unit": "audit", "role": "auditor", "name": "Anna"}, "name"),
    ],
    ids=["a role that the unit has not", "an unknown unit", "an unknown role", "a field that there is not"],
)
def test_one_wrong_entry_and_nothing_is_taken_in(untouched: Settings, more: dict[str, Any], says: str) -> None:
    """The sentence names the entry, and not even the right ones before it are there."""
    with pytest.raises(Trouble, match=says):
        first_directory.load(untouched, with_more(assignments=[more]))
    assert roles_of(untouched, "7b2f0c9e") == []


UNIT_OF_THE_FILE = json.loads(EXAMPLE)["units"][0]


def test_the_file_is_read_by_the_pages_rules(empty: Settings) -> None:
    """As people type and paste: letters apart, an address with å in its domain, a number without spaces."""
    another = UNIT_OF_THE_FILE | {
        "slug": "another",
        "name": normalize("NFD", "Anhörigstöd Väster"),
        "function_address": "Väster <info@anhörig.se>",
        "phone": "0846500493",
    }
    first_directory.load(empty, with_more(units=[another]))
    with directory_of(empty) as parts, parts.work_of(OPERATOR) as work:
        query = text("select function_address, phone from units where name = 'Anhörigstöd Väster'")
        assert work.connection.execute(query).all() == [("info@xn--anhrig-yxa.se", "08-465 004 93")]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"function_address": "vårdcentral@example.se"}, "function_address.*Before the @"),
        ({"phone": "650 12 34"}, "phone.*area code"),
        ({"phone": "-"}, "phone.*telephone number"),
        ({"name": "\u200b"}, "name.*must be filled in"),
        ({"name": "–"}, "name.*words or figures"),
    ],
)
def test_what_no_page_would_take_the_file_is_refused(untouched: Settings, wrong: dict[str, str], says: str) -> None:
    """With its place and the reason."""
    with pytest.raises(Trouble, match=says):
        first_directory.load(untouched, with_more(units=[UNIT_OF_THE_FILE | {"slug": "another"} | wrong]))


def test_what_is_no_json_is_said_so(untouched: Settings) -> None:
    """An empty pipe, for one."""
    with pytest.raises(Trouble, match="no JSON"):
        first_directory.load(untouched, "")
