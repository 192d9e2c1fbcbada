"""Words for codes on pages, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from flask_babel import gettext as _
from markupsafe import Markup, escape

from services.directory.domain.activity import Repeats
from services.directory.domain.support_service import Attend, Schedule, Weekday
from services.directory.domain.taxonomy import Taxonomy, Term
from services.directory.domain.unit import UnitKind
from services.directory.web.page import parts
from shared.kernel.clock import swedish_day
from shared.vocabulary.age import BAND_NAMES, AgeBand
from shared.vocabulary.email_address import shown_email
from shared.vocabulary.routing import AgeOf
from shared.web.i18n.formats import clock_of, day, in_words, span, weekday
from shared.web.i18n.language_names import language_name
from shared.web.i18n.other_language import with_lang


def group_name(code: str) -> str:
    """A target group's name."""
    return _(parts().taxonomies.target_groups.label(code))


def form_name(code: str) -> str:
    """A form of support's name."""
    return _(parts().taxonomies.forms.label(code))


def area_name(code: str) -> str:
    """A municipality's or district's name."""
    name: str = with_lang(parts().areas.name(code))
    return name


def situation(term: Term) -> str:
    """A target group in a carer's own words."""
    return _(term.situation or term.name)


def age_bands() -> list[tuple[str, str]]:
    """Every age band, as (code, name)."""
    return [(band.value, age_band_name(band)) for band in AgeBand]


def age_band_name(band: AgeBand) -> str:
    """An age band as referrers choose it."""
    return _(BAND_NAMES[band])


def age_bands_in_words(bands: Iterable[AgeBand]) -> str:
    """Several as they stand in a sentence."""
    names = [age_band_name(band) for band in bands]
    return ", ".join(name[:1].lower() + name[1:] for name in names)


def options(taxonomy: Taxonomy) -> list[tuple[str, str]]:
    """What may be chosen today, as (code, name)."""
    return [(term.code, _(term.name)) for term in in_force(taxonomy)]


def in_force(taxonomy: Taxonomy) -> list[Term]:
    """The terms that may be chosen today, as days are in Sweden."""
    return taxonomy.in_force(swedish_day(parts().clock.now()))


def attend_name(attend: Attend) -> str:
    """How one comes to take part, in words."""
    return {
        Attend.DROP_IN: _("Just come along"),
        Attend.BOOKING: _("Book a place first"),
        Attend.THROUGH_ADVISER: _("Through the municipality's family care adviser"),
    }[attend]


def repeats_name(repeats: Repeats) -> str:
    """How often it comes again, in words."""
    return {Repeats.ONCE: _("Once"), Repeats.WEEKLY: _("Every week"), Repeats.FORTNIGHTLY: _("Every other week")}[
        repeats
    ]


def weekday_name(day: Weekday) -> str:
    """A weekday."""
    return {
        Weekday.MONDAY: _("Mondays"),
        Weekday.TUESDAY: _("Tuesdays"),
        Weekday.WEDNESDAY: _("Wednesdays"),
        Weekday.THURSDAY: _("Thursdays"),
        Weekday.FRIDAY: _("Fridays"),
        Weekday.SATURDAY: _("Saturdays"),
        Weekday.SUNDAY: _("Sundays"),
    }[day]


def hours(schedule: Schedule) -> str:
    """Weekly hours in a line: the end of a night is that of the morning after."""
    long = _("round the clock") if schedule.hours.all_day else span(schedule.hours)
    return f"{weekday_name(schedule.byday)} {long}"


def opening_hours(schedules: Sequence[Schedule]) -> list[str]:
    """All weekly hours, a line each; what never closes in one."""
    if {each.byday for each in schedules if each.hours.all_day} == set(Weekday):
        return [_("round the clock, every day")]
    return [hours(each) for each in schedules]


def unit_kind_name(kind: UnitKind) -> str:
    """What sort of unit it is."""
    return {
        UnitKind.REFERRING: _("Refers carers"),
        UnitKind.RECEIVING: _("Receives carers"),
        UnitKind.PARTNER: _("Partner"),
        UnitKind.AUDIT: _("Audits"),
        UnitKind.ADMINISTRATION: _("Administers"),
    }[kind]


def age_of_name(age_of: AgeOf) -> str:
    """Whose age a routing rule asks about."""
    return {
        AgeOf.ANY: _("All ages"),
        AgeOf.CARER: _("The age of the one who gives support"),
        AgeOf.PERSON_CARED_FOR: _("The age of the person cared for"),
    }[age_of]


def when(starts_at: datetime, ends_at: datetime, *, begins: bool = True) -> Markup:
    """When something takes place, as people say it, with the exact time for machines.

    What goes on into the night has one day; what takes a day and more has the day that it ends on as well.
    ``begins``: it begins a line, and so with a capital; not after a colon.
    """
    day = weekday(starts_at)
    hours = f"{clock_of(starts_at)}–{clock_of(ends_at)}"
    if ends_at - starts_at >= timedelta(days=1):
        hours = f"{clock_of(starts_at)} – {weekday(ends_at)} {clock_of(ends_at)}"
    exact = starts_at.isoformat(timespec="minutes")
    said = Markup('<time datetime="{}">{}, <span class="dir-hours">{}</span></time>')
    return said.format(exact, day[:1].upper() + day[1:] if begins else day, hours)


def date_in_words(day: date) -> str:
    """A day as people write it."""
    return in_words(day)


def day_before_in_words(day: date) -> str:
    """The last day of what ends as this one begins."""
    return date_in_words(day - timedelta(days=1))


def last_day_of(end: datetime | None) -> Markup:
    """The last day of what ends at a moment: an assignment that ends at midnight held on the day before."""
    return day(end - timedelta(microseconds=1) if end else None)


def breakable(address: str) -> Markup:
    """An e-mail address that may be broken before its @, so that tables need not be wide for it."""
    return escape(shown_email(address)).replace("@", Markup("<wbr>@"))


FILTERS = {
    "group_name": group_name,
    "form_name": form_name,
    "area_name": area_name,
    "age_bands_in_words": age_bands_in_words,
    "language_name": language_name,
    "attend_name": attend_name,
    "repeats_name": repeats_name,
    "unit_kind_name": unit_kind_name,
    "opening_hours": opening_hours,
    "breakable": breakable,
    "last_day_of": last_day_of,
    "date_in_words": date_in_words,
    "day_before_in_words": day_before_in_words,
    "situation": situation,
}
