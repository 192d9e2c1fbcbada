"""The steps of a new referral as pages: their titles, what each shows, and where one goes next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

from services.referral.adapters.unit_of_work import ReferralUnitOfWork
from services.referral.commands.propose_route import ProposeRoute, propose_route
from services.referral.domain import codes
from services.referral.domain.consent.texts import consent_text
from services.referral.domain.draft import CHECK, WrittenDraft, is_protected
from services.referral.domain.people import Subject
from services.referral.domain.places import known_as
from services.referral.domain.recipient import NamedRecipient
from services.referral.views.places import places
from services.referral.web import words as words
from services.referral.web.draft.carer_form import HOURS_FROM, HOURS_TO
from services.referral.web.draft.consent_step import consent_step
from services.referral.web.draft.new_yes import readings
from services.referral.web.draft.receiver import reason_of, stand_in_of
from services.referral.web.draft.receiver_form import READ_AGAIN
from services.referral.web.forms import Typed
from services.referral.web.page import code_choices
from shared.kernel.actor import Actor
from shared.kernel.clock import swedish_day
from shared.kernel.swedish_order import swedish_order
from shared.storage.staff import find_unit
from shared.vocabulary.area import municipality_of
from shared.vocabulary.languages import SWEDISH
from shared.web.i18n.formats import clock_as_chosen
from shared.web.i18n.language_names import offered_languages
from shared.web.i18n.other_language import with_lang

# in a step's address when its writer has tried to save it, or to go on past it: then it says what is wrong
TRIED = "tried"
TITLES: dict[str, tuple[LazyString, LazyString]] = {
    "carer": (
        lazy_gettext("Who is it that gives support?"),
        lazy_gettext("A name, a place and one safe way to get in touch is enough."),
    ),
    "support": (lazy_gettext("Why, and what support?"), lazy_gettext("In the words of the one who gives support.")),
    "consent": (
        lazy_gettext("Consent from the one who gives support"),
        lazy_gettext("Ask the person directly, not through the one who receives the support."),
    ),
    "other-consent": (
        lazy_gettext("Consent from the one who receives the support"),
        # promise: a-no-never-stops-the-carers
        lazy_gettext("That person decides about what concerns them. A no never stops the other person's referral."),
    ),
    "situation": (lazy_gettext("What is the situation about?"), lazy_gettext("It helps to find the right unit.")),
    "receiver": (
        lazy_gettext("Who receives the referral?"),
        lazy_gettext("The municipality's own rules propose a unit."),
    ),
}
# what the folded part of step 1 holds: it stands open when something in it was filled in or is wrong
MORE = {
    "carer": ("same_household", "alone_with_it", "takes_in_best", "year_of_birth", "identity_number"),
    "consent": ("representative_name",),
    "other-consent": ("representative_name",),
}
TEMPLATES = {"other-consent": "person_consent"}


@dataclass(frozen=True)
class StepPage:
    """What the frame around a step needs. ``version``: of the draft that the page shows. ``protected``: not printed."""

    title: str
    lead: str
    number: int
    count: int
    here: str
    back: str
    discard: str
    version: int | None = None
    protected: bool = False


def address(draft_id: UUID, step: str, **more: Any) -> str:
    """Where a step of a draft is, or its check page. ``more``: of the query, or ``_anchor``."""
    if step == CHECK:
        return url_for("draft.check", draft_id=draft_id, **more)
    return url_for("draft.step", draft_id=draft_id, step=step, **more)


def listed() -> str:
    """Where the author's drafts are listed."""
    return url_for("worklist.start")


def frame(step: str, draft: WrittenDraft, here: str = "") -> StepPage:
    """The frame of a step. Of a draft that is not kept yet it is the first step, which is ``here``."""
    title, lead = TITLES.get(step, ("", ""))
    steps = (*draft.steps, CHECK)
    if draft.id is None:
        return StepPage(str(title), str(lead), 1, len(steps), here, listed(), "")
    return StepPage(
        title=str(title),
        lead=str(lead),
        number=steps.index(step) + 1,
        count=len(steps),
        here=address(draft.id, step),
        back=before(step, draft),
        discard=url_for("draft.discard", draft_id=draft.id),
        version=draft.version,
        protected=is_protected(draft.typed),
    )


def before(step: str, draft: WrittenDraft) -> str:
    """Where one comes who goes back from a step of a draft that is kept."""
    steps = (*draft.steps, CHECK)
    at = steps.index(step)
    return address(draft.id, steps[at - 1]) if at and draft.id else listed()


