"""What has been filled in, or what was sent, as plain rows of label and text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from services.referral.domain import codes
from services.referral.domain.people import Subject
from services.referral.views.places import name_of
from services.referral.web import words as words
from services.referral.web.draft.answers import carer_of, load_step, person_of
from services.referral.web.draft.consent_form import person_says_yes
from services.referral.web.draft.kept import GIVEN_AT, Sections
from services.referral.web.draft.new_yes import named_in, not_named_for
from services.referral.web.draft.receiver import Receiver
from services.referral.web.rows import Rows, carer_rows, person_rows, titles
from shared.web.language_names import language_name


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
    language = language_name(data["text_language"])
    how = [(_("How it was given"), _("%(form)s, the text in %(language)s", form=form, language=language))]
    if data["given_by"] != "subject":
        how.append((_("Given by"), f"{words.GIVEN_BY[data['given_by']]}: {data['representative_name']}"))
    return how if kept.get(GIVEN_AT) else []
