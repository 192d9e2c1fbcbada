"""Text that people write and read: kept in one form, counted as the page counts it, with something in it to read.

What is done to a text, and nothing else: line breaks are one character; letters are put together (Unicode's NFC, so
that a search finds them however they were typed); what has no width and no meaning of its own goes; what would turn the
text around for its reader is refused. Words are never changed.
"""

from __future__ import annotations

import re
import unicodedata

from shared.kernel.translation import says
from shared.vocabulary.misread import Misread
from shared.vocabulary.stacks import is_stacked

_BREAKS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# of no width: soft hyphen, zero-width space, word joiner and the invisible operators, byte order mark, and the marks
# that only say in which direction; the joiners of Persian, Indic scripts and emoji (U+200C, U+200D) stay
_UNSEEN = re.compile("[\xad\u034f\u061c\u180e\u200b\u200e\u200f\u2060-\u2064\u206a-\u206f\ufeff\ufff9-\ufffb]")
# embeddings and isolates: set by the program that it was copied from, without meaning in a text of one line
_DIRECTED = re.compile("[\u202a-\u202c\u2066-\u2069]")
_TURNED = re.compile("[\u202d\u202e]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]|[\U000e0000-\U000e007f]")
# below the first combining sign (U+0300) every character is one already: ASCII, å, ä, ö, é and all of Latin's others
_IN_PARTS = re.compile("[\r\u0300-\U0010ffff]")
# none of all that is in it: what stands below U+0300, but controls and the soft hyphen
_PLAIN = re.compile("[\t\n -~\xa0-\xac\xae-\u02ff]*")
# letters to Unicode, and nothing to the eye: the fillers of Hangul
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0")
# Cyrillic and Greek letters that are drawn as Latin ones (of Unicode's confusables.txt those of single letters)
_DRAWN_AS = {
    "A": "АΑ",
    "B": "ВΒ",
    "C": "С",
    "E": "ЕΕ",
    "G": "Ԍ",
    "H": "НΗ",
    "I": "ІΙ",
    "J": "Ј",
    "K": "КΚ",
    "M": "МΜ",
    "N": "Ν",
    "O": "ОΟ",
    "P": "РΡ",
    "Q": "Ԛ",
    "S": "Ѕ",
    "T": "ТΤ",
    "W": "Ԝ",
    "X": "ХΧ",
    "Y": "УΥ",
    "Z": "Ζ",
    "a": "а",
    "c": "сϲ",
    "d": "ԁ",
    "e": "е",
    "h": "һ",
    "i": "і",
    "j": "ј",
    "o": "оο",
    "p": "р",
    "q": "ԛ",
    "s": "ѕ",
    "v": "ν",
    "w": "ԝ",
    "x": "х",
    "y": "уү",
}
_LETTERS_ALIKE = {ord(other): latin for latin, others in _DRAWN_AS.items() for other in others}


class NothingToRead(Misread):
    """Empty, or signs only: no letter and no figure."""

    slug = "nothing-to-read"
    title = says("Write this in words or figures.")


class TextIsTurnedAround(Misread):
    """It holds signs that make its end stand first, so that it reads as something else than it is."""

    slug = "text-is-turned-around"
    title = says("Remove the invisible characters that turn the text around.")


class CannotBeShown(Misread):
    """It holds control characters, characters that are none, or accents piled up without end."""

    slug = "cannot-be-shown"
    title = says("Remove the characters that cannot be shown.")


def received(text: str) -> str:
    """A text as every door takes it in, whatever it is for: one character for a line break, letters put together.

    Nothing is refused here and nothing goes: a password, a cursor and a name come by the same doors. Accents without
    end are left as they came, since to put them in order would take minutes; a field refuses them.
    """
    if is_in_one_form(text):
        return text
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return plain if is_stacked(plain) else unicodedata.normalize("NFC", plain)


def is_in_one_form(text: str) -> bool:
    """Whether a quick look tells that ``received`` gives the text itself back, and gives its parts back too."""
    if text.isascii():
        return "\r" not in text
    return _IN_PARTS.search(text) is None


def one_line(text: str) -> str:
    """A name, a title, an address: in one line, trimmed. May be empty. Raises CannotBeShown or TextIsTurnedAround."""
    plain = text if _PLAIN.fullmatch(text) else _composed(_DIRECTED.sub("", _cleaned(text)))
    return " ".join(plain.split())


def several_lines(text: str) -> str:
    """A text of several lines, its ends trimmed. May be empty. Raises CannotBeShown or TextIsTurnedAround."""
    return text.strip() if _PLAIN.fullmatch(text) else _composed(_cleaned(text)).strip()


def length(text: str) -> int:
    """How long a text is against a limit: as a browser counts it for ``maxlength`` (HTML: UTF-16 code units, a line
    break as one). A reader sees å as one, and most emoji as two.
    """
    plain = received(text)
    return len(plain) if plain.isascii() else len(plain.encode("utf-16-le", "surrogatepass")) // 2


def is_readable(text: str) -> bool:
    """Whether there is a letter or a figure in it: whatever else stands there, nobody can read it aloud."""
    return any(character.isalnum() and character not in _FILLERS for character in text)


def readable(text: str) -> str:
    """The text itself, when there is something in it to read. Raises NothingToRead."""
    if not is_readable(text):
        raise NothingToRead
    return text


def reads_as(name: str) -> str:
    """What two names have in common that a reader cannot tell apart: capitals, how Ö is put together, how wide a space
    is, letters of no width, and letters of other alphabets that are drawn alike (а and a).
    """
    if is_stacked(name):
        # no door lets such a name in any more
        return name
    # folded here: a database without Swedish would not know that Ö is ö
    folded = _folded(name)
    while folded != (again := _folded(folded)):
        folded = again
    return " ".join(folded.split())


def _folded(name: str) -> str:
    plain = unicodedata.normalize("NFKC", name)
    shown = "".join(each for each in plain if unicodedata.category(each) != "Cf" and each not in _FILLERS)
    # before and after small letters: В is drawn as B, and в is not drawn as b
    return shown.translate(_LETTERS_ALIKE).casefold().translate(_LETTERS_ALIKE)


def _cleaned(text: str) -> str:
    plain = _UNSEEN.sub("", _BREAKS.sub("\n", text))
    if _CONTROL.search(plain):
        raise CannotBeShown
    if _TURNED.search(plain):
        raise TextIsTurnedAround
    return plain


def _composed(text: str) -> str:
    if is_stacked(text):
        raise CannotBeShown
    # last: what an unseen character held apart may belong together
    return unicodedata.normalize("NFC", text)
