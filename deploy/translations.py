"""Compiles the translation catalogues, and tells what they lack.

    python -m deploy.translations compile
    python -m deploy.translations check

Each service and `shared/web` has a catalogue of its own. Message ids are English; the Swedish text is complete, or the
check fails.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from shared.settings import SERVICES

CHECKOUT = Path(__file__).resolve().parents[1]
ROOMS = ("shared/web", *(f"services/{service}" for service in SERVICES))
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2"), ("**/templates/**.txt", "jinja2")]
KEYWORDS = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "lazy_gettext": None,
    "_l": None,
    "pgettext": ((1, "c"), 2),
}


def catalogues() -> list[Path]:
    """Every catalogue's source, in `<room>/…/translations/<language>/LC_MESSAGES/messages.po`."""
    return sorted(
        file for room in ("shared", "services") for file in (CHECKOUT / room).glob("**/LC_MESSAGES/messages.po")
    )


def compile_all() -> None:
    """Write each catalogue's `.mo` beside it."""
    for file in catalogues():
        buffer = BytesIO()
        write_mo(buffer, _read(file))
        file.with_suffix(".mo").write_bytes(buffer.getvalue())


def lacking() -> Iterator[str]:
    """A sentence for each message that a room uses and neither its own nor the shared catalogue translates."""
    shared = {_key(message.id) for file in catalogues() if _room(file) == "shared/web" for message in _good(file)}
    for room in ROOMS:
        own = [file for file in catalogues() if _room(file) == room]
        if not own:
            yield f"{room}: no catalogue"
        for file in own:
            for message in _read(file):
                if message.id and (message.fuzzy or not _whole(message.string)):
                    state = "fuzzy" if message.fuzzy else "not translated"
                    yield f"{file.relative_to(CHECKOUT)}: {state}: {_key(message.id)}"
        known = shared | {_key(message.id) for file in own for message in _good(file)}
        for name, line, text in _used(CHECKOUT / room):
            if text not in known:
                yield f"{room}/{name}:{line}: not in the catalogue: {text}"


def _used(room: Path) -> Iterator[tuple[str, int, str]]:
    for name, line, message, _comments, _context in extract_from_dir(
        room, METHODS, {}, KEYWORDS, strip_comment_tags=True
    ):
        yield name, line, _key(message)


def _good(file: Path) -> Iterator[object]:
    return (message for message in _read(file) if message.id and not message.fuzzy and _whole(message.string))


def _read(file: Path) -> Catalog:
    with file.open("rb") as source:
        return read_po(source, locale=file.parts[-3])


def _room(file: Path) -> str:
    parts = file.relative_to(CHECKOUT).parts
    return "/".join(parts[:2])


def _key(identifier: object) -> str:
    return str(identifier[0] if isinstance(identifier, tuple | list) else identifier)


def _whole(translation: object) -> bool:
    return all(translation) if isinstance(translation, tuple | list) else bool(translation)


def main() -> None:
    """`compile` or `check`; the check exits with 1 and a line for each thing that is missing."""
    match sys.argv[1:]:
        case ["compile"]:
            compile_all()
        case ["check"]:
            missing = list(lacking())
            print("\n".join(missing) or "Every message has its Swedish text.")
            sys.exit(1 if missing else 0)
        case _:
            sys.exit("Say compile or check.")


if __name__ == "__main__":
    main()
