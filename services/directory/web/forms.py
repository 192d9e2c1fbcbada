"""What every form here begins with, and partners' forms: shape only. What the fields mean is the domain's affair."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import Any

from marshmallow import EXCLUDE, ValidationError, post_load, pre_load, validates_schema
from werkzeug.datastructures import MultiDict

from services.directory.domain.activity import Repeats, Session
from services.directory.domain.organization import Location
from services.directory.domain.refusals import (
    ActivityEndsBeforeItBegins,
    LastDayIsMissing,
    PeriodEndsBeforeItBegins,
)
from services.directory.domain.support_service import Attend, Listing, ListingStatus
from services.directory.web.schemas import CODE
from shared.kernel.clock import SWEDEN
from shared.kernel.refusals import Refusal
from shared.kernel.translation import says
from shared.web.api.answers import storable
from shared.web.fields import EmailField, LanguagesField, PostalCodeField, PublicPhoneField, WebAddressField
from shared.web.schema import Schema, fields, validate
from shared.web.schema.words import NOT_A_CHOICE
from shared.web.text_fields import ReadableText
from shared.web.validation import messages

FIRST_DAY = date(2020, 1, 1)
LAST_DAY = date(2099, 12, 31)
DAY = validate.Range(min=FIRST_DAY, max=LAST_DAY)
HALF_A_DAY = timedelta(hours=12)
MOST_CHOSEN = 100
# what is asked of somebody who has chosen none: nothing is written there
CHOSEN: dict[str, Any] = {"required": True, "error_messages": {"required": NOT_A_CHOICE}}
STORABLE = says("Remove the characters that cannot be shown.")


class Form(Schema):
    """A form on a page, with the version that it was made from."""

    class Meta:
        """The CSRF token and buttons come along in every form."""

        unknown = EXCLUDE

    version = fields.Integer(load_default=0, validate=validate.Range(min=0, max=1_000_000_000))

    @pre_load
    def trim(self, given: Any, **_: Any) -> dict[str, Any]:
        """Leave out what is blank, and the spaces around the rest."""
        plain: dict[str, Any] = {}
        source = given if isinstance(given, MultiDict) else MultiDict(given)
        for name, field in self.fields.items():
            values = [value.strip() for value in source.getlist(name)]
            if not storable(values):
                raise ValidationError(STORABLE, field_name=name)
            if isinstance(field, fields.List):
                plain[name] = [value for value in values if value]
            elif values and values[0]:
                plain[name] = values[0]
        return plain


def _chosen() -> fields.List[Any]:
    return fields.List(fields.String(validate=CODE), load_default=list, validate=validate.Count(max=MOST_CHOSEN))


class ListingForm(Form):
    """A support service as its owner edits it. The weekly hours are not in it, and stay as they are."""

    name = ReadableText(120, required=True)
    summary = ReadableText(200, required=True)
    description = ReadableText(4000, lines=True)
    forms = _chosen()
    target_groups = _chosen()
    areas = _chosen()
    languages = LanguagesField(MOST_CHOSEN)
    eligibility = ReadableText(500, lines=True)
    cost = ReadableText(200)
    attend = fields.Enum(Attend, by_value=True, **CHOSEN)
    email = EmailField()
    phone = PublicPhoneField()
    url = WebAddressField()
    digital = fields.Boolean(load_default=False)
    status = fields.Enum(ListingStatus, by_value=True, load_default=ListingStatus.ACTIVE)
    place_name = ReadableText(120)
    place_address = ReadableText(200)
    place_postal_code = PostalCodeField()
    place_city = ReadableText(60)
    place_accessibility = ReadableText(500, lines=True)


def form_from_listing(listing: Listing, version: int) -> dict[str, Any]:
    """What the form shows of a listing."""
    names = [name for name in ListingForm().fields if not name.startswith("place_") and name != "version"]
    shown: dict[str, Any] = {name: getattr(listing, name) for name in names}
    place = listing.location or Location(name="")
    places = ("name", "address", "postal_code", "city", "accessibility")
    shown |= {f"place_{name}": getattr(place, name) for name in places}
    return shown | {"attend": listing.attend.value, "status": listing.status.value, "version": version}


class ActivityForm(Form):
    """An activity as its owner edits it: a day, two times of day, and how often.

    ``ends_day``: the day on which it ends, when that is another and the times alone do not tell.
    """

    title = ReadableText(120, required=True)
    description = ReadableText(2000, lines=True)
    day = fields.Date(required=True, validate=validate.Range(min=FIRST_DAY, max=LAST_DAY))
    begins = fields.Time(required=True, format="%H:%M")
    ends = fields.Time(required=True, format="%H:%M")
    ends_day = fields.Date(load_default=None, validate=validate.Range(min=FIRST_DAY, max=LAST_DAY))
    repeats = fields.Enum(Repeats, by_value=True, load_default=Repeats.ONCE)
    repeats_until = fields.Date(load_default=None, validate=validate.Range(min=FIRST_DAY, max=LAST_DAY))
    place = ReadableText(200)
    digital = fields.Boolean(load_default=False)
    places = fields.Integer(load_default=None, validate=validate.Range(min=1, max=10_000))
    sign_up = ReadableText(300)
    cost = ReadableText(200)

    @validates_schema(skip_on_field_errors=False)
    def in_order(self, form: dict[str, Any], **_: Any) -> None:
        """What a session will refuse is told with all else, as far as its fields could be read."""
        wrong: dict[str, list[str]] = {}
        if {"day", "begins", "ends"} <= form.keys() and form.get("ends_day"):
            if datetime.combine(form["ends_day"], form["ends"]) <= datetime.combine(form["day"], form["begins"]):
                wrong["ends_day"] = [ActivityEndsBeforeItBegins.title]
        elif "begins" in form and "ends" in form and _after(form["begins"], form["ends"]) <= timedelta():
            wrong["ends"] = [ActivityEndsBeforeItBegins.title]
        repeats, until = form.get("repeats", Repeats.ONCE), form.get("repeats_until", LAST_DAY)
        if repeats is not Repeats.ONCE and until is None:
            wrong["repeats_until"] = [LastDayIsMissing.title]
        elif repeats is not Repeats.ONCE and until < form.get("day", FIRST_DAY):
            wrong["repeats_until"] = [PeriodEndsBeforeItBegins.title]
        if wrong:
            raise ValidationError(wrong)

    @post_load
    def one_period(self, form: dict[str, Any], **_: Any) -> dict[str, Any]:
        """An evening may end after midnight; whatever else ends before it begins is left for the domain to refuse."""
        day, begins, ends, ends_day = (form.pop(name) for name in ("day", "begins", "ends", "ends_day"))
        ends_at = datetime.combine(ends_day, ends, SWEDEN) if ends_day else _ends_at(day, begins, ends)
        return form | {"starts_at": datetime.combine(day, begins, SWEDEN), "ends_at": ends_at}


def _ends_at(day: date, begins: time, ends: time) -> datetime:
    """When something ends of which only the times of day are told."""
    starts_at = datetime.combine(day, begins, SWEDEN)
    return starts_at + _after(begins, ends)


def _after(begins: time, ends: time) -> timedelta:
    """How long it is, by the clock on the wall: what seems to end half a day or more before it began ends next day."""
    long = datetime.combine(FIRST_DAY, ends) - datetime.combine(FIRST_DAY, begins)
    return long + timedelta(days=1) if long <= -HALF_A_DAY else long


def form_from_session(session: Session, version: int) -> dict[str, Any]:
    """What the form shows of a session."""
    begins, ends = session.starts_at.astimezone(SWEDEN), session.ends_at.astimezone(SWEDEN)
    shown = {name: getattr(session, name) for name in ("title", "description", "place", "digital", "sign_up", "cost")}
    told_by_the_times = _ends_at(begins.date(), begins.time(), ends.time()).date() == ends.date()
    return shown | {
        "ends_day": "" if told_by_the_times else ends.date().isoformat(),
        "version": version,
        "day": begins.date().isoformat(),
        "begins": _clock(begins.time()),
        "ends": _clock(ends.time()),
        "repeats": session.repeats.value,
        "repeats_until": session.repeats_until.isoformat() if session.repeats_until else "",
        "places": session.places or "",
    }


def _clock(at: time) -> str:
    return at.strftime("%H:%M")


class OrganizationForm(Form):
    """How an organisation presents itself."""

    name = ReadableText(120, required=True)
    description = ReadableText(4000, lines=True)
    website = WebAddressField()
    email = EmailField()
    phone = PublicPhoneField()


def as_written(given: MultiDict[str, str], lists: tuple[str, ...] = ()) -> dict[str, Any]:
    """What somebody wrote, to be shown in the form again."""
    shown: dict[str, Any] = {name: given.get(name, "") for name in given}
    return shown | {name: given.getlist(name) for name in lists}


def said(problem: ValidationError | Refusal) -> dict[str, str]:
    """Sentences by field, of what is wrong with a form."""
    if isinstance(problem, ValidationError):
        return messages(problem.messages)
    return messages(problem.fields or {"": problem.title})


def require_offered(form: dict[str, Any], **offered: Collection[object]) -> None:
    """Let a loaded form pass whose choices are all among those that the page offers. Raises ValidationError."""
    strange = [name for name, those in offered.items() if form[name] is not None and form[name] not in those]
    if strange:
        raise ValidationError({name: [NOT_A_CHOICE] for name in strange})
