"""Every key that an installation has: changed by a command, or told in docs/operating.md how else, and why."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
import requests
from rich.console import Console
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from operations.checkout import CHECKOUT
from operations.install.installation import Installation
from operations.install.key_uses import HELD_FORMS, PLACES, asking
from operations.install.migrate import migrate_databases
from operations.install.rabbitmq_users import user_names
from operations.keys import rotate as rotating
from operations.trouble import Trouble
from shared.kernel import file_watch as watched
from shared.settings import SERVICES
from shared.storage.encryption import MasterKey, master_key_id_of
from shared.storage.master_keys import MasterKeys
from tests.support.infrastructure import Infrastructure, new_installation

QUIET = Console(quiet=True)
SIGNED_FOR_THE_LOG = {"log-signing"}
"""Changed with the log's sequencer beside it: tests/integration/audit/test_changing_the_log_key.py."""


@pytest.fixture(scope="module")
def standing(infrastructure: Infrastructure) -> Iterator[Installation]:
    """An installation with its tables."""
    with new_installation(infrastructure) as made:
        migrate_databases(made.settings())
        yield made


@pytest.fixture(autouse=True)
def looking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are looked at each time."""
    monkeypatch.setattr(watched, "LOOK_AGAIN_AFTER_SECONDS", 0.0)


@dataclass(frozen=True)
class Row:
    """What the table in docs/operating.md says of a file."""

    name: str
    how: str


def documented() -> list[Row]:
    """Its rows, one for each service where it says so."""
    page = (CHECKOUT / "docs/operating.md").read_text()
    table = page[page.index("| File | How it is changed |") :].split("\n\n")[0]
    found = []
    for line in table.splitlines()[2:]:
        names, how = (cell.strip() for cell in line.strip("|").split("|"))
        for name in re.findall(r"`([^`]+)`", names):
            for service in SERVICES if "<service>" in name else ("",):
                found.append(Row(name.replace("<service>", service), how.replace("<service>", service)))
    return found


def told(installation: Installation, service: str) -> list[tuple[str, str, str]]:
    """What a service's relay is to tell of operators: action, kind and role."""
    query = "select data from outbox where event_type = 'access.recorded.v1' order by id"
    with asking(installation.existing_databases()[service]) as connection:
        data = [row.data for row in connection.execute(text(query))]
    return [(each["action"], each["record_kind"], each["role"]) for each in data]


def test_every_file_of_keys_has_its_way(standing: Installation) -> None:
    """Nothing lies in the folder of keys that the page does not speak of, and it names no command that there is not."""
    rows = documented()
    there = {each.name for each in (standing.folder / "keys").iterdir()}
    assert there <= {row.name for row in rows}
    commands = {kind for row in rows for kind in re.findall(r"lotsa keys rotate ([a-z-]+)", row.how)}
    assert commands == set(rotating.KINDS)
    for row in rows:
        assert "lotsa keys rotate" in row.how or len(row.how.split()) > 8, f"{row.name}: no command, and no reason"
    assert len({row.name for row in rows}) == len(rows)


@pytest.mark.holds("changing-keys-is-logged")
@pytest.mark.parametrize("kind", [kind for kind in rotating.KINDS if kind not in SIGNED_FOR_THE_LOG])
def test_each_kind_is_changed_and_the_log_is_told(standing: Installation, kind: str) -> None:
    """The file holds another key in front; an operator's act is on its way to the log."""
    service = "directory" if kind == "session" else kind.partition("-")[0]
    file = standing.folder / "keys" / ("session-private.json" if kind == "session" else kind)
    before, told_before = file.read_text(), told(standing, service)
    rotating.rotate(standing.settings(), kind, QUIET, wait=0)
    assert file.read_text().splitlines()[0] not in before
    assert file.stat().st_mode & 0o777 == 0o600
    kind_told = "session-key" if kind == "session" else f"{kind.rpartition('-')[2]}-key"
    assert told(standing, service) == [*told_before, ("rotate-key", kind_told, "operator")]
    # what the next start would say
    standing.create_keys()


