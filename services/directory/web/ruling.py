"""What the pages of routing rules do alike: read the municipality's rules, change them by the command, say who did."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from services.directory.adapters.unit_of_work import DirectoryUnitOfWork
from services.directory.commands.authorise import authorise
from services.directory.commands.set_routing_rules import set_routing_rules
from services.directory.domain.permissions import Act, Editor
from services.directory.domain.refusals import ListingIsNotYours
from services.directory.domain.routing import RoutingRules
from services.directory.domain.unit import Unit
from services.directory.web.administering import receivers
from services.directory.web.parts import current_editor, parts
from shared.kernel.identity import UnitId
from shared.kernel.refusals import VersionHasMoved

ROUTING = "/directory/admin/routing"
RULES = f"{ROUTING}/rules"


@dataclass(frozen=True)
class Ruled:
    """A municipality's rules, for somebody who may change them. ``rules``: None until the first are set."""

    work: DirectoryUnitOfWork
    editor: Editor
    municipality_code: str
    rules: RoutingRules | None

    @property
    def version(self) -> int:
        """The rules' version; 0 before the first."""
        return self.rules.version if self.rules else 0

    @property
    def existing(self) -> RoutingRules:
        """The rules. Raises ListingIsNotYours before the first are set."""
        if self.rules is None:
            raise ListingIsNotYours
        return self.rules

    def named(self) -> dict[UnitId, Unit]:
        """Every unit that the rules name."""
        named = self.rules.units_named() if self.rules else set()
        return {unit.id: unit for unit in self.work.units.those(sorted(named))}

    def offered(self, *kept: UnitId | None) -> list[Unit]:
        """The units that may be named: those of the municipality that receive, and those that were named before."""
        able = [unit for unit in receivers(self.work, self.editor) if unit.receives or unit.id in kept]
        elsewhere = {each for each in kept if each is not None} - {unit.id for unit in able}
        return [*able, *self.work.units.those(sorted(elsewhere))]


@contextmanager
def ruled(act: Act = Act.EDIT_ROUTING) -> Iterator[Ruled]:
    """The rules of the municipality of whoever asks. Raises ListingIsNotYours, with the attempt recorded."""
    editor = current_editor()
    code = editor.municipality_code or ""
    with parts().work_of(editor) as work:
        authorise(work, editor, act, editor.relation_to(None, code), about="routing-rules", subject=None)
        yield Ruled(work, editor, code, work.rules.of(code))


def alter(version: int, how: Callable[[Ruled], RoutingRules], *about: UUID) -> None:
    """Replace the rules by what is made of them, if they are still those of ``version``; and note who did.

    Raises VersionHasMoved, or what ``set_routing_rules`` raises.
    """
    with ruled() as found:
        if found.version != version:
            raise VersionHasMoved
        known = parts()
        set_routing_rules(found.work, found.editor, how(found), known.areas, known.taxonomies.target_groups)
        rule = found.editor.relation_to(None, found.municipality_code).value
        found.work.record_access(found.editor.actor, "change", rule, "routing-rules", *about)
        found.work.commit()
