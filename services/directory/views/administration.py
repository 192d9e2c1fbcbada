"""What the municipality's administrator sees: units with stand-ins, assignments, and how many referrals came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Connection, text

from services.directory.adapters.units import unit_from
from services.directory.domain.unit import Unit
from shared.kernel.clock import swedish_day

FEW = 5


@dataclass(frozen=True)
class UnitLine:
    """A unit, what its stand-in is called, and how many people work there now. ``former_names``: the latest first."""

    unit: Unit
    former_names: tuple[str, ...]
    stand_in_name: str | None
    people: int
    received: str


@dataclass(frozen=True)
class AssignmentLine:
    """One assignment that holds now or will. ``signed_in``: whether its user ever has, since that has been noted;
    ``refused_at``: when they last came and were not let in (``refused_because``: the code of why), if they have not
    signed in since.
    """

    id: UUID
    unit_id: UUID
    unit_name: str
    role: str
    subject: str
    valid_from: datetime
    valid_to: datetime | None
    signed_in: bool
    refused_at: datetime | None
    refused_because: str | None


def unit_lines(
    connection: Connection, organization_id: UUID | None, municipality_code: str | None, now: datetime
) -> list[UnitLine]:
    """The units that an administrator answers for, by name; received referrals are those of the last twelve months."""
    # months are counted as Swedish ones
    today = swedish_day(now)
    rows = connection.execute(
        text(
            "select u.*, s.name as stand_in_name, "
            "array(select f.name from former_unit_names f where f.unit_id = u.id order by f.until desc) as former, "
            "(select count(*) from assignments a where a.unit_id = u.id and a.ended_at is null "
            "and a.valid_from <= :now and (a.valid_to is null or a.valid_to > :now)) as people, "
            "(select coalesce(sum(count), 0) from referral_counts c where c.unit_id = u.id and c.step = 'received' "
            "and c.month > :since) as received "
            "from units u left join units s on s.id = u.stand_in_unit_id "
            "where u.organization_id = :organization_id "
            "or (split_part(u.area, '-', 1) = :municipality_code and u.kind in ('receiving', 'partner')) "
            "order by u.kind = 'partner', u.name collate swedish, u.id"
        ),
        {
            "organization_id": organization_id,
            "municipality_code": municipality_code,
            "now": now,
            "since": date(today.year - 1, today.month, 1),
        },
    )
    return [_line(dict(row)) for row in rows.mappings()]


def assignment_lines(connection: Connection, unit_ids: Sequence[UUID], now: datetime) -> list[AssignmentLine]:
    """The assignments that hold now in these units. Row-level security shows them to administrators only."""
    rows = connection.execute(
        text(
            "select a.id, a.unit_id, u.name as unit_name, a.role, a.subject, a.valid_from, a.valid_to, "
            "s.subject is not null as signed_in, r.last_at as refused_at, r.reason as refused_because "
            "from assignments a join units u on u.id = a.unit_id "
            "left join sign_ins s on s.issuer = a.issuer and s.subject = a.subject "
            "left join refused_sign_ins r on r.issuer = a.issuer and r.subject = a.subject "
            "where a.unit_id = any(:unit_ids) and a.ended_at is null "
            "and (a.valid_to is null or a.valid_to > :now) order by u.name collate swedish, a.valid_from, a.id"
        ),
        {"unit_ids": list(unit_ids), "now": now},
    )
    return [AssignmentLine(**row) for row in rows.mappings()]


def sign_ins_noted_since(connection: Connection) -> datetime | None:
    """From when on sign-ins are noted, where people were at work before that; None where all of them are."""
    since: datetime | None = connection.scalar(text("select since from sign_ins_noted"))
    return since


def organizations_of(
    connection: Connection, organization_id: UUID | None, municipality_code: str | None
) -> list[tuple[UUID, str]]:
    """Id and name of those whose units an administrator may register: their own first, then their municipality's."""
    rows = connection.execute(
        text(
            "select id, name from organizations where active and (id = :own or municipality_code = :municipality_code) "
            "order by id <> :own, name collate swedish, id"
        ),
        {"own": organization_id, "municipality_code": municipality_code},
    )
    return [(row.id, row.name) for row in rows]


def suppressed(count: int) -> str:
    """A count that names nobody: small ones are told only as few (k ≥ 5)."""
    return str(count) if count == 0 or count >= FEW else f"<{FEW}"


def _line(row: dict[str, object]) -> UnitLine:
    stand_in_name, people, received = row.pop("stand_in_name"), row.pop("people"), row.pop("received")
    former = row.pop("former")
    return UnitLine(
        unit=unit_from(row),
        former_names=tuple(former) if isinstance(former, list) else (),
        stand_in_name=str(stand_in_name) if stand_in_name else None,
        people=int(str(people)),
        received=suppressed(int(str(received))),
    )
