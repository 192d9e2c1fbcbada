"""A withdrawal can only be added: whoever has the service's own password cannot undo one, nor widen a consent."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from tests.integration.referral.conftest import Cast, Room

DEEDS = [
    ("undone", "UPDATE consents SET withdrawn_scopes = '{}', withdrawn_at = NULL, withdrawn_issuer = NULL"),
    ("undone in part", "UPDATE consents SET withdrawn_scopes = withdrawn_scopes[2:]"),
    ("moved in time", "UPDATE consents SET withdrawn_at = withdrawn_at - interval '1 day'"),
    ("put down to another", "UPDATE consents SET withdrawn_subject = 'eve'"),
    ("removed with its consent", "DELETE FROM consents"),
    ("removed with all of them", "TRUNCATE consents CASCADE"),
    ("what it sealed opened", "UPDATE referrals SET sealed_parts = '{}'"),
    ("the key that it sealed opened", "UPDATE data_keys SET sealed_at = NULL"),
    ("who looked forgotten", "DELETE FROM looks"),
    ("who looked changed", "UPDATE look_kinds SET subject = 'eve'"),
    ("what they looked at changed", "UPDATE looks SET shown = access_id"),
]
OF_THE_CONSENT = [
    ("widened", "UPDATE consents SET scopes = scopes || '{staff-may-contact-carer}'"),
    ("prolonged", "UPDATE consents SET expires_at = expires_at + interval '1 year'"),
    ("given to another unit", "UPDATE consents SET recipient_unit_id = stand_in_unit_id"),
]


@pytest.fixture
def withdrawn(room: Room, alva: Cast, bo: Cast) -> dict[str, Any]:
    """Frans's referral, read by Bo, and the consent withdrawn."""
    sent: dict[str, Any] = alva.send().json
    assert bo.open(sent["id"]).status_code == 200
    assert alva.withdraw(sent["consents"][0]["id"]).status_code < 300
    return sent


@pytest.mark.parametrize(("done", "statement"), DEEDS, ids=[done for done, _ in DEEDS])
@pytest.mark.parametrize("role", ["application", "owner"])
def test_a_withdrawal_is_not(room: Room, withdrawn: dict[str, Any], role: str, done: str, statement: str) -> None:
    """The role has no right to, or the trigger refuses it; the owner would first have to take the triggers off."""
    assert attempted(room, role, statement) == "42501", done
    assert room.ask("SELECT 1 FROM consents WHERE withdrawn_at IS NULL") == []


@pytest.mark.parametrize(("done", "statement"), OF_THE_CONSENT, ids=[done for done, _ in OF_THE_CONSENT])
def test_a_consent_is_not(room: Room, withdrawn: dict[str, Any], done: str, statement: str) -> None:
    """What was said yes to stands as it was said."""
    assert attempted(room, "application", statement) == "42501", done


def test_the_rest_may_still_be_withdrawn(room: Room, alva: Cast) -> None:
    """Adding is what the role is for: one scope first, and then what is left, each with its own time and person."""
    sent = alva.send().json
    consent = sent["consents"][0]
    assert alva.withdraw(consent["id"], "tell-referrer-what-happened").status_code < 300
    room.clock.move_to(room.clock.now().replace(hour=15))
    assert alva.withdraw(consent["id"]).status_code < 300
    [row] = room.ask("SELECT withdrawn_scopes, withdrawn_at FROM consents")
    assert sorted(row.withdrawn_scopes) == ["share-with-receiving-unit", "tell-referrer-what-happened"]
    assert row.withdrawn_at == room.clock.now()


def attempted(room: Room, role: str, statement: str) -> str:
    """What the database said to a deed: its five figures."""
    service = room.parts.settings.service("referral")
    url = service.database_url if role == "application" else service.owner_database_url
    engine = create_engine(url, poolclass=NullPool)
    # row-level security hides nothing from whoever sets this
    seeing = "SELECT set_config('lotsa.actor', 'system', true)"
    with engine.connect() as connection:
        connection.execute(text(seeing))
        with pytest.raises(DBAPIError) as refused:
            connection.execute(text(statement))
    return str(getattr(refused.value.orig, "sqlstate", ""))
