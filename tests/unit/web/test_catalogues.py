"""The Swedish of every sentence: complete, and the check that says so can fail."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask_babel import gettext
from marshmallow import ValidationError
from marshmallow import fields as plain

from shared.web.i18n.catalogues import merged
from shared.web.navigation import LINKS
from shared.web.schema import fields, validate
from shared.web.schema.words import Filled
from shared.web.validation import messages, sentence
from tests.unit.web.conftest import World
from tools import translations
from tools.translations import catalogue_of, messages_of

ROOM = "services/boats"
PAGE = '{% block main %}{{ _("A boat") }}{{ ngettext("%(num)s boat", "%(num)s boats", 2) }}{% endblock %}'
CODE = """
class NoWind(Refusal):
    slug = "no-wind"
    title = says("There is no wind.")

def sail():
    raise NoWind(says("Wait."), fields={"/sail": says("Reef first.")})

class In(Schema):
    name = fields.String(error_messages={"required": says("Name her.")}, validate=Length(1, error=says("Too short.")))
"""


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A service with a page, a refusal and a schema, and no catalogue yet."""
    folder = tmp_path / ROOM
    (folder / "web/templates").mkdir(parents=True)
    (folder / "web/templates/boat.html").write_text(PAGE)
    (folder / "domain.py").write_text(CODE)
    monkeypatch.setattr(translations, "CHECKOUT", tmp_path)
    return folder


def test_marked_messages_are_found(room: Path) -> None:
    """In templates, and in refusals' titles, details and fields, and schemas' own sentences."""
    assert set(messages_of(room)) == {
        ("A boat",),
        ("%(num)s boat", "%(num)s boats"),
        ("There is no wind.",),
        ("Wait.",),
        ("Reef first.",),
        ("Name her.",),
        ("Too short.",),
    }


def test_the_check_names_what_is_missing_fuzzy_or_left_over(room: Path) -> None:
    """No catalogue; then no texts; then all; then a fuzzy one, a gone one and a new one."""
    assert list(translations.lacking((ROOM,))) == [f"{ROOM}: no catalogue"]
    translations.update((ROOM,))
    assert len(list(translations.lacking((ROOM,)))) == 7
    path = room / "web/translations/sv/LC_MESSAGES/messages.po"
    whole = path.read_text().replace('msgstr ""\n\nmsgid', 'msgstr "text"\n\nmsgid').replace('[0] ""', '[0] "en"')
    head, _, rest = whole.replace('[1] ""', '[1] "flera"').partition("\n\n")
    whole = head.replace('msgstr "text"', 'msgstr ""') + "\n\n" + rest.rstrip().removesuffix('""') + '"text"\n'
    whole = whole.replace('"text""text"', '"text"')
    path.write_text(whole)
    assert list(translations.lacking((ROOM,))) == []
    path.write_text(whole.replace('msgid "Wait."', '#, fuzzy\nmsgid "Wait."'))
    assert list(translations.lacking((ROOM,))) == [f"{ROOM}: fuzzy: Wait."]
    path.write_text(whole)
    (room / "domain.py").write_text(CODE.replace("Wait.", "Row."))
    assert set(translations.lacking((ROOM,))) == {
        f"{ROOM}: not used any more: Wait.",
        f"{ROOM}/domain.py:7: not in the catalogue: Row.",
    }
    translations.update((ROOM,))
    assert list(translations.lacking((ROOM,))) == [f"{ROOM}: not translated: Row."]


def test_the_shared_catalogue_is_whole() -> None:
    """Everything that the web room and the kernel say has its Swedish text."""
    assert list(translations.lacking((translations.SHARED,))) == []


def test_the_header_says_the_same_in_every_service() -> None:
    """A service's own catalogue wins over the shared one, so it must not happen to know a link's name otherwise."""
    links = {str(link.label._args[0]) for each in LINKS.values() for link in each}
    shared = catalogue_of(translations.SHARED)
    for room in translations.ROOMS:
        own = merged([shared.parents[2], catalogue_of(room).parents[2]], "sv")
        told = {link: own.gettext(link) for link in links}
        assert told == {link: merged([shared.parents[2]], "sv").gettext(link) for link in links}, room


def test_a_later_catalogue_wins(tmp_path: Path) -> None:
    """A service may say a shared sentence in its own way."""
    for folder, text in (("a", "ett"), ("b", "två")):
        place = tmp_path / folder / "sv/LC_MESSAGES"
        place.mkdir(parents=True)
        (place / "messages.po").write_text(f'msgid ""\nmsgstr ""\n\nmsgid "One"\nmsgstr "{text}"\n')
    assert merged([tmp_path / "a", tmp_path / "b"], "sv").gettext("One") == "två"
    assert merged([tmp_path / "c"], "sv").gettext("One") == "One"


def test_what_marshmallow_says_comes_out_in_swedish(world: World) -> None:
    """By the catalogue, with what stands in them; nested names as the macros want them."""
    with world.app.test_request_context():
        assert sentence(Filled("Write at most %(number)s characters.", number=40)) == "Skriv högst 40 tecken."
        assert sentence(Filled("Give a number that is at least %(least)s.", least=1)) == "Ange ett tal som är minst 1."
        assert sentence("This must be filled in.") == "Det här behöver fyllas i."
        assert messages({"carer": {"name": ["This must be filled in."]}}) == {
            "carer.name": gettext("This must be filled in.")
        }
        assert messages({"/carer/name": "This is too short."}) == {"carer.name": "Det här är för kort."}


@pytest.mark.parametrize(
    ("least", "most"),
    [(date(2020, 1, 1), date(2100, 1, 1)), (datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))],
)
def test_a_day_or_moment_that_is_out_of_range_is_not_called_a_number(world: World, least: date, most: date) -> None:
    """The library has one sentence for all that can be compared."""
    with pytest.raises(ValidationError) as refused:
        validate.Range(least, most)(least.replace(year=1900))
    with world.app.test_request_context():
        assert sentence(refused.value.messages[0]) == "Ange ett datum från 2020-01-01 till 2100-01-01."


def test_every_builtin_sentence_of_marshmallow_is_known(world: World) -> None:
    """No field that a schema can be made of answers in English, and there is one of ours for each that is used."""
    kinds = [kind for kind in vars(fields).values() if isinstance(kind, type) and issubclass(kind, plain.Field)]
    with world.app.test_request_context():
        for kind in kinds:
            said = {name: str(text) for each in reversed(kind.__mro__) for name, text in _says(each).items()}
            english = {name: text for name, text in said.items() if sentence(text) == text}
            # the library's own base is there to be named as a type, and reads nothing by itself
            assert kind is plain.Field or not english, kind
    assert len(kinds) > 10


def _says(kind: type) -> dict[str, object]:
    return dict(getattr(kind, "default_error_messages", {}))
