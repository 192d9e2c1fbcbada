"""What an operator calls a parked message by."""

from __future__ import annotations

from uuid import UUID

import pytest

from shared.messaging.receive.parked_messages import Parked

EVENT = UUID("01990000-0000-7000-8000-000000000001")


def parked(message_id: str = "", event_id: UUID | None = None) -> Parked:
    """One that nobody knows more of."""
    return Parked(
        queue="audit.obey",
        message_id=message_id,
        event_id=event_id,
        event_type=None,
        source=None,
        sequence=None,
        time=None,
        attempts=1,
        reason="unreadable",
        parked_at=None,
        replayed_by=None,
        size=3,
        handle=str(event_id or "bytes-0123456789abcdef"),
    )


@pytest.mark.parametrize("nobody", ["", "None"])
def test_what_has_no_id_is_called_by_its_handle_alone(nobody: str) -> None:
    """An empty word on the command line would otherwise throw away all that came without an id."""
    assert not parked().is_called([nobody])
    assert parked().is_called(["bytes-0123456789abcdef"])


def test_what_has_ids_is_called_by_any_of_them() -> None:
    """The event's, and the message's as it came."""
    message = parked("as-it-came", EVENT)
    assert message.is_called(["as-it-came"])
    assert message.is_called(["another", str(EVENT)])
    assert not message.is_called(["another"])
