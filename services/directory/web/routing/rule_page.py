"""What the page with one routing rule's form shows: what may be chosen, what is saved, and both in words."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import render_template
from flask_babel import gettext as _

from services.directory.domain.routing_rule import RoutingRule
from services.directory.domain.unit import Unit
from services.directory.web import words
from services.directory.web.form_marks import MARK, after_conflict, shown
from services.directory.web.page import parts
from services.directory.web.routing.forms import RuleForm, form_from_rule
from services.directory.web.routing.ruleset import ruled
from shared.kernel.clock import swedish_day
from shared.kernel.identity import UnitId, uuid7
from shared.vocabulary.routing import AgeOf
from shared.web.i18n.other_language import with_lang


def page_of(
    rule_id: UUID | None,
    written: dict[str, Any] | None,
    errors: dict[str, str],
    *,
    moved: bool = False,
    gone: bool = False,
) -> str:
    """The page with these values in the form; those that are saved, where nothing was written.

    ``moved``: somebody was faster, so both are shown, theirs and these. ``gone``: somebody removed the rule.
    """
    with ruled() as found:
        rule = found.existing.rule(rule_id) if rule_id else None
        units = found.offered(*_named(rule))
    empty = {
        **dict.fromkeys(RuleForm().fields, ""),
        "target_groups": [],
        "age_of": AgeOf.ANY.value,
        "valid_from": swedish_day(parts().clock.now()).isoformat(),
    }
    saved = form_from_rule(rule, found.version) if rule else {**empty, "version": found.version}
    mark = {MARK: shown(RuleForm(), saved)}
    values = {**empty, "id": uuid7(), MARK: "", **(written if written is not None else saved | mark)}
    if moved or written is None:
        values["version"] = found.version
    known = {
        "areas": list(found.areas().items()),
        "groups": _groups(rule),
        "units": [(str(unit.id), _unit_name(unit)) for unit in units],
        "ages": [(each.value, words.age_of_name(each)) for each in AgeOf],
    }
    chosen = _spoken(values, known)
    if moved and rule:
        values = {**after_conflict(RuleForm(), values, saved), "version": found.version}
    return render_template(
        "routing/rule.html",
        rule=rule,
        values=values,
        saved=_spoken(saved, known),
        chosen=chosen,
        errors=errors,
        moved=moved,
        gone=gone,
        **known,
    )


def _named(rule: RoutingRule | None) -> tuple[UnitId | None, ...]:
    return (rule.unit_id, rule.stand_in_unit_id) if rule else ()


def _groups(rule: RoutingRule | None) -> list[tuple[str, str]]:
    """What may be chosen today, and what the rule names though it may no longer be."""
    options = words.options(parts().taxonomies.target_groups)
    kept = (rule.target_groups if rule else frozenset()) - {code for code, _ in options}
    return [*options, *((code, words.group_name(code)) for code in sorted(kept))]


def _unit_name(unit: Unit) -> str:
    # nothing in an option can be marked: with its name the whole is taken to be in the name's language
    name: str = with_lang(unit.name if unit.receives else _("%(unit)s (closed)", unit=unit.name))
    return name


def _spoken(values: dict[str, Any], known: dict[str, list[tuple[str, str]]]) -> dict[str, str]:
    """A form's values in words, for comparing."""
    areas, groups, units, ages = (dict(known[name]) for name in ("areas", "groups", "units", "ages"))
    return {
        **{name: str(values[name]) for name in ("age_from", "age_to", "valid_from", "last_day")},
        "reason_sv": with_lang(str(values["reason_sv"])),
        "area": areas.get(values["area"], ""),
        "target_groups": ", ".join(groups.get(code, code) for code in sorted(values["target_groups"])),
        "age_of": ages.get(values["age_of"], ""),
        **{name: units.get(values[name], "") for name in ("unit_id", "stand_in_unit_id")},
    }
