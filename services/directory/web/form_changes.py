"""A form touches only what its writer changed: what it does not show, or shows and was left as it was, stays as it is.

What is kept can be finer than what a form shows: seconds, an order, a space at an end, a choice that is no longer
offered. Saving one changed sentence must not round all that off.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from werkzeug.datastructures import MultiDict

from services.directory.domain.activity import Repeats, Session
from services.directory.domain.organization import Location
from services.directory.domain.support_service import Listing
from services.directory.web.forms import Form, form_from_listing, form_from_session

PLACE = "place_"
WHEN = ("day", "begins", "ends", "ends_day")


def changed_in(form: Form, shown: Mapping[str, Any], sent: MultiDict[str, str]) -> set[str]:
    """The names of the fields that hold something else than what the form showed. Raises ValidationError."""
    before, after = form.trim(as_a_browser_sends(shown)), form.trim(sent)
    return {name for name in form.fields if _comparable(before.get(name)) != _comparable(after.get(name))}


def as_a_browser_sends(shown: Mapping[str, Any]) -> MultiDict[str, str]:
    """What a form's fields are sent as when nobody touches them, from their values as the form shows them."""
    sent: MultiDict[str, str] = MultiDict()
    for name, value in shown.items():
        for each in value if isinstance(value, (list, tuple)) else [value]:
            # a box that is not ticked is not sent
            if each is not None and each is not False:
                sent.add(name, "true" if each is True else str(each))
    return sent


def _comparable(value: Any) -> Any:
    """Boxes come in the page's order, whatever theirs was."""
    return frozenset(value) if isinstance(value, list) else value or None


def listing_after(loaded: Mapping[str, Any], before: Listing | None = None, changed: set[str] | None = None) -> Listing:
    """The listing that a loaded form describes, made from the one before: what was not ``changed`` is as it was there.

    The form shows no opening hours and no district of the place: both stay.
    """
    touched = set(loaded) if before is None or changed is None else changed
    old = before or Listing(name="–", summary="–")
    new: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in loaded.items()
        if name in touched and name != "version" and not name.startswith(PLACE)
    }
    place = {name.removeprefix(PLACE): loaded[name] for name in loaded if name.startswith(PLACE) and name in touched}
    if place:
        new["location"] = _place_after(place, old.location)
    return replace(old, **new)


def _place_after(place: Mapping[str, str], before: Location | None) -> Location | None:
    kept = {each.name: getattr(before, each.name) for each in fields(Location)} if before else {"name": ""}
    told = {**kept, **place}
    # a place with nothing left that the form shows is no place any more
    return Location(**told) if any(value for name, value in told.items() if name != "area") else None


def session_after(loaded: Mapping[str, Any], before: Session | None = None, changed: set[str] | None = None) -> Session:
    """The session that a loaded form describes, made from the one before. Raises what a session's own rules refuse."""
    names = set(loaded) - {"version"}
    if before is not None and changed is not None:
        names = {name for name in names if name in changed}
        if changed.intersection(WHEN):
            names |= {"starts_at", "ends_at"}
    new = {name: loaded[name] for name in names if name in Session.__dataclass_fields__}
    if loaded["repeats"] is Repeats.ONCE:
        new["repeats_until"] = None
    if before is not None:
        return replace(before, **new)
    return Session(**new)


def listing_changed_in(form: Form, before: Listing, sent: MultiDict[str, str]) -> set[str]:
    """The fields of a listing's form that its writer changed."""
    return changed_in(form, form_from_listing(before, 0), sent)


def session_changed_in(form: Form, before: Session, sent: MultiDict[str, str]) -> set[str]:
    """The fields of an activity's form that its writer changed."""
    return changed_in(form, form_from_session(before, 0), sent)
