"""What the processes' roles may do with the tables of the bus, in every service: what their work needs, and no more."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from shared.settings import SERVICES, Settings
from shared.storage.migrations import migrate
from tests.support.infrastructure import Infrastructure, new_installation

WRITTEN = ("causation_id", "correlation_id", "data", "event_type", "history", "id", "occurred_at", "traceparent")
MAY = {
    ("outbox", "DELETE"): True,
    ("outbox", "INSERT"): WRITTEN,
    ("outbox", "UPDATE"): ("epoch", "sent_at", "sequence"),
    ("publisher", "DELETE"): False,
    ("publisher", "INSERT"): (),
    ("publisher", "UPDATE"): ("epoch", "held_at", "last_sequence"),
    ("inbox", "DELETE"): True,
    ("inbox", "INSERT"): ("event_id", "queue"),
    ("inbox", "UPDATE"): (),
}
AN_EVENT = (
    "insert into outbox (id, event_type, data, occurred_at, correlation_id, history) "
    "values (gen_random_uuid(), 'x', '{}', now(), gen_random_uuid(), false)"
)
REFUSED = [
    ("an event is changed after it was written", "update outbox set data = '{}'"),
    ("an event's reader is changed", "update outbox set data = jsonb_set(data, '{subject}', '\"eve\"')"),
    ("an event is dropped before it was sent", "delete from outbox where sent_at is null"),
    ("an event is called sent that has no number", "update outbox set sent_at = now() where sequence is null"),
    ("an event is written as sent", AN_EVENT.replace("history)", "history, sent_at)").replace("e)", "e, now())")),
    ("all events are dropped at once", "truncate outbox"),
    ("numbers begin anew", "update publisher set last_sequence = 0"),
    ("the publisher's row is dropped", "delete from publisher"),
    ("what was carried out is forgotten", "delete from inbox"),
    ("what was carried out is another's", "update inbox set event_id = gen_random_uuid()"),
    ("it was carried out long ago", "insert into inbox values ('q', gen_random_uuid(), now() - interval '40 days')"),
]  # fmt: skip


@pytest.fixture(scope="module")
def settings(infrastructure: Infrastructure) -> Iterator[Settings]:
    """All four databases, newly made, with one event waiting, one numbered and one thing carried out in each."""
    with new_installation(infrastructure) as made:
        found = made.settings()
        for service in SERVICES:
            migrate(service, found.service(service).owner_database_url)
            _do(found.service(service).database_url, AN_EVENT)
            _do(found.service(service).database_url, "update publisher set last_sequence = 7")
            _do(
                found.service(service).database_url,
                "insert into inbox (queue, event_id) values ('q', gen_random_uuid())",
            )
        yield found


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("asked", MAY, ids=lambda asked: f"{asked[1]} {asked[0]}")
def test_the_role_has_the_rights_that_its_work_needs(settings: Settings, service: str, asked: tuple[str, str]) -> None:
    """Column by column, as the database itself tells; a service whose migration forgot is found here."""
    (table, right), may = asked, MAY[asked]
    if isinstance(may, bool):
        [[has]] = _ask(settings.service(service).database_url, f"select has_table_privilege('{table}', '{right}')")
        assert has is may
        return
    columns = _ask(
        settings.service(service).database_url,
        f"select attname from pg_attribute where attrelid = '{table}'::regclass and attnum > 0 and not attisdropped "
        f"and has_column_privilege('{table}', attname, '{right}') order by attname",
    )
    assert tuple(row[0] for row in columns) == may


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(("done", "statement"), REFUSED, ids=[done for done, _ in REFUSED])
def test_each_deed_is_refused(settings: Settings, service: str, done: str, statement: str) -> None:
    """With the password of the service's own processes in one's hands."""
    with pytest.raises(DBAPIError) as refused:
        _do(settings.service(service).database_url, statement)
    assert getattr(refused.value.orig, "sqlstate", "") in ("42501", "23514"), done


def _do(url: str, statement: str) -> None:
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)


def _ask(url: str, question: str) -> list[tuple[object, ...]]:
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(question))]