def untouched(actor: Actor, uow: ReferralUnitOfWork) -> dict[str, Any]:
    """The first step of a new referral as its page shows it before anybody has typed anything."""
    own = find_unit(uow.connection, actor.unit_id)
    chosen = {"language": SWEDISH, "area": own.area if own and own.area in dict(places(uow)) else ""}
    return {name: value for name, value in chosen.items() if value}


def template_of(step: str) -> str:
    """The template of a step."""
    return f"draft/{TEMPLATES.get(step, step)}.html"


def shown(step: str, draft: WrittenDraft, form: Typed, actor: Actor, uow: ReferralUnitOfWork) -> dict[str, Any]:
    """What a step's template shows besides its form. Raises NoReceiverIsKnown."""
    more = any(form.get(name) or name in form.errors for name in MORE.get(step, ()))
    return {"form": form, "more_is_open": more, **_PARTS[step](draft, form, actor, uow)}


def _carer(draft: WrittenDraft, form: Typed, actor: Actor, uow: ReferralUnitOfWork) -> dict[str, Any]:
    own = find_unit(uow.connection, actor.unit_id)
    lists = {
        "age_bands": words.choices(words.AGE_BANDS),
        "channels": words.choices(words.CHANNELS),
        "languages": offered_languages(first=True),
        "takes_in_best": words.choices(words.TAKES_IN_BEST),
        "yes_no": words.choices(words.YES_NO),
        "hours_from": [(hour, clock_as_chosen(hour)) for hour in HOURS_FROM],
        "hours_to": [(hour, clock_as_chosen(hour)) for hour in HOURS_TO],
    }
    named = [(code, with_lang(name)) for code, name in places(uow)]
    return {"areas": named, "own_area": own.area if own else "", "words": lists}


def _support(draft: WrittenDraft, form: Typed, actor: Actor, uow: ReferralUnitOfWork) -> dict[str, Any]:
    return {
        "support_forms": code_choices(codes.SUPPORT_FORMS, uow),
        "priorities": words.priority_choices(),
    }


def _situation(draft: WrittenDraft, form: Typed, actor: Actor, uow: ReferralUnitOfWork) -> dict[str, Any]:
    return {
        "person_has_consented": draft.may_tell_of_the_person,
        "target_groups": code_choices(codes.TARGET_GROUPS, uow),
        "words": {"relations": words.choices(words.RELATIONS), "yes_no": words.choices(words.YES_NO)},
    }


def _receiver(draft: WrittenDraft, form: Typed, actor: Actor, uow: ReferralUnitOfWork) -> dict[str, Any]:
    today = swedish_day(uow.clock.now())
    asked = draft.routed_by(today)
    proposal = propose_route(ProposeRoute(situation=asked), actor, uow)
    units = {str(unit_id): unit for unit_id, unit in uow.routing.receiving_units(municipality_of(asked.area)).items()}
    others = [(each, with_lang(unit.name)) for each, unit in units.items() if unit.id != proposal.unit.id]
    # one that has closed meanwhile is refused when it is chosen; until then it is the proposed one that is asked about
    unit = units.get(str(form.get("other_unit")), proposal.unit) if form.get("unit") == "other" else proposal.unit
    # another one that is not said which: it cannot be read out yet, and the proposed one was not chosen
    unsaid = form.get("unit") == "other" and not form.get("other_unit")
    unit_name = known_as(unit, asked.area)
    read_again = [] if unsaid else readings(draft, unit, unit_name, uow.clock.now())
    # answered about this unit, and to the words that the page shows
    asked_about_it = form.get("read_for") == str(unit.id) and all(
        form.get(each.version_name) == each.version for each in read_again if form.get(each.name)
    )
    form = form if asked_about_it else Typed({k: v for k, v in form.values.items() if k not in READ_AGAIN}, form.errors)
    return {
        "form": form,
        "read_again": read_again,
        "read_for": str(unit.id),
        "unit_name": unit_name,
        "read_before": words.named(draft.named(Subject.CARER) or NamedRecipient(area=asked.area)),
        "words": {
            "yes_no": words.choices(words.YES_NO),
            "text_languages": words.text_languages(consent_text(Subject.CARER, today)),
        },
        "proposal": proposal,
        "proposed_was_named": not draft.not_named_for(proposal.unit),
        "stand_in": stand_in_of(proposal, asked.area),
        "reason": reason_of(proposal),
        "others": sorted(others, key=lambda other: swedish_order(other[1])),
    }


_PARTS: Mapping[str, Callable[[WrittenDraft, Typed, Actor, ReferralUnitOfWork], dict[str, Any]]] = {
    "carer": _carer,
    "support": _support,
    "consent": partial(consent_step, Subject.CARER),
    "other-consent": partial(consent_step, Subject.PERSON_CARED_FOR),
    "situation": _situation,
    "receiver": _receiver,
}
