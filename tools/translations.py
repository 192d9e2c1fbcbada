"""Keeps the translation catalogues whole: what pages and refusals say, and its text in each language.

    python -m tools.translations update     add new messages to each room's catalogue, drop those nobody uses
    python -m tools.translations check      fail when a message lacks its text, is fuzzy, missing or unused
    python -m tools.translations compile    write .mo files for other tools; the apps read the .po files themselves

Each service and `shared/web` has a catalogue of its own. Message ids are English. What is to be translated is marked
where it is written, with `_()` and the like or, in rooms that know nothing of translation, with `says()`
(`shared/kernel/translation.py`), and Babel's own extractor finds it. `tests/unit/web/test_all_is_marked.py` looks for
what refusals and schemas say without being in a catalogue.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from shared.settings import SERVICES
from shared.web.i18n import languages
from shared.web.i18n.languages import Language

Key = tuple[str, ...]
METHODS = [
    ("**/migrations/**.py", "ignore"),
    ("**.py", "python"),
    ("**/templates/**.html", "jinja2"),
    ("**/templates/**.txt", "jinja2"),
]
KEYWORDS = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "lazy_gettext": None,
    "lazy_ngettext": (1, 2),
    "says": None,
}
CHECKOUT = Path(__file__).resolve().parents[1]
SHARED = "shared/web"
ROOMS = (SHARED, *(f"services/{service}" for service in SERVICES))
# the shared catalogue carries what the kernel's refusals and the vocabulary's misreadings say
ALSO = {SHARED: ("shared/kernel", "shared/storage", "shared/vocabulary")}


def catalogue_of(room: str, language: str = "sv") -> Path:
    """Where a room's catalogue is."""
    inside = "translations" if room == SHARED else "web/translations"
    return CHECKOUT / room / inside / language / "LC_MESSAGES" / "messages.po"


def messages_of(folder: Path) -> dict[Key, str]:
    """Every message of a folder → the file and line that says it."""
    found: dict[Key, str] = {}
    if not folder.is_dir():
        return found
    for name, line, message, _comments, _context in extract_from_dir(folder, METHODS, {}, KEYWORDS):
        key = tuple(each for each in message if each) if isinstance(message, tuple | list) else (message,)
        if key and key[0]:
            found.setdefault(key, f"{name}:{line}")
    return found


def used_in(room: str) -> dict[Key, str]:
    """Message → where it is first used, for a whole room."""
    found: dict[Key, str] = {}
    for folder in (room, *ALSO.get(room, ())):
        for key, where in messages_of(CHECKOUT / folder).items():
            found.setdefault(key, f"{folder}/{where}")
    return found


def lacking(rooms: tuple[str, ...] = ROOMS) -> Iterator[str]:
    """A sentence for each thing that is missing or left over, in any language that is offered."""
    used = {room: used_in(room) for room in rooms}
    for language in languages.OFFERED:
        shared = {_key(message.id) for message in _whole_ones(_read(catalogue_of(SHARED, language.tag)))}
        for room in rooms:
            named = room if language is languages.OFFERED[0] else f"{room} ({language.tag})"
            yield from _lacking(room, language, named, shared, used[room])


def _lacking(room: str, language: Language, named: str, shared: set[Key], used: dict[Key, str]) -> Iterator[str]:
    path = catalogue_of(room, language.tag)
    # what stands in the sentences' own language is shown as it is, unless its catalogue says it otherwise
    sparse = language is languages.OF_THE_MESSAGES
    if not path.is_file() and not sparse:
        yield f"{named}: no catalogue"
        return
    catalogue = _read(path)
    for message in catalogue:
        if not message.id:
            continue
        if message.fuzzy:
            yield f"{named}: fuzzy: {_key(message.id)[0]}"
        elif not _whole(message.string):
            yield f"{named}: not translated: {_key(message.id)[0]}"
        elif any(message.check(catalogue)):
            yield f"{named}: not the same placeholders: {_key(message.id)[0]}"
        if _key(message.id) not in used:
            yield f"{named}: not used any more: {_key(message.id)[0]}"
    own = {_key(message.id) for message in catalogue if message.id}
    for key, where in used.items():
        if not sparse and key not in own and key not in shared:
            yield f"{where}: not in the catalogue{'' if named == room else f' ({language.tag})'}: {key[0]}"


def update(rooms: tuple[str, ...] = ROOMS) -> None:
    """Bring every catalogue in line with what its room says; new messages come without a text.

    In the messages' own language none come by themselves: there a catalogue has only what it says otherwise.
    """
    for language in languages.OFFERED:
        shared = {_key(message.id) for message in _whole_ones(_read(catalogue_of(SHARED, language.tag)))}
        for room in rooms:
            _update(room, language, shared)


def _update(room: str, language: Language, shared: set[Key]) -> None:
    path = catalogue_of(room, language.tag)
    old = _read(path) if path.is_file() else Catalog(locale=language.tag)
    known = {_key(message.id): message for message in old if message.id}
    used = used_in(room)
    if language is languages.OF_THE_MESSAGES:
        if not path.is_file():
            return
        keys = [key for key in used if key in known]
    else:
        keys = [key for key in used if key in known or room == SHARED or key not in shared]
    new = Catalog(locale=language.tag, project="Lotsa", fuzzy=False)
    if path.is_file():
        new.header_comment = old.header_comment
    for key in sorted(keys):
        before = known.get(key)
        text, said = (before.string, before.user_comments) if before else (None, [])
        new.add(key if len(key) > 1 else key[0], text, user_comments=said)
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = BytesIO()
    write_po(buffer, new, width=120, omit_header=False, sort_output=True)
    # a date of its own would make every run a change
    lines = [line for line in buffer.getvalue().splitlines(keepends=True) if b"-Date: " not in line]
    path.write_bytes(b"".join(lines))


def compile_all() -> None:
    """Write each catalogue's `.mo` beside it."""
    there = [catalogue_of(room, language.tag) for language in languages.OFFERED for room in ROOMS]
    for path in filter(Path.is_file, there):
        buffer = BytesIO()
        write_mo(buffer, _read(path))
        path.with_suffix(".mo").write_bytes(buffer.getvalue())


def _read(path: Path) -> Catalog:
    if not path.is_file():
        return Catalog(locale="sv")
    with path.open("rb") as source:
        return read_po(source, locale=path.parts[-3])


def _whole_ones(catalogue: Catalog) -> Iterator[Message]:
    return (each for each in catalogue if each.id and not each.fuzzy and _whole(each.string))


def _key(identifier: object) -> Key:
    return tuple(identifier) if isinstance(identifier, tuple | list) else (str(identifier),)


def _whole(translation: object) -> bool:
    return all(translation) if isinstance(translation, tuple | list) else bool(translation)


def _named() -> str:
    return " and ".join(language.conventions.get_display_name("en") or language.tag for language in languages.OFFERED)


def main() -> None:
    """`update`, `check` or `compile`; the check exits with 1 and a line for each thing that is missing."""
    rooms = tuple(room for room in ROOMS if room.endswith(tuple(sys.argv[2:]))) if sys.argv[2:] else ROOMS
    match sys.argv[1:2]:
        case ["update"]:
            update(rooms)
        case ["compile"]:
            compile_all()
        case ["check"]:
            missing = list(lacking(rooms))
            sys.stdout.write("\n".join(missing or [f"Every message has its text in {_named()}."]) + "\n")
            sys.exit(1 if missing else 0)
        case _:
            sys.exit("Say update, check or compile, and perhaps a room: referral, directory, …, shared/web.")


if __name__ == "__main__":
    main()
