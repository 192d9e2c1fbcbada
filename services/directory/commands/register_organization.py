"""Register an organisation."""

from __future__ import annotations

from dataclasses import dataclass

from services.directory.commands.authorise import authorise
from services.directory.commands.readable_fields import email_at, name_at, telephone_at, web_address_at
from services.directory.domain.organization import Organization, OrganizationKind
from services.directory.domain.permissions import Act, Editor
from services.directory.domain.ports import DirectoryWork
from services.directory.domain.refusals import AlreadyRegistered
from shared.kernel.identity import OrganizationId


@dataclass(frozen=True, kw_only=True)
class RegisterOrganization:
    """A new organisation. ``municipality_code``: the municipality that answers for its listing being here."""

    organization_id: OrganizationId
    name: str
    kind: OrganizationKind
    municipality_code: str | None
    description: str = ""
    website: str = ""
    email: str = ""
    phone: str = ""
    identifier: str | None = None


def register_organization(command: RegisterOrganization, actor: Editor, uow: DirectoryWork) -> Organization:
    """Put an organisation into the directory. Raises AlreadyRegistered, or what ``written`` refuses."""
    relation = actor.relation_to(None, command.municipality_code)
    authorise(Act.REGISTER_ORGANIZATION, relation, actor, uow, about="organization", subject=command.organization_id)
    if uow.organizations.find(command.organization_id) is not None:
        raise AlreadyRegistered
    organization = Organization(
        id=command.organization_id,
        name=name_at("/name", command.name),
        kind=command.kind,
        municipality_code=command.municipality_code,
        description=command.description,
        website=web_address_at("/website", command.website),
        email=email_at("/email", command.email),
        phone=telephone_at("/phone", command.phone),
        identifier=command.identifier,
    )
    uow.organizations.add(organization)
    uow.record(organization.registered(uow.clock.now()))
    return organization
