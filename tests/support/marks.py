"""Marks: texts that are in one personal field each and nowhere else, and the search for them in any bytes.

A mark is made of letters and digits only, so that escaping for HTML, JSON or a URL leaves it as it is. It is looked for
as it stands, without regard to case, in UTF-16, in hexadecimal (as a dump shows bytes) and in base64 at every offset.
"""

from __future__ import annotations

import base64
import gzip
import re
import secrets
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

# 070-1740605 … 070-1740699: the series for fiction; the digits below are looked for without the country's code
PHONE_SERIES = "1740"


def a_mark(field_name: str) -> str:
    """A new mark for a field: its name and enough chance to be found nowhere by accident."""
    return f"Kanarie{field_name}{secrets.token_hex(5)}"


@dataclass(frozen=True)
class Marks:
    """What is looked for: field name → every spelling that gives the field away."""

    spellings: Mapping[str, tuple[str, ...]]

    def found_in(self, content: bytes | str) -> set[str]:
        """The fields whose marks are in the content, or in what the content holds compressed."""
        raw = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
        found: set[str] = set()
        for layer in chain((raw,), _unpacked(raw)):
            found |= {self._owners[match.group(0).lower()] for match in self._pattern.finditer(layer)}
        return found

    @cached_property
    def _owners(self) -> dict[bytes, str]:
        return {
            shape.lower(): name
            for name, spellings in self.spellings.items()
            for spelling in spellings
            for shape in shapes_of(spelling)
        }

    @cached_property
    def _pattern(self) -> re.Pattern[bytes]:
        # base64 tells upper from lower case, but a mark is long enough for that not to matter
        alternatives = sorted(self._owners, key=len, reverse=True)
        return re.compile(b"|".join(map(re.escape, alternatives)), re.IGNORECASE)


def shapes_of(spelling: str) -> Iterator[bytes]:
    """The bytes by which a spelling may be present."""
    plain = spelling.encode()
    yield plain
    yield spelling.encode("utf-16-le")
    yield plain.hex().encode()
    for offset in range(3):
        # the first and last letters depend on the neighbours, so they are left out
        encoded = base64.b64encode(b"\0" * offset + plain)
        inner = encoded[(offset * 8 + 5) // 6 : (offset + len(plain)) * 8 // 6]
        yield inner
        yield inner.replace(b"+", b"-").replace(b"/", b"_")


def _unpacked(raw: bytes) -> Iterator[bytes]:
    """What a cookie or a body may hold compressed: Flask packs long cookies, servers gzip bodies."""
    if raw[:2] == b"\x1f\x8b":
        yield gzip.decompress(raw)
    for packed in re.findall(rb"(?<![\w-])\.([A-Za-z0-9_-]{40,})", raw):
        try:
            yield zlib.decompress(base64.urlsafe_b64decode(packed + b"=" * (-len(packed) % 4)))
        except (zlib.error, ValueError):
            continue
