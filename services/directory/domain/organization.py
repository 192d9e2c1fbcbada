"""Organisations and their locations (HSDS Organization and Location)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from services.directory.domain.events import OrganizationSaved
from services.directory.domain.refusals import NameIsMissing
from shared.kernel.identity import OrganizationId


class OrganizationKind(StrEnum):
    """What sort of body it is; civil society stands outside the secrecy act."""

    MUNICIPALITY = "municipality"
    REGION = "region"
    CIVIL_SOCIETY = "civil-society"


@dataclass(frozen=True)
class Location:
    """A place where support is given (HSDS Location). ``accessibility`` is told in words: ramp, hearing loop, lift …"""

    name: str
    address: str = ""
    postal_code: str = ""
    city: str = ""
    area: str | None = None
    accessibility: str = ""


@dataclass(frozen=True)
class Organization:
    """Who offers support. ``municipality_code``: the municipality that answers for its listing being here.

    ``identifier`` is the Swedish organisation number where one is known.
    """

    id: OrganizationId
    name: str
    kind: OrganizationKind
    municipality_code: str | None
    description: str = ""
    website: str = ""
    email: str = ""
    phone: str = ""
    identifier: str | None = None
    active: bool = True
    version: int = 1

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise NameIsMissing(fields={"/name": NameIsMissing.title})

    def registered(self, at: datetime) -> OrganizationSaved:
        """That the organisation is in the directory, as it now is."""
        return OrganizationSaved(occurred_at=at, organization_id=self.id, version=self.version)

    def described(
        self, at: datetime, *, name: str, description: str, website: str, email: str, phone: str
    ) -> tuple[Organization, OrganizationSaved]:
        """The organisation as it presents itself from now on."""
        organization = replace(
            self,
            name=name,
            description=description,
            website=website,
            email=email,
            phone=phone,
            version=self.version + 1,
        )
        return organization, organization.registered(at)
