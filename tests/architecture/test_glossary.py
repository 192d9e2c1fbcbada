"""Every word of the domain stands in the glossary, in a row that a person wrote."""

from __future__ import annotations

import pytest

from tests.support.glossary import GLOSSARY, domain, is_said, rows, shown, standard_terms, troubles

SUBJECT = "FHIR ServiceRequest.subject"
CARER = "[`Carer`](../services/referral/domain/people.py)"
TOO_LARGE = "[`DraftIsTooLarge`](../services/referral/domain/refusals.py)"
WHOLE = f"""
## Referral
| Class | Swedish on pages | Standard term | Meaning |
|---|---|---|---|
| {CARER} | anhörig (den som ger stöd) | {SUBJECT} | Whom it is for; asked *Ta emot*. |
| [`Draft`](../services/referral/domain/ports.py) | utkast; sparat | ours | What is filled in so far. |
| {TOO_LARGE} | Utkastet är för stort för att sparas. | ours | Too much. |
"""
OF_WHOLE = {place: domain()[place] for row in rows(WHOLE) if (place := row.place)}


def test_every_class_of_a_domain_is_told_by_a_person() -> None:
    """One row for each, every cell filled in, with words that pages say and terms that standards have."""
    assert troubles(GLOSSARY.read_text(), domain(), shown()) == []


def test_there_are_classes_refusals_and_words() -> None:
    """Nothing above looks at an empty list."""
    written = rows(GLOSSARY.read_text())
    assert {row.place for row in written} >= domain().keys() > shown().keys() > set()
    assert any(row.place is None for row in written)


def test_each_term_that_was_looked_up_is_used() -> None:
    """The list of standards' terms is no collection of its own."""
    used = {term for row in rows(GLOSSARY.read_text()) for term in row.cells[2].split(", ")}
    assert [each for each in standard_terms() - used if not each.startswith("CloudEvents ")] == []


def test_a_whole_glossary_is_no_trouble() -> None:
    """The planted ones below differ from this by one thing each."""
    assert len(OF_WHOLE) == 3
    assert troubles(WHOLE, OF_WHOLE, shown()) == []


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        (f"| {CARER} |", "| Carer |", "Carer of services/referral/domain/people.py has no row"),
        ("[`Draft`](../services/referral/domain/ports.py)", CARER, "has 2 rows"),
        ("`Carer`", "`Caregiver`", "has no class Caregiver"),
        (
            "domain/people.py",
            "domain/consent/consent.py",
            "services/referral/domain/consent/consent.py has no class Carer",
        ),
        ("domain/people.py", "domain/persons.py", "services/referral/domain/persons.py has no class Carer"),
        (CARER, f"carer ({CARER})", "the first cell is the class and nothing else"),
        ("## Referral", "## Directory", "stands under Directory"),
        ("Whom it is for; asked *Ta emot*.", "", "four cells"),
        (f" | {SUBJECT}", "", "four cells"),
        ("| anhörig (den som ger stöd) |", "|  |", "four cells"),
        ("anhörig (den som ger stöd)", "vårdgivare", "no page says “vårdgivare”"),
        ("utkast; sparat", "utkast; kladd", "no page says “kladd”"),
        ("*Ta emot*", "*Mottag*", "no page says “Mottag”"),
        ("för stort för att sparas.", "för långt.", "the page says “Utkastet är för stort för att sparas.”"),
        ("Utkastet är för stort för att sparas.", "–", "the page says “Utkastet är för stort för att sparas.”"),
        (SUBJECT, "FHIR ServiceRequest.carer", "“FHIR ServiceRequest.carer” is no standard's term"),
        (SUBJECT, "SNOMED 133932002", "“SNOMED 133932002” is no standard's term"),
        (SUBJECT, "CloudEvents carer.sent.v1", "“CloudEvents carer.sent.v1” is no standard's term"),
        (SUBJECT, "ours, FHIR Task", "“ours” is no standard's term"),
        (SUBJECT, "–", "“–” is no standard's term"),
        ("Whom it is for; asked *Ta emot*.", "The person who gives care, help or support", "the docstring's"),
    ],
)
def test_each_planted_fault_is_seen(right: str, wrong: str, said: str) -> None:
    """One thing wrong at a time."""
    assert right in WHOLE
    assert any(said in each for each in troubles(WHOLE.replace(right, wrong, 1), OF_WHOLE, shown()))


@pytest.mark.parametrize(
    ("word", "said"),
    [("LOTSNING", True), ("målgrupp", True), ("tar emot", True), ("otsning", False), ("mottag", False), ("", False)],
)
def test_a_word_is_said_whole_or_with_its_article(word: str, said: bool) -> None:
    """In whatever letters; "målgruppen" says "målgrupp", and "mottagande" says nothing of "mottag"."""
    assert is_said(word) is said
