"""What has been filled in, or what was sent, as plain rows of label and text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask_babel import gettext as _

from services.referral.domain import codes
from services.referral.domain.consent.consent import ConsentAnswers, GivenBy
from services.referral.domain.consent.scopes import Scope
from services.referral.domain.draft import WrittenDraft
from services.referral.domain.people import Subject
from services.referral.domain.places import name_of
from services.referral.web import words as words
from services.referral.web.draft.receiver import Receiver
from services.referral.web.rows import Rows, carer_rows, person_rows, titles
from shared.web.i18n.language_names import language_name
from shared.web.i18n.other_language import with_lang


@dataclass(frozen=True)
class Section:
    """One part of the check page, with where it is changed, and what to tell the person before sending."""

    heading: str
    rows: Rows
    change: str
    tell: str = ""


def sections(draft: WrittenDraft, receiver: Receiver, address: Callable[[str], str]) -> list[Section]:
    """The whole draft. Raises DraftIsIncomplete."""
    carer, need, consent, situation, _receiver = draft.expect_whole()
    groups = titles(codes.TARGET_GROUPS, situation.target_groups)
    about: Rows = [(_("The situation is about"), groups or _("Not told"))]
    if situation.own_statement:
        about.append((_("Told as"), _("The own words of the one who gives support")))
    person = situation.person
    about += person_rows(person) if person else [(_("The one who receives the support"), _("Nothing is sent"))]
    return [
        Section(
            _("The one who gives support"),
            [*carer_rows(carer.carer), (_("Lives in"), with_lang(name_of(carer.area)))],
            address("carer"),
        ),
        Section(
            _("Why, and what support"),
            [
                (_("Why"), with_lang(need.why)),
                (_("Support wanted"), titles(codes.SUPPORT_FORMS, need.support_wanted)),
                (_("How soon"), str(words.PRIORITIES[need.priority])),
            ],
            address("support"),
        ),
        Section(
            _("Consent from the one who gives support"),
            [*_carer_consent(consent), *_goes_to(Subject.CARER, draft, receiver)],
            address("consent"),
            receiver.tell(),
        ),
        *_other_consent(draft, carer.carer.name, receiver, address),
        Section(_("The situation"), about, address("situation")),
        Section(_("Receiver"), [*_units(receiver), (_("Why this unit"), receiver.reason)], address("receiver")),
    ]


def _units(receiver: Receiver) -> Rows:
    stand_in = words.stand_in(receiver.stand_in, receiver.named_by)
    return [row for row in ((_("Unit"), with_lang(receiver.name)), (_("Stands in for it"), stand_in)) if row[1]]


def _carer_consent(said: ConsentAnswers) -> Rows:
    rows = [
        (_("Share with the receiving unit"), words.answer(said.answer_to(Scope.SHARE_WITH_RECEIVING_UNIT))),
        (_("Tell the referrer what happened"), words.answer(said.answer_to(Scope.TELL_REFERRER_WHAT_HAPPENED))),
    ]
    return rows + _how(said)


def _goes_to(subject: Subject, draft: WrittenDraft, receiver: Receiver) -> Rows:
    """Whom the text named that was read out last to this person, and the units that it turns out to be."""
    named = draft.named(subject)
    asked_anew = receiver.unit is not None and subject in draft.not_named_for(receiver.unit)
    said = with_lang(receiver.name) if asked_anew else words.named(named) if named else ""
    unit, stand_in = with_lang(receiver.name), with_lang(receiver.stand_in)
    rows = [(_("Given for"), said), (_("Goes to"), unit), (_("Stands in for it"), stand_in)]
    return [row for row in rows if row[1]]


def _other_consent(draft: WrittenDraft, carer: str, receiver: Receiver, address: Callable[[str], str]) -> list[Section]:
    said = draft.other_consent
    if said is None:
        return []
    rows = [
        (_("Tell about the person"), words.answer(said.answer_to(Scope.TELL_ABOUT_PERSON_CARED_FOR))),
        (
            _("Staff may get in touch with %(name)s", name=carer),
            words.answer(said.answer_to(Scope.STAFF_MAY_CONTACT_CARER)),
        ),
        (_("Staff may tell %(name)s", name=carer), words.answer(said.answer_to(Scope.STAFF_MAY_TELL_CARER))),
    ]
    if said.scopes:
        rows += [*_how(said), *_goes_to(Subject.PERSON_CARED_FOR, draft, receiver)]
    return [Section(_("Consent from the one who receives the support"), rows, address("other-consent"))]


def _how(said: ConsentAnswers) -> Rows:
    if not said.scopes:
        return []
    form = str(words.FORMS[said.form])
    language = language_name(said.text_language)
    how = [(_("How it was given"), _("%(form)s, the text in %(language)s", form=form, language=language))]
    if said.given_by is not GivenBy.SUBJECT:
        how.append((_("Given by"), f"{words.GIVEN_BY[said.given_by]}: {said.representative_name}"))
    return how
