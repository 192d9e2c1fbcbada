"""What becomes of a step's form that was sent: saved, left by one of its own ways, or met by another window's.

Each leads on by a redirect, and mistakes are kept in the draft and shown after it: a page that answers a form directly
leaves all that was typed in the browser's session files on disk.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import flash, request, url_for
from flask_babel import gettext

from services.referral.adapters.unit_of_work import ReferralUnitOfWork
from services.referral.commands.drafts import SaveDraft, save_draft
from services.referral.domain.draft import (
    ABOUT_THE_PERSON,
    CHECK,
    UNFINISHED,
    UNSAVED,
    Sections,
    WrittenDraft,
    asks_about_the_person,
    refuse_untold,
)
from services.referral.web import forms
from services.referral.web.draft.answers import (
    WHAT_WAS_READ_OUT,
    unasked,
    with_step,
    with_unfinished,
    with_unsaved,
    without_aside,
)
from services.referral.web.draft.consent_form import GIVEN_AT
from services.referral.web.draft.open import typed_draft
from services.referral.web.draft.parse import form_of, parse, was_answered
from services.referral.web.draft.steps import address, before
from services.referral.web.page import asked_version
from shared.kernel.actor import Actor
from shared.kernel.refusals import VersionHasMoved
from shared.kernel.translation import says

NOT_KEPT = says(
    "The draft was changed in another window, and there is no consent there to tell anything about the one who receives"
    " the support. So what you wrote here about that person is not kept."
)
TO_BE_TOLD_AGAIN = says(
    "The step about the situation has to be filled in again: the question of consent from the one who receives the"
    " support has been answered in another way, or has to be asked again."
)
# the ways out of a step that its own form has, by what its buttons send
WAYS: Mapping[str, Callable[[str, UUID, WrittenDraft], str]] = {
    "back": lambda step, _id, draft: before(step, draft),
    "discard": lambda _step, draft_id, _draft: url_for("draft.discard", draft_id=draft_id),
    "see-saved": lambda step, draft_id, _draft: address(draft_id, step, saved=1),
    "age": lambda _step, draft_id, _draft: address(draft_id, "carer", _anchor="f-age_band"),
}


def leaves() -> bool:
    """Whether its writer leaves the step by one of its own ways: what was typed is kept, and answers nothing."""
    return request.form.get("go") in WAYS


def left_for(step: str, draft_id: UUID, draft: WrittenDraft) -> str:
    """Where that leads."""
    return WAYS[request.form["go"]](step, draft_id, draft)


def onwards(draft_id: UUID, step: str, earlier: Sections, draft: WrittenDraft) -> str:
    """Where one goes on from a step that was saved. ``earlier``: the draft as it was typed before that.

    What is wrong is told of the step itself, and of one that was answered earlier and has to be asked again. A step
    that is only unfinished has nothing wrong with it.
    """
    there = draft.next_step
    tried = there == step or (there != CHECK and was_answered(there, earlier, draft))
    return address(draft_id, there, tried=1 if tried else None)


def fill_in(step: str, draft_id: UUID, draft: WrittenDraft, actor: Actor, uow: ReferralUnitOfWork) -> str:
    """Keep what was typed, as an answer or beside it; where one goes on. ``draft``: as typed, not read yet.

    It is read once, with the step's form in it: what comes before the step, which it rests on, stays as it was.

    Raises PersonCaredForHasNotConsented, VersionIsRequired, and what ``save_draft`` refuses.
    """
    values = forms.typed(form_of(step, draft), request.form)
    moved = "version" in request.form and asked_version() != draft.version
    answers = draft.typed if moved else _answers_after(step, draft, values, uow)
    after = parse(replace(draft, typed=answers))
    if elsewhere := after.first_before(step):
        keep_for_later(step, draft, actor, uow)
        return address(draft_id, elsewhere)
    if moved:
        return changed_elsewhere(step, draft_id, values, actor, uow, after)
    # before anything is kept: a field about the other person that the page did not have is not kept either
    refuse_untold(step, draft.typed, values)
    try:
        if answers != draft.typed:
            save_draft(SaveDraft(answers=answers, draft_id=draft_id, expected_version=asked_version()), actor, uow)
    except VersionHasMoved:
        return changed_elsewhere(step, draft_id, values, actor, uow)
    if step != "situation" and "situation" in draft.typed and "situation" not in answers:
        flash(gettext(TO_BE_TOLD_AGAIN), "info")
    return left_for(step, draft_id, draft) if leaves() else onwards(draft_id, step, draft.typed, after)


def _answers_after(step: str, draft: WrittenDraft, values: forms.Values, uow: ReferralUnitOfWork) -> Mapping[str, Any]:
    """The draft when a step is saved; or left, which keeps what was typed and answers nothing with it."""
    answers = draft.typed
    if not leaves():
        return with_step(step, answers, values, uow.clock.now())
    saved = step in answers and values == typed_of(answers[step])
    if step in answers.get(UNSAVED, {}):
        # which of the two windows' words is to be saved is still to be decided
        return answers if saved else with_unsaved(step, answers, values)
    return without_aside(step, answers) if saved else with_unfinished(step, answers, values)


def typed_of(values: Mapping[str, Any]) -> forms.Values:
    """What was typed of a step that is kept."""
    return {name: value for name, value in values.items() if name != GIVEN_AT}


def keep_for_later(step: str, draft: WrittenDraft, actor: Actor, uow: ReferralUnitOfWork) -> None:
    """A step that cannot be saved yet, since it rests on others, is shown as it was typed when its turn comes.

    A yes to what was read out is not kept: the recipient and the ways to be reached may be others by then.
    """
    typed = forms.typed(form_of(step, draft), request.form)
    _say_what_is_not_kept(step, draft, typed)
    if step not in draft.steps:
        return
    answers = with_unfinished(step, draft.typed, unasked(step, typed, WHAT_WAS_READ_OUT))
    save_draft(SaveDraft(answers=answers, draft_id=draft.id, expected_version=draft.version), actor, uow)


def changed_elsewhere(
    step: str,
    draft_id: UUID,
    values: forms.Values,
    actor: Actor,
    uow: ReferralUnitOfWork,
    read: WrittenDraft | None = None,
) -> str:
    """The draft was changed in another window: nothing there is overwritten, and what was typed here is kept beside it.

    The step's page then asks which of the two is to be saved. Where that is. ``read``: the draft, if it has been read
    in this request; it is read again only if it has changed once more.
    """
    uow.drafts.lock(draft_id)
    now = typed_draft(draft_id, actor, uow)
    now = read if read is not None and read.version == now.version else parse(now)
    answers = now.typed
    if step in now.steps and values not in (typed_of(answers.get(step, {})), answers.get(UNFINISHED, {}).get(step)):
        answers = with_unsaved(step, answers, values)
        save_draft(SaveDraft(answers=answers, draft_id=draft_id, expected_version=now.version), actor, uow)
    _say_what_is_not_kept(step, now, values)
    if step in answers.get(UNSAVED, {}):
        return address(draft_id, step)
    return left_for(step, draft_id, now) if leaves() else onwards(draft_id, step, {}, now)


def _say_what_is_not_kept(step: str, draft: WrittenDraft, values: forms.Values) -> None:
    """When a step from an older window tells of somebody who is not to be told of now."""
    about_the_person = step == "other-consent" or any(name in values for name in ABOUT_THE_PERSON)
    gone = step == "situation" and not draft.may_tell_of_the_person
    if step == "other-consent":
        gone = not asks_about_the_person(draft.typed)
    if gone and about_the_person:
        flash(gettext(NOT_KEPT), "warning")
