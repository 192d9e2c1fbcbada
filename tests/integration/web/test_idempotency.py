"""Once is once: the answer is kept with the effect, in the database where the effect is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Connection, Engine, create_engine, text

from shared.kernel.actor import Actor
from shared.kernel.refusals import AlreadyInProgress
from shared.web.api.idempotency import (
    REMEMBERED_FOR,
    Answer,
    Once,
    answered_before,
    create_idempotency,
    once,
    remember_answer,
    sweep,
)
from shared.web.errors import KeyUsedForSomethingElse
from tests.support.cast import ALVA, BO
from tests.support.infrastructure import Infrastructure

NOW = datetime(2026, 3, 31, 8, 0, tzinfo=UTC)
SECRET = b"s" * 32
CREATED = Answer(201, "/api/referral/v1/referrals/1", '"1"', uuid4())


class _Op:
    """What alembic's ``op`` is to the helper."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def execute(self, statement: str) -> None:
        self._connection.execute(text(statement))


@pytest.fixture
def engine(infrastructure: Infrastructure) -> Iterator[Engine]:
    """A schema of this test's own with the table, and one for effects."""
    schema = f"once_{uuid4().hex[:12]}"
    address = infrastructure.servers.postgres_url
    made = create_engine(address, connect_args={"options": f"-c search_path={schema}"})
    with made.begin() as connection:
        connection.execute(text(f"create schema {schema}"))
        create_idempotency(_Op(connection))
        connection.execute(text("create table effects (id uuid primary key)"))
    yield made
    with made.begin() as connection:
        connection.execute(text(f"drop schema {schema} cascade"))
    made.dispose()


def request(actor: Actor = ALVA, key: str = "k", body: bytes = b"{}", path: str = "/api/referral/v1/referrals") -> Once:
    """A POST under a key."""
    return once([SECRET], actor, key, "POST", path, body)


def act(connection: Connection, asked: Once | None) -> Answer | None:
    """The shape of every command: answered before? else effect and answer."""
    before = answered_before(connection, asked)
    if before is None:
        connection.execute(text("insert into effects values (gen_random_uuid())"))
        remember_answer(connection, asked, CREATED, NOW)
    return before


def effects(engine: Engine) -> int:
    """How many there are."""
    with engine.connect() as connection:
        return int(connection.execute(text("select count(*) from effects")).scalar_one())


def test_a_repeated_request_gets_the_first_answer_and_no_second_effect(engine: Engine) -> None:
    """Status, Location, ETag and id come back; nothing is done."""
    for expected in (None, CREATED, CREATED):
        with engine.begin() as connection:
            assert act(connection, request()) == expected
    assert effects(engine) == 1


def test_without_a_key_every_request_is_new(engine: Engine) -> None:
    """No key, no memory."""
    for _ in range(2):
        with engine.begin() as connection:
            assert act(connection, None) is None
    assert effects(engine) == 2


def test_the_same_key_with_another_request_is_refused(engine: Engine) -> None:
    """Another body, or another path."""
    with engine.begin() as connection:
        act(connection, request())
    for other in (request(body=b'{"a": 1}'), request(path="/api/referral/v1/other")):
        with engine.begin() as connection, pytest.raises(KeyUsedForSomethingElse):
            act(connection, other)


def test_two_users_equal_keys_have_nothing_to_do_with_one_another(engine: Engine) -> None:
    """Bo learns nothing from guessing Alva's key."""
    with engine.begin() as connection:
        assert act(connection, request()) is None
    with engine.begin() as connection:
        assert act(connection, request(BO)) is None
    assert effects(engine) == 2


def test_while_one_is_at_work_the_other_is_told_so(engine: Engine) -> None:
    """The second does not wait: 409, and afterwards the first one's answer."""
    with engine.connect() as first, engine.connect() as second:
        act(first, request())
        with pytest.raises(AlreadyInProgress):
            act(second, request())
        second.rollback()
        assert act(second, request(key="another")) is None
        first.commit()
        second.commit()
        assert act(second, request()) == CREATED


def test_a_crash_leaves_neither_effect_nor_answer(engine: Engine) -> None:
    """Rolled back, the same key is new again."""
    with engine.connect() as connection:
        act(connection, request())
        connection.rollback()
    assert effects(engine) == 0
    with engine.begin() as connection:
        assert act(connection, request()) is None
    assert effects(engine) == 1


def test_nothing_of_the_request_can_be_read_from_the_table(engine: Engine) -> None:
    """Neither key, nor body, nor who: keyed fingerprints only."""
    with engine.begin() as connection:
        act(connection, request(key="gun-gustafsson", body=b'{"name": "Gun"}'))
        row = connection.execute(text("select cast(i as text), key_fingerprint from idempotency i")).one()
    assert "gun" not in row[0].lower()
    assert bytes(row[1]) != once([b"t" * 32], ALVA, "gun-gustafsson", "POST", "/", b"").key_fingerprint


def test_old_answers_are_swept(engine: Engine) -> None:
    """After the sweep the key counts as new."""
    with engine.begin() as connection:
        act(connection, request())
        assert sweep(connection, NOW + REMEMBERED_FOR) == 0
        assert sweep(connection, NOW + REMEMBERED_FOR + timedelta(seconds=1)) == 1
