"""What was written in a form that could be neither carried out nor kept: the page that says so shows it, to be copied.

Only when it was filled in on a page of ours, and never to somebody else than whose page it was. A page that answers a
form leaves its words in the browser's files; the browser has them there already, having sent them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flask import current_app, g, request

from shared.web import form_token
from shared.web.headers import is_from_a_page_of_ours
from shared.web.who import is_api, signed_in, web

FORM = "application/x-www-form-urlencoded"
# carried by forms, written by nobody
_CARRIED = frozenset(
    {
        *("csrf_token", "version", "id", "typed", "go", "do", "next", "show", "shown", "text_version", "confirmed"),
        *("asked_again", "proposed_unit", "read_for"),
    }
)
# where something is chosen: a box, a list
_CHOICES = frozenset(
    {
        *("about_person", "address_withheld", "age_band", "age_of", "alone_with_it", "area", "areas"),
        *("attend", "carer_age_band", "channels", "channels_ok", "closed", "contact_carer"),
        *("default_unit_id", "digital", "do_not_reach_out", "form", "forms", "given_by", "group"),
        *("hours_from", "hours_to", "interpreter", "interpreter_present", "kind", "language", "languages"),
        *("no_letter", "no_voicemail", "organization_id", "other_unit", "own_statement", "priority"),
        *("protected_identity", "reason", "relation", "repeats", "role", "same_household", "share"),
        *("stand_in_unit_id", "status", "support_wanted", "takes_in_best", "target_groups", "tell"),
        *("tell_carer", "tell_referrer", "text_language", "unit", "unit_id", "unmet_needs"),
    }
)
# what a box or a list sends in a form that is not made with our macros: a code, an area, or an id
_CHOSEN = re.compile(
    r"true|yes|no|sv|en|[a-z]+(-[a-z0-9]+)+|[0-9]{4}(-[a-z]+)+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
)


def sent_words(status: int) -> list[str]:
    """The words of this request's form, field by field; none where its page answers with them itself (422)."""
    if status in (413, 422) or request.method != "POST" or is_api() or request.mimetype != FORM:
        return []
    if not is_from_a_page_of_ours():
        # whoever has an account has tokens of their own pages, and could have ours say to others what they like
        return []
    view = current_app.view_functions.get(request.endpoint or "")
    return list(_words()) if hasattr(view, "lotsa_needs") and _is_theirs() else []


def _is_theirs() -> bool:
    if g.get("csrf_valid"):
        return True
    who, now = signed_in(), web().clock.now()
    return form_token.is_on_a_page_of(who.user, now) if who else form_token.is_on_somebodys_page(now)


def _words() -> Iterator[str]:
    for name, value in request.form.items(multi=True):
        if name not in _CARRIED | _CHOICES and value.strip() and not _CHOSEN.fullmatch(value.strip()):
            yield value.strip()
