"""An entry as JSON, in the shape of ``EntryOut``: written out member by member, since a page may hold two hundred.

Marshmallow asks for each member of each entry how it is to be written; that took a third of the time of a list. The
shape is still the schema's, which describes it; a test holds the two together.
"""

from __future__ import annotations

from typing import Any

from services.audit.views.steps import Step
from services.audit.web.trail.sentences import Wording


def represented(step: Step, said: Wording) -> dict[str, Any]:
    """What ``EntryOut`` dumps of an entry."""
    return {
        "index": step.index,
        "id": str(step.id),
        "type": step.type,
        "occurred_at": step.occurred_at.isoformat(),
        "recorded_at": step.recorded_at.isoformat(),
        "action": step.action,
        "outcome": step.outcome,
        "unit": None if step.unit_id is None else str(step.unit_id),
        "role": step.role,
        "agent": step.agent,
        "user": step.user,
        "erased": step.erased,
        "rule": step.rule,
        "purpose": step.purpose,
        "record_kind": step.record_kind,
        "subjects": said.ids(step.subjects),
        "consents": said.ids(step.consents),
        "what": said.heading(step),
        "differs": list(step.differs),
        "why": said.why(step),
    }
