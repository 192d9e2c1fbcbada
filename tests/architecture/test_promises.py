"""Each promise that a page, a letter or a document makes is listed in docs/promises.md and held by a test."""

from __future__ import annotations

import pytest

from tests.support.holders import Holder, holders, holders_in
from tests.support.promises import LIST, Mark, Promise, documents, listed, marked, marks_in, spoken, troubles
from tests.support.promising import LETTERS, no_promises, promising, said_of_no_promise, unjudged

WHERE = "services/referral/web/receipt/templates/receipt.html"
TEST = "tests/unit/test_it.py::test_it"
ROW = Promise("kept-open", "Den står öppen.", "carer", WHERE, (TEST,))
STANDS = Mark("kept-open", WHERE, " Den står öppen. ")
HELD = Holder("kept-open", TEST, "")


def test_marks_list_and_tests_agree() -> None:
    """What is marked is listed, what is listed is marked right before its sentence, and a test holds it."""
    assert listed(LIST.read_text())
    assert troubles(listed(LIST.read_text()), marked(), holders()) == []


def test_a_whole_promise_is_no_trouble() -> None:
    """The planted ones below differ from this by one thing each."""
    assert troubles([ROW], [STANDS], [HELD]) == []


@pytest.mark.parametrize(
    ("rows", "marks", "held", "said"),
    [
        ([], [STANDS], [], "marked and not listed"),
        ([ROW], [], [HELD], "listed and marked nowhere"),
        ([ROW], [STANDS], [], "no test that everybody runs holds it"),
        ([ROW], [STANDS], [HELD, Holder("another", TEST, "")], "which is not listed"),
        ([ROW, ROW], [STANDS], [HELD], "listed twice"),
        ([ROW], [Mark("kept-open", WHERE, " Den är stängd. ")], [HELD], "does not follow the mark"),
        ([ROW], [Mark("kept-open", "README.md", " Den står öppen. ")], [HELD], "is not marked in"),
        ([Promise("kept-open", "Den står öppen.", "nobody", WHERE, (TEST,))], [STANDS], [HELD], "to whom?"),
        ([Promise("kept-open", "Den står öppen.", "carer", WHERE, ())], [STANDS], [HELD], "does not say which test"),
        ([Promise("kept-open", "Den står öppen.", "carer", WHERE, ("x::y",))], [STANDS], [HELD], "does not hold it"),
        ([ROW], [STANDS], [Holder("kept-open", "tests/chaos/test_x.py::test_x", "")], "everybody runs"),
        ([ROW], [STANDS], [Holder("kept-open", TEST, "asserts nothing")], "asserts nothing"),
    ],
)
def test_each_planted_lie_is_caught(rows: list[Promise], marks: list[Mark], held: list[Holder], said: str) -> None:
    """One thing wrong at a time."""
    assert any(said in each for each in troubles(rows, marks, held))


@pytest.mark.parametrize(
    ("source", "trouble"),
    [
        ('@pytest.mark.holds("kept-open")\ndef test_it():\n    assert ask() == 1\n', ""),
        ('@pytest.mark.holds("kept-open")\ndef test_it():\n    with pytest.raises(KeyError):\n        ask()\n', ""),
        ('@pytest.mark.holds("kept-open")\ndef test_it():\n    ask()\n', "asserts nothing"),
        ('@pytest.mark.holds("kept-open")\ndef test_it():\n    assert True\n', "asserts nothing"),
        ('@pytest.mark.holds("kept-open")\ndef it():\n    assert ask()\n', "is collected by nobody"),
        ('@pytest.mark.skip\n@pytest.mark.holds("kept-open")\ndef test_it():\n    assert ask()\n', "is skipped"),
        (
            '@pytest.mark.xfail(reason="")\n@pytest.mark.holds("kept-open")\ndef test_it():\n    assert a\n',
            "is skipped",
        ),
        (
            'pytestmark = pytest.mark.skip\n@pytest.mark.holds("kept-open")\ndef test_it():\n    assert a\n',
            "is skipped",
        ),
        (
            '@pytest.mark.holds("kept-open")\ndef test_it():\n    assert a\n\n\ndef test_it():\n    assert b\n',
            "is hidden by a later test",
        ),
        (
            'class Held:\n    @pytest.mark.holds("kept-open")\n    def test_it(self):\n        assert a\n',
            "is collected by nobody",
        ),
    ],
)
def test_a_test_that_shows_nothing_holds_nothing(source: str, trouble: str) -> None:
    """It must be run, by its name, and be able to fail."""
    (holder,) = holders_in(source, "tests/unit/test_it.py")
    assert holder.slug == "kept-open"
    assert holder.trouble.startswith(trouble) if trouble else holder.trouble == ""


def test_a_name_in_a_comment_or_a_text_holds_nothing() -> None:
    """Only a decorator does."""
    source = '# @pytest.mark.holds("kept-open")\nSAID = \'@pytest.mark.holds("kept-open")\'\n'
    assert list(holders_in(source, "tests/unit/test_it.py")) == []


def test_a_mark_is_seen_in_each_kind_of_file() -> None:
    """Template, Python and document."""
    for text in ("{# promise: one #}Så.", "    # promise: one\n    _('So')", "<!-- promise: one -->\nSo."):
        assert [mark.slug for mark in marks_in(text, "x")] == ["one"]


def sentences() -> list[str]:
    """Every sentence with the form of a promise, on pages and in letters."""
    letters = (file.read_text() for file in LETTERS)
    return promising([*(text for _, text in spoken()), *documents().values(), *letters])


def test_every_sentence_that_sounds_like_a_promise_is_one_or_is_judged() -> None:
    """A new one is listed in docs/promises.md and held, or written into no_promises.toml with the reason."""
    assert sentences()
    assert unjudged(sentences(), listed(LIST.read_text()), no_promises()) == []


def test_nothing_is_judged_that_nobody_says() -> None:
    """Nor without a reason, nor as the same as a promise that is not there."""
    assert sorted(set(no_promises()) - set(sentences())) == []
    assert said_of_no_promise({row.slug for row in listed(LIST.read_text())}) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "Det räknas per stadsdel, så att utbudet kan bli bättre.",
        "Anteckningarna granskas i efterhand.",
        "Personen har rätt att få veta.",
        "Det du inte har sparat försvinner.",
        "Det som ingen har läst stängs genast.",
        "Du får svar senast i morgon.",
        "Uppgifterna lämnas aldrig ut.",
    ],
)
def test_a_planted_promise_is_found(sentence: str) -> None:
    """What 0.1 said that was not so; among other sentences, and gone when it is listed or judged."""
    found = promising([f"Välkommen. {sentence} Hej då."])
    assert found == [sentence]
    assert unjudged(found, [ROW], {}) == [sentence]
    assert unjudged(found, [Promise("kept-open", sentence, "carer", WHERE, (TEST,))], {}) == []
    assert unjudged(found, [], {sentence: "why"}) == []
