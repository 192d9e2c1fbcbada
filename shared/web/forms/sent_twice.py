"""A form that is sent twice (a double click, a page that is loaded again) is carried out once, and answered alike.

The second sending is known by all that it says: who sends it under which assignment, where to, and every field, among
them the version or the new id that the form carries. What is kept of it is what ``idempotency`` keeps: fingerprints.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from urllib.parse import urlencode

from flask import request
from sqlalchemy import Connection

from shared.kernel.refusals import VersionHasMoved
from shared.web.api.answers import etag
from shared.web.api.idempotency import Answer, Once, answered_before, once, remember_answer
from shared.web.who import current_actor, web

# another page's token is no other form, nor are the same words that were held meanwhile
NOT_SAID = ("csrf_token", "typed")
ANSWERED = 303

Version = int | None


def carry_out_once(
    connection: Connection, at: datetime, act: Callable[[], Version], standing: Callable[[], Version]
) -> None:
    """Carry out the form of this request, unless the very same form was carried out before; commit afterwards.

    ``act`` carries it out and gives the version that it led to, or None of what has no version; ``standing`` gives the
    version as it is now. A second sending waits for a first that is under way. It is answered as the first was, as long
    as what the first did still stands; otherwise VersionHasMoved is raised, as for any form from an older version.
    """
    form = _this_form()
    before = answered_before(connection, form, wait=True)
    if before is None:
        remember_answer(connection, form, Answer(ANSWERED, etag=_tag(act())), at)
    elif before.etag != _tag(standing()):
        raise VersionHasMoved


def _tag(version: Version) -> str | None:
    return None if version is None else etag(version)


def _this_form() -> Once:
    said = urlencode([(name, value) for name, value in request.form.items(multi=True) if name not in NOT_SAID]).encode()
    # the key says all: whoever sends other fields to the same address sends another form
    key = f"form {request.path} {sha256(said).hexdigest()}"
    return once(web().secrets(), current_actor(), key, request.method, request.path, said)
