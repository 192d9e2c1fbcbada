"""The systems' door: public reading, partners' writing, staff's units, assignments and routing rules."""

from __future__ import annotations

from services.directory.web.partner import api as partner
from services.directory.web.public import api as public
from services.directory.web.routing import api as routing
from services.directory.web.units import api as units
from shared.web.openapi import Api, Operations


def _opened() -> Operations:
    doors = Operations()
    for subject in (public, partner, units, routing):
        subject.add_to(doors)
    return doors


api = Api("directory", "Lotsa: directory", [_opened()])
