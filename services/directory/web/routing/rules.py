"""An administrator's pages for one routing rule: add it, change it, move it in the order, remove it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID, uuid5

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from services.directory.domain.routing import RoutingRules
from services.directory.web import words
from services.directory.web.form_changes import changed_in
from services.directory.web.forms import as_written, said
from services.directory.web.page import asked_version
from services.directory.web.routing.forms import NewRuleForm, RuleForm, form_from_rule, rule_values
from services.directory.web.routing.pages import pages as pages
from services.directory.web.routing.rule_page import page_of
from services.directory.web.routing.ruleset import Ruled, alter, ruled, with_rule
from shared.kernel.actor import Role
from shared.kernel.refusals import Invalid, VersionHasMoved
from shared.vocabulary.age import bands_cut_by
from shared.vocabulary.routing import AgeOf
from shared.web.forms.form_page import form_page, shown_again, takes_form
from shared.web.who import Tried, needs

LISTS = ("target_groups",)


@pages.get("/rules/new")
@needs(Role.MUNICIPALITY_ADMINISTRATOR)
def new_rule() -> Any:
    """An empty form. Its id comes along, so that sending it twice adds one rule."""
    return form_page(partial(page_of, None), None, {})


@pages.post("/rules/new")
@needs(Role.MUNICIPALITY_ADMINISTRATOR)
@takes_form
def add_rule() -> Response:
    """Add a rule, as the last in the order."""
    return _save(None, _("The rule is added as the last. Move it to where it belongs."))


@pages.get("/rules/<uuid:rule_id>")
@needs(Role.MUNICIPALITY_ADMINISTRATOR, tries=Tried("read", "routing-rules"))
def rule_form(rule_id: UUID) -> Any:
    """A rule, to be changed."""
    return form_page(partial(page_of, rule_id), None, {})


@pages.post("/rules/<uuid:rule_id>")
@needs(Role.MUNICIPALITY_ADMINISTRATOR, tries=Tried("change", "routing-rules"))
@takes_form
def save_rule(rule_id: UUID) -> Response:
    """Change a rule. Whoever comes second sees both what is saved and what they wrote themselves."""
    return _save(rule_id, _("Saved. New referrals are usually routed by it within moments."))


def _save(rule_id: UUID | None, done: str) -> Response:
    """Change a rule, or add one if there is none yet; then say that it is done."""
    written = as_written(request.form, LISTS)
    try:
        form = (RuleForm() if rule_id else NewRuleForm()).load(request.form)
        about = rule_id or _own_id(form["id"])
        alter(form["version"], _with(about, form, known=rule_id is not None), about)
    except VersionHasMoved:
        if rule_id is None and is_there(about):
            # it was added with other words before: it is there to be changed, beside what was written now
            return shown_again(
                partial(page_of, about), written, {}, at=url_for("routing.rule_form", rule_id=about), moved=True
            )
        # somebody may have removed it: then what was written can be added anew
        gone = rule_id is not None and not is_there(rule_id)
        there = rule_id if rule_id and not gone else None
        page = partial(page_of, there)
        return shown_again(
            page,
            written,
            {},
            at=url_for("routing.rule_form", rule_id=there) if there else url_for("routing.new_rule"),
            moved=True,
            gone=gone,
        )
    except (ValidationError, Invalid) as problem:
        if rule_id is not None and not is_there(rule_id):
            _was_there(rule_id)
            return shown_again(
                partial(page_of, None), written, _errors(problem), at=url_for("routing.new_rule"), moved=True, gone=True
            )
        return shown_again(partial(page_of, rule_id), written, _errors(problem))
    flash(done, "success")
    _warn_of_bands(form)
    return redirect(rule_at(about), 303)


def _warn_of_bands(form: dict[str, Any]) -> None:
    """Say which carers a rule by age misses: those of whom only a band is known that it takes some of."""
    cut = bands_cut_by(form["age_from"], form["age_to"]) if form["age_of"] is AgeOf.CARER else ()
    if cut:
        bands = words.age_bands_in_words(cut)
        flash(
            _(
                "Cuts an age group: %(bands)s. When only that is known of the carer, the rule does not decide.",
                bands=bands,
            ),
            "warning",
        )


def rule_at(rule_id: UUID) -> str:
    """Where the rule stands among the others: what is said at the top of the page is out of sight there."""
    return url_for("routing.rules_in_order", saved=rule_id, _anchor=f"rule-{rule_id}")


def _own_id(asked: UUID) -> UUID:
    """A new rule's id: whatever a form says, it is nobody else's."""
    with ruled() as found:
        return uuid5(asked, found.municipality_code)


def is_there(rule_id: UUID) -> bool:
    """Whether the rule is among the rules of whoever asks."""
    with ruled() as found:
        return found.rules is not None and any(rule.id == rule_id for rule in found.rules.rules)


def _was_there(rule_id: UUID) -> None:
    """Raise what the rule's own page raises, for whoever has read the rules as they are: it was never among them."""
    with ruled() as found:
        if found.version == asked_version():
            found.existing.rule(rule_id)


def _with(rule_id: UUID, form: dict[str, Any], *, known: bool = False) -> Callable[[Ruled], RoutingRules]:
    """How the rules change when a rule is as the form says; what was not changed on the page stays as it was."""
    sent = request.form

    def change(found: Ruled) -> RoutingRules:
        values = rule_values(form)
        if known:
            rule = found.existing.rule(rule_id)
            changed = changed_in(RuleForm(), form_from_rule(rule, found.version), sent)
            kept = {"valid_to": "last_day"}
            values |= {name: getattr(rule, name) for name in values if kept.get(name, name) not in changed}
        return with_rule(rule_id, values, known=known)(found)

    return change


def _errors(problem: ValidationError | Invalid) -> dict[str, str]:
    said_of = said(problem)
    return {"last_day" if name == "valid_to" else name: said_of[name] for name in said_of}
