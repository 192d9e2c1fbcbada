"""The systems' door: public reading, partners' writing, staff's units, assignments and routing rules."""

from __future__ import annotations

from services.directory.web import api_partner, api_public, api_ruling, api_staff
from shared.web.openapi import Api

api = Api("directory", "Lotsa: directory")
for room in (api_public, api_partner, api_staff, api_ruling):
    room.add_to(api)
