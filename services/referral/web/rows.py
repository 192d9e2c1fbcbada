"""What a referral says, row by row, as the one who writes it checks it and the one who receives it reads it."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _

from services.referral.domain import codes
from services.referral.domain.content import Need
from services.referral.domain.people import Carer, Channel, PersonCaredFor, SafeContact
from services.referral.domain.places import name_of
from services.referral.web import words as words
from shared.vocabulary import identity_number
from shared.vocabulary.email_address import shown_email
from shared.vocabulary.routing import DEFAULT_REASON
from shared.web.i18n.formats import clock, clock_of_end
from shared.web.i18n.language_names import language_named_first
from shared.web.i18n.other_language import joined, with_lang
from shared.web.links import telephones, telephones_for_texting, telephones_to_look_at

Rows = list[tuple[str, str]]


def titles(of: Iterable[codes.Code], chosen: Iterable[str]) -> str:
    """The titles of chosen codes, as one text."""
    known = {code.slug: code.title for code in of}
    return ", ".join(_(known.get(slug, slug)) for slug in chosen)


def carer_rows(carer: Carer) -> Rows:
    """The carer, as far as anything was told; how it is safe to get in touch comes at once after the name."""
    contact = carer.safe_contact
    allowed = words.ways(channel.value for channel in contact.channels)
    hours = _between(contact)
    limits = [
        _("Leave no message on the answering machine") if contact.no_voicemail else "",
        _("Send no letter home") if contact.no_letter else "",
        with_lang(contact.note),
    ]
    safe = (
        _("Do not get in touch: the person will make contact")
        if contact.do_not_reach_out
        else " ".join(filter(None, (allowed[:1].upper() + allowed[1:], hours)))
    )
    rows = [
        (_("Name"), carer.name),
        (_("Safe way to get in touch"), safe),
        (_("Mind this"), joined("\n", filter(None, limits))),
        (_("Telephone"), _number(carer)),
        (_("E-mail address"), shown_email(carer.email)),
        (_("Postal address"), with_lang(carer.address)),
        (_("Protected identity"), _("Yes") if carer.protected_identity else ""),
        (_("Age"), _age(carer)),
        (_("Language"), _language(carer)),
        (_("Lives together with the other person"), _yes(carer.same_household)),
        (_("Alone in giving support"), _yes(carer.alone_with_it)),
        (_("Takes in information best"), ", ".join(str(words.TAKES_IN_BEST[each]) for each in carer.takes_in_best)),
        (_("Personal identity number"), identity_number.as_written(carer.identity_number)),
    ]
    return [row for row in rows if row[1]]


def _number(carer: Carer) -> str:
    """The number, and what touching it does: it calls or writes where that is a safe way, and else does nothing."""
    safe = carer.safe_contact.channels
    shown = telephones_for_texting if Channel.SMS in safe else telephones_to_look_at
    return (telephones if Channel.PHONE in safe else shown)(carer.phone)


def need_rows(need: Need) -> Rows:
    """Why, what is wanted, and what the situation is about."""
    rows = [
        (_("Why"), with_lang(need.why)),
        (_("Support wanted"), titles(codes.SUPPORT_FORMS, need.support_wanted)),
        (_("The situation is about"), titles(codes.TARGET_GROUPS, need.target_groups)),
        (_("Told as"), _("The own words of the one who gives support") if need.own_statement else ""),
        (_("Lives in"), with_lang(name_of(need.area)) if need.area else ""),
        (_("Why this unit"), reason(need.route_reason)),
    ]
    return [row for row in rows if row[1]]


def person_rows(person: PersonCaredFor) -> Rows:
    """The person cared for, as far as anything was told."""
    rows = [
        (_("Relation"), str(words.RELATIONS[person.relation]) if person.relation else ""),
        (_("Name"), person.name),
        (_("Year of birth"), str(person.year_of_birth or "")),
        (_("What may be told about the person"), with_lang(person.situation)),
    ]
    return [row for row in rows if row[1]]


def reason(told: str) -> str:
    """Why a unit receives: ours is a key into the catalogue, a rule's is the municipality's own words."""
    said: str = _(told) if told == DEFAULT_REASON else with_lang(told)
    return said


def _between(contact: SafeContact) -> str:
    """The hours, as they were given; what was kept before spans were held to their rule is shown as it is."""
    first, last = contact.hours_from, contact.hours_to
    return _("between %(first)s and %(last)s", first=clock(first), last=clock_of_end(last)) if first and last else ""


def _age(carer: Carer) -> str:
    if carer.year_of_birth:
        return _("born %(year)s", year=carer.year_of_birth)
    return str(words.AGE_BANDS[carer.age_band]) if carer.age_band else ""


def _language(carer: Carer) -> str:
    spoken = language_named_first(carer.language)
    return _("%(language)s, with an interpreter", language=spoken) if carer.interpreter else spoken


def _yes(answer: bool | None) -> str:
    return "" if answer is None else str(words.YES_NO["yes" if answer else "no"])
