"""The public list of support services, filtered, freshest first, a page at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from services.directory.domain.support_service import FRESH_FOR
from services.directory.views.occurrences import Occurrence, next_occurrences
from shared.vocabulary.area import municipality_of

PAGE = 20


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for. None or empty: no matter."""

    target_group: str | None = None
    form: str | None = None
    area: str | None = None
    words: str | None = None


@dataclass(frozen=True)
class Found:
    """One support service in the list. ``next``: its next occurrence, if any is planned."""

    id: UUID
    organization_id: UUID
    organization_name: str
    name: str
    summary: str
    forms: tuple[str, ...]
    target_groups: tuple[str, ...]
    areas: tuple[str, ...]
    languages: tuple[str, ...]
    digital: bool
    assured_at: datetime
    fresh: bool
    version: int
    next: Occurrence | None = None


@dataclass(frozen=True)
class Page:
    """One page of the list. ``after``: the sort key to go on from, or None at the end."""

    services: list[Found] = field(default_factory=list)
    total: int = 0
    after: list[Any] | None = None


def search_services(
    connection: Connection, wanted: Wanted, now: datetime, *, after: list[Any] | None = None, limit: int = PAGE
) -> Page:
    """The active support services that fit, those assured lately first, then by name."""
    where, values = _conditions(wanted)
    values["fresh_since"] = now - FRESH_FOR
    total = connection.execute(text(f"select count(*) {_FROM} where {where}"), values).scalar_one()
    if after is not None:
        where += (
            " and (s.assured_at < :fresh_since, s.name collate swedish, s.id) "
            "> (:after_stale, cast(:after_name as text) collate swedish, cast(:after_id as uuid))"
        )
        values |= {"after_stale": after[0], "after_name": after[1], "after_id": after[2]}
    rows = connection.execute(
        text(
            f"select s.*, o.name as organization_name {_FROM} where {where} "
            "order by s.assured_at < :fresh_since, s.name collate swedish, s.id limit :limit"
        ),
        values | {"limit": limit + 1},
    )
    found = [_found(row, now) for row in rows.mappings()]
    shown = found[:limit]
    upcoming = next_occurrences(connection, [each.id for each in shown], now)
    last = shown[-1] if len(found) > limit else None
    return Page(
        services=[_with_next(each, upcoming) for each in shown],
        total=total,
        after=[not last.fresh, last.name, str(last.id)] if last else None,
    )


# every fragment below is a constant of this file; what people write goes in as parameters
_FROM = "from support_services s join organizations o on o.id = s.organization_id"


def _conditions(wanted: Wanted) -> tuple[str, dict[str, Any]]:
    parts = ["s.status = 'active' and o.active"]
    values: dict[str, Any] = {}
    if wanted.target_group:
        parts.append("s.target_groups @> array[cast(:group as text)]")
        values["group"] = wanted.target_group
    if wanted.form:
        parts.append("s.forms @> array[cast(:form as text)]")
        values["form"] = wanted.form
    if wanted.area:
        # what is for a whole municipality is for its districts too; what names no area is for everybody
        parts.append("(s.areas && cast(:areas as text[]) or s.areas = '{}')")
        values["areas"] = [wanted.area, municipality_of(wanted.area)]
    if wanted.words and wanted.words.strip():
        parts.append(
            "(s.search @@ websearch_to_tsquery('swedish', :words) or s.name ilike :like or s.summary ilike :like "
            "or o.name ilike :like or exists (select from activities a where a.service_id = s.id "
            "and a.status = 'scheduled' and a.title ilike :like))"
        )
        words = wanted.words.strip()
        values |= {"words": words, "like": f"%{_literally(words)}%"}
    return " and ".join(parts), values


def _literally(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _found(row: Mapping[Any, Any], now: datetime) -> Found:
    return Found(
        id=row["id"],
        organization_id=row["organization_id"],
        organization_name=row["organization_name"],
        name=row["name"],
        summary=row["summary"],
        forms=tuple(row["forms"]),
        target_groups=tuple(row["target_groups"]),
        areas=tuple(row["areas"]),
        languages=tuple(row["languages"]),
        digital=row["digital"],
        assured_at=row["assured_at"],
        fresh=row["assured_at"] >= now - FRESH_FOR,
        version=row["version"],
    )


def _with_next(each: Found, upcoming: Mapping[UUID, Occurrence]) -> Found:
    return Found(**{**each.__dict__, "next": upcoming.get(each.id)})