@pytest.mark.holds("a-changed-key-opens-all")
@pytest.mark.parametrize("service", SERVICES)
def test_each_services_master_key_is_changed_under_what_it_sealed(standing: Installation, service: str) -> None:
    """What it wrapped opens before and afterwards, in a process that runs; what lasts is wrapped by the new one."""
    file = standing.folder / "keys" / f"{service}-master"
    running = MasterKeys(file)
    old = running.current
    url = standing.existing_databases()[service]
    sealed = {place.table: seal(url, place.table, old) for place in PLACES[service] if place.table in SEAL}
    assert set(sealed) == {place.table for place in PLACES[service]} - {"drafts", "data_keys"}
    rotating.rotate(standing.settings(), f"{service}-master", QUIET, wait=0)
    assert running.current.id != old.id
    assert running.derive("idempotency") == (running.current.derive("idempotency"), *rest(running, old))
    for place in PLACES[service]:
        if place.table not in sealed:
            continue
        with asking(url) as connection:
            query = f"select {place.wrapped} from {place.table} where {place.key_id} = :id"
            wrapped = bytes(connection.execute(text(query), {"id": sealed[place.table]}).scalar_one())
        # forms that came too late last for twelve hours, under the key that they came under
        assert master_key_id_of(wrapped) == (old.id if place is HELD_FORMS else running.current.id)
        assert running.unwrap(sealed[place.table], wrapped).id == sealed[place.table]


SEAL = {
    "held_forms": "insert into held_forms (id, reason, author, written_under, key_id, wrapped_key, form, held_at,"
    " expires_at) values (:id, 'mistake', 'a', :id, :id, :wrapped, 'x', now(), now() + interval '1 hour')",
    "opening_keys": "insert into opening_keys (key_id, period, wrapped) values (:id, '2026-01', :wrapped)",
    "subject_keys": "insert into subject_keys (key_id, pseudonym, wrapped) values (:id, sha256('somebody'), :wrapped)",
}
"""The referral service's own are sealed by its own commands: tests/integration/referral/test_changing_keys.py."""


def seal(url: str, table: str, master: MasterKey) -> UUID:
    """One data key in a table, wrapped under a master key; its id."""
    key, wrapped = master.new_data_key()
    with asking(url) as connection:
        connection.execute(text(SEAL[table]), {"id": key.id, "wrapped": wrapped})
    return key.id


def rest(running: MasterKeys, old: MasterKey) -> tuple[bytes, ...]:
    """The older keys' own, the one before first: an answer under an Idempotency-Key is still known."""
    found = running.derive("idempotency")[1:]
    assert found[0] == old.derive("idempotency")
    return found


def test_passwords_that_are_taken_away_are_made_anew(standing: Installation) -> None:
    """As the page has it: the file is removed, and the next start gives both servers others; the old open nothing."""
    file = standing.folder / "keys" / "passwords.json"
    before, kept = standing.settings(), file.read_text()
    old = [url for each in before.services.values() for url in (each.database_url, each.owner_database_url)]
    assert all(map(connects, old))
    file.unlink()
    standing.create()
    assert file.read_text() != kept
    now = standing.settings()
    assert all(connects(url) for each in now.services.values() for url in (each.database_url, each.owner_database_url))
    assert not any(map(connects, old))
    api = standing.servers.rabbitmq_api
    address = api.rpartition("@")[2]
    for user in user_names(standing.prefix):
        answers = [knows(address, user, passwords(text_)[user]) for text_ in (kept, file.read_text())]
        assert answers == [False, True], user


def passwords(content: str) -> dict[str, str]:
    """By role and user."""
    found: dict[str, str] = json.loads(content)
    return found


def connects(url: str) -> bool:
    """Whether the database lets this role in."""
    engine = create_engine(make_url(url))
    try:
        with engine.connect():
            return True
    except OperationalError:
        return False
    finally:
        engine.dispose()


def knows(address: str, user: str, password: str) -> bool:
    """Whether the broker knows this user by this password; one without a right to the page is told so, and known."""
    answer = requests.get(f"http://{address}/api/whoami", auth=(user, password), timeout=10)
    return "Not management user" in answer.text or answer.ok


@pytest.mark.parametrize("kind", ["passwords", "log", "referral", ""])
def test_a_kind_that_there_is_not_is_told_with_those_that_there_are(standing: Installation, kind: str) -> None:
    """All of them, in the words of the command."""
    with pytest.raises(Trouble) as trouble:
        rotating.rotate(standing.settings(), kind, QUIET, wait=0)
    assert all(each in str(trouble.value) for each in rotating.KINDS)


def test_a_leaked_master_key_is_not_made_harmless_by_a_word(standing: Installation) -> None:
    """What it opened in a copy of the database it opens for ever: the sentence says so, and nothing is changed."""
    file = standing.folder / "keys" / "referral-master"
    before = file.read_text()
    with pytest.raises(Trouble, match="can read that copy for ever"):
        rotating.rotate(standing.settings(), "referral-master", QUIET, leaked=True, wait=0)
    assert Path(file).read_text() == before
