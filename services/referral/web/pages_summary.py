"""What has been filled in, or what was sent, as plain rows of label and text."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from services.referral.domain import codes
from services.referral.domain.content import Need
from services.referral.domain.people import Carer, Channel, PersonCaredFor, SafeContact, Subject
from services.referral.views.places import name_of
from services.referral.web import pages_words as words
from services.referral.web.forms_consent import person_says_yes
from services.referral.web.pages_answers import carer_of, load_step, person_of
from services.referral.web.pages_kept import GIVEN_AT, Sections
from services.referral.web.pages_new_yes import named_in, not_named_for
from services.referral.web.pages_receiver import Receiver
from shared.vocabulary import identity_number
from shared.vocabulary.email_address import shown_email
from shared.vocabulary.hours import written, written_end
from shared.web.linked import telephones, telephones_for_texting, telephones_to_look_at

Rows = list[tuple[str, str]]


@dataclass(frozen=True)
class Section:
    """One part of the check page, with where it is changed, and what to tell the person before sending."""

    heading: str
    rows: Rows
    change: str
    tell: str = ""


def sections(answers: Sections, receiver: Receiver, address: Callable[[str], str]) -> list[Section]:
    """The whole draft."""
    carer = carer_of(answers)
    need = load_step("support", answers, answers["support"])
    situation = load_step("situation", answers, answers["situation"])
    groups = titles(codes.TARGET_GROUPS, situation["target_groups"])
    own = situation.get("own_statement") == "yes"
    person = person_of(answers)
    about: Rows = [(_("The situation is about"), groups or _("Not told"))]
    if own:
        about.append((_("Told as"), _("The own words of the one who gives support")))
    about += person_rows(person) if person else [(_("The one who receives the support"), _("Nothing is sent"))]
    return [
        Section(
            _("The one who gives support"),
            [*carer_rows(carer), (_("Lives in"), name_of(answers["carer"]["area"]))],
            address("carer"),
        ),
        Section(
            _("Why, and what support"),
            [
                (_("Why"), need["why"]),
                (_("Support wanted"), titles(codes.SUPPORT_FORMS, need["support_wanted"])),
                (_("How soon"), str(words.PRIORITIES[need["priority"]])),
            ],
            address("support"),
        ),
        Section(
            _("Consent from the one who gives support"),
            [*_carer_consent(answers), *_goes_to(Subject.CARER, answers, receiver)],
            address("consent"),
            receiver.tell(),
        ),
        *_other_consent(answers, carer.name, receiver, address),
        Section(_("The situation"), about, address("situation")),
        Section(_("Receiver"), [*_units(receiver), (_("Why this unit"), receiver.reason)], address("receiver")),
    ]


def _units(receiver: Receiver) -> Rows:
    stand_in = words.stand_in(receiver.stand_in, receiver.named_by)
    return [row for row in ((_("Unit"), receiver.name), (_("Stands in for it"), stand_in)) if row[1]]


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
        contact.note,
    ]
    safe = (
        _("Do not get in touch: the person will make contact")
        if contact.do_not_reach_out
        else " ".join(filter(None, (allowed[:1].upper() + allowed[1:], hours)))
    )
    rows = [
        (_("Name"), carer.name),
        (_("Safe way to get in touch"), safe),
        (_("Mind this"), "\n".join(filter(None, limits))),
        (_("Telephone"), _number(carer)),
        (_("E-mail address"), shown_email(carer.email)),
        (_("Postal address"), carer.address),
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
        (_("Why"), need.why),
        (_("Support wanted"), titles(codes.SUPPORT_FORMS, need.support_wanted)),
        (_("The situation is about"), titles(codes.TARGET_GROUPS, need.target_groups)),
        (_("Told as"), _("The own words of the one who gives support") if need.own_statement else ""),
        (_("Lives in"), name_of(need.area) if need.area else ""),
        (_("Why this unit"), _(need.route_reason) if need.route_reason else ""),
    ]
    return [row for row in rows if row[1]]


def person_rows(person: PersonCaredFor) -> Rows:
    """The person cared for, as far as anything was told."""
    rows = [
        (_("Relation"), str(words.RELATIONS[person.relation]) if person.relation else ""),
        (_("Name"), person.name),
        (_("Year of birth"), str(person.year_of_birth or "")),
        (_("What may be told about the person"), person.situation),
    ]
    return [row for row in rows if row[1]]


def _carer_consent(answers: Sections) -> Rows:
    data = load_step("consent", answers, answers["consent"])
    rows = [
        (_("Share with the receiving unit"), str(words.YES_NO[data["share"]])),
        (_("Tell the referrer what happened"), str(words.YES_NO[data["tell_referrer"]])),
    ]
    return rows + _how(data, answers["consent"])


def _goes_to(subject: Subject, answers: Sections, receiver: Receiver) -> Rows:
    """Whom the text named that was read out last to this person, and the units that it turns out to be."""
    named = named_in(answers, subject)
    asked_anew = receiver.unit is not None and subject in not_named_for(answers, receiver.unit)
    said = receiver.name if asked_anew else words.named(named) if named else ""
    rows = [(_("Given for"), said), (_("Goes to"), receiver.name), (_("Stands in for it"), receiver.stand_in)]
    return [row for row in rows if row[1]]


def _other_consent(answers: Sections, carer: str, receiver: Receiver, address: Callable[[str], str]) -> list[Section]:
    if "other-consent" not in answers:
        return []
    data = load_step("other-consent", answers, answers["other-consent"])
    rows = [
        (_("Tell about the person"), words.answer(data["tell"])),
        (_("Staff may get in touch with %(name)s", name=carer), words.answer(data["contact_carer"])),
        (_("Staff may tell %(name)s", name=carer), words.answer(data["tell_carer"])),
    ]
    if person_says_yes(data):
        rows += [*_how(data, answers["other-consent"]), *_goes_to(Subject.PERSON_CARED_FOR, answers, receiver)]
    return [Section(_("Consent from the one who receives the support"), rows, address("other-consent"))]


def _how(data: dict[str, Any], kept: Any) -> Rows:
    form = str(words.FORMS[data["form"]])
    language = str(words.LANGUAGES[data["text_language"]])
    how = [(_("How it was given"), _("%(form)s, the text in %(language)s", form=form, language=language.lower()))]
    if data["given_by"] != "subject":
        how.append((_("Given by"), f"{words.GIVEN_BY[data['given_by']]}: {data['representative_name']}"))
    return how if kept.get(GIVEN_AT) else []


def _between(contact: SafeContact) -> str:
    """The hours, as they were given; what was kept before spans were held to their rule is shown as it is."""
    first, last = contact.hours_from, contact.hours_to
    return _("between %(first)s and %(last)s", first=written(first), last=written_end(last)) if first and last else ""


def _age(carer: Carer) -> str:
    if carer.year_of_birth:
        return _("born %(year)s", year=carer.year_of_birth)
    return str(words.AGE_BANDS[carer.age_band]) if carer.age_band else ""


def _language(carer: Carer) -> str:
    spoken = str(words.LANGUAGES.get(carer.language, carer.language))
    return _("%(language)s, with an interpreter", language=spoken) if carer.interpreter else spoken


def _yes(answer: bool | None) -> str:
    return "" if answer is None else str(words.YES_NO["yes" if answer else "no"])
