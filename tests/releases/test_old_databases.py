"""A database that an earlier release filled: it migrates, and everything in it can be read, followed and gone on with.

One archive for each release, made by `make_dump.py` in a checkout of that release.
"""

from __future__ import annotations

import json
import re
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from demo.one_machine import ports
from operations.install.installation import Installation
from operations.install.migrate import declare_topology, migrate_databases
from operations.look_beside import look_beside
from services.audit.log.entry import FORMAT, FORMAT_1, read_leaf
from services.audit.log.layout import decode_bundle
from services.audit.verify import main as verify
from shared.settings import SERVICES
from tests.releases.left_open import CARER, HALF_A_CLOSING, PERSON, TOO_LATE, WHY, AtThePages
from tests.support.cast import UNIT
from tests.support.infrastructure import Infrastructure, new_installation
from tests.support.running import Running, reached_at, started

RELEASES = sorted(Path(__file__).parent.glob("*.tar.xz"))
# the releases whose entries are of the log's first format
WITH_FORMAT_1 = ("0.1.0", "main-with-leaf-1")
# of the others each was made after people had left things open (left_open.py)
WITHOUT_THINGS_LEFT_OPEN = WITH_FORMAT_1
# the releases that kept no word of what was read out
WITHOUT_WORDS = (*WITH_FORMAT_1, "main-before-rooms")
RELEASED = re.compile(r"^## \[(\d+\.\d+\.\d+)\] - ", re.MULTILINE)


def _name(file: Path) -> str:
    return file.name.removesuffix(".tar.xz")


LEFT_OPEN = [file for file in RELEASES if _name(file) not in WITHOUT_THINGS_LEFT_OPEN]
left_open = pytest.mark.parametrize("old", LEFT_OPEN, ids=[*map(_name, LEFT_OPEN)], indirect=True)
pytestmark = pytest.mark.timeout(400)
REFERRALS = "/api/referral/v1/referrals"


@dataclass(frozen=True)
class Old:
    """A release's data on this version's product. ``states``: how many referrals it held, by state, before.

    ``left_open``: where that is found which people had left open.
    """

    product: Running
    version: str
    left_open: dict[str, str]
    states: dict[str, int]
    entries: int


def rows(installation: Installation, service: str, query: str) -> list[tuple[Any, ...]]:
    """What a service's database answers its superuser."""
    with psycopg.connect(_as_superuser(installation, service)) as connection:
        return connection.execute(query).fetchall()  # type: ignore[arg-type]


def _as_superuser(installation: Installation, service: str) -> str:
    url = make_url(installation.servers.postgres_url)
    ours = url.set(drivername="postgresql", database=f"{installation.prefix}_{service}")
    return ours.render_as_string(hide_password=False)


def _restore(archive: dict[str, str], release: dict[str, str], installation: Installation) -> None:
    for name, text in archive.items():
        # passwords are this installation's own
        if name.startswith("keys/") and name != "keys/passwords.json":
            (installation.folder / name).write_text(text)
    for service in SERVICES:
        # roles are named by the installation; what it told of itself in events and checkpoints stays
        statements = archive[f"{service}.sql"].replace(f"{release['prefix']}_", f"{installation.prefix}_")
        with psycopg.connect(_as_superuser(installation, service), autocommit=True) as connection:
            connection.execute(statements)  # type: ignore[call-overload]
            _as_if_taken_down_just_now(connection)


def _as_if_taken_down_just_now(connection: psycopg.Connection[Any]) -> None:
    """What is kept for days or hours only is kept on: an archive is older than any upgrade takes."""
    for table, since in (("drafts", "updated_at"), ("lapsed_forms", "sent_at"), ("held_forms", "held_at")):
        if connection.execute("SELECT to_regclass(%s)", (f"public.{table}",)).fetchone() != (None,):
            moved = f"UPDATE public.{table} SET {since} = now(), expires_at = now() + (expires_at - {since})"
            connection.execute(moved)  # type: ignore[arg-type]


@pytest.fixture(scope="module", params=RELEASES, ids=[*map(_name, RELEASES)])
def old(request: pytest.FixtureRequest, infrastructure: Infrastructure) -> Iterator[Old]:
    """A release's databases and keys, migrated, with this version's processes running on them."""
    with tarfile.open(request.param) as packed:
        archive = {each.name: packed.extractfile(each).read().decode() for each in packed}  # type: ignore[union-attr]
    release = json.loads(archive["release.json"])
    port = ports.free_ports(1)[0]
    extra = reached_at(port) | {"LOTSA_INSTALLATION": release["prefix"]}
    with new_installation(infrastructure, mode="demo", extra=extra) as installation:
        _restore(archive, release, installation)
        states = dict(rows(installation, "referral", "SELECT state, count(*) FROM referrals GROUP BY state"))
        [(entries,)] = rows(installation, "audit", "SELECT count(*) FROM log_entries")
        migrate_databases(installation.settings())
        declare_topology(installation.settings())
        with started(installation, port) as product:
            yield Old(product, release["version"], release.get("left_open", {}), states, entries)


def listed(old: Old, who: str, direction: str) -> list[dict[str, Any]]:
    """Every referral that somebody's list shows."""
    answer = old.product.ask(who, "GET", f"{REFERRALS}?direction={direction}&limit=200")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def test_there_is_a_dump_of_each_release() -> None:
    """The tests below would pass on nothing; of a version that is called released, `make release-dump` makes it."""
    released = set(RELEASED.findall((Path(__file__).parents[2] / "CHANGELOG.md").read_text()))
    assert released
    assert released <= set(map(_name, RELEASES))
    assert LEFT_OPEN


def test_no_referral_is_lost_and_none_has_changed_its_state(old: Old) -> None:
    """As many as before in every state, and every open one has one owner and one next deadline."""
    installation = old.product.installation
    assert dict(rows(installation, "referral", "SELECT state, count(*) FROM referrals GROUP BY state")) == old.states
    without = "SELECT number FROM referrals WHERE closed_at IS NULL AND (owner_unit_id IS NULL OR deadline_at IS NULL)"
    assert rows(installation, "referral", without) == []


def test_what_was_promised_on_paper_before_is_kept_in_sight_now(old: Old) -> None:
    """Accepted by a release that knew no first contact: it is next; where the carer withdrew, nothing is late."""
    query = """
        SELECT DISTINCT CASE WHEN 'share-with-receiving-unit' = ANY (withdrawn_scopes) THEN 'withdrawn' ELSE state END,
            deadline_kind
        FROM referrals JOIN consents ON referral_id = referrals.id AND about = 'carer'
        WHERE closed_at IS NULL AND first_contact_at IS NULL"""
    found, withdrawn = set(rows(old.product.installation, "referral", query)), ("withdrawn", "acknowledge-withdrawal")
    assert found | {withdrawn} == {("requested", "acknowledge"), ("accepted", "first-contact"), withdrawn}
    # of the others it depends on the day of the year whether any stands open
    assert withdrawn in found or old.version != "0.1.0"
    for line in listed(old, "bo", "received"):
        if line["deadline"] and line["deadline"]["promise"] == "acknowledge-withdrawal":
            assert (line["late"], line["deadline"]["due_at"]) == (False, None)


@pytest.mark.parametrize(("who", "direction", "unit"), [("bo", "received", "advice-sodermalm"),
                                                        ("alva", "sent", "health-centre-1")])  # fmt: skip
def test_every_referral_can_be_opened_by_both_sides(old: Old, who: str, direction: str, unit: str) -> None:
    """What a consent still covers is readable with the old keys; what was sealed says why it is closed."""
    column = "receiving_unit_id" if direction == "received" else "referring_unit_id"
    query = f"SELECT count(*) FROM referrals WHERE {column} = '{UNIT[unit]}'"
    found = listed(old, who, direction)
    assert [(len(found),)] == rows(old.product.installation, "referral", query)
    readable = 0
    for line in found:
        opened = old.product.ask(who, "GET", f"{REFERRALS}/{line['id']}")
        assert opened.status_code == 200, opened.text
        body = opened.json()
        closed = {each["part"] for each in body["closed"]}
        assert (body["carer"] is None) == ("carer" in closed)
        readable += bool(body["carer"] and body["carer"]["name"])
        assert bool(body["deadline"]) == (body["closed_at"] is None) or direction == "sent"
    assert readable


def test_what_was_begun_can_be_gone_on_with(old: Old) -> None:
    """Each draft of the release opens for the one who wrote it."""
    # a form that is held for its writer lay among the drafts once
    query = f"SELECT id FROM drafts WHERE unit_id = '{UNIT['health-centre-1']}'"
    drafts = rows(old.product.installation, "referral", query)
    assert drafts
    for (draft_id,) in drafts:
        answer = old.product.ask("alva", "GET", f"/api/referral/v1/drafts/{draft_id}")
        assert answer.status_code == 200, answer.text
        assert "carer" in answer.json()["answers"]


def test_the_directory_still_shows_what_it_showed(old: Old) -> None:
    """Every service and activity that was public is found, and its page answers."""
    answer = old.product.ask("dani", "GET", "/api/directory/v1/services?limit=100")
    assert answer.status_code == 200, answer.text
    found = answer.json().get("items") or answer.json()["services"]
    query = "SELECT count(*) FROM support_services WHERE status = 'active'"
    assert [(len(found),)] == rows(old.product.installation, "directory", query)
    for each in found:
        one = old.product.ask("dani", "GET", f"/api/directory/v1/services/{each['id']}")
        assert one.status_code == 200, one.text


def test_what_waited_is_gone_on_with_and_the_log_holds(old: Old, tmp_path: Path) -> None:
    """Bo accepts one; it is logged behind the old entries, and the whole log verifies with the key of the time."""
    waiting = next(each for each in listed(old, "bo", "received") if each["state"] == "requested")
    accepted = old.product.ask(
        "bo",
        "POST",
        f"{REFERRALS}/{waiting['id']}/accept",
        Idempotency_Key="accepted-on-the-new-version",
        If_Match=f'"{waiting["version"]}"',
    )
    assert accepted.status_code == 200, accepted.text
    assert accepted.json()["state"] == "accepted"
    old.product.everything_has_arrived()
    [(entries,)] = rows(old.product.installation, "audit", "SELECT count(*) FROM log_entries")
    assert entries > old.entries
    trail = old.product.ask("ester", "GET", f"/api/audit/v1/referrals/{waiting['id']}/trail")
    assert trail.status_code == 200
    assert "referral.accepted.v1" in {each["type"] for each in trail.json()["steps"]}
    export = old.product.ask("ester", "GET", "/api/audit/v1/log/export")
    file = tmp_path / "log.zip"
    file.write_bytes(export.content)
    key = (old.product.folder / "keys" / "log-verifying").read_text().strip()
    assert verify([str(file), "--key", key]) == 0
    with zipfile.ZipFile(file) as archive:
        bundles = sorted(name for name in archive.namelist() if name.startswith("tile/entries/"))
        formats = [read_leaf(leaf)["format"] for name in bundles for leaf in decode_bundle(archive.read(name))]
    before = FORMAT_1 if old.version in WITH_FORMAT_1 else FORMAT
    assert formats == [before] * old.entries + [FORMAT] * (len(formats) - old.entries)


def test_a_trail_tells_what_lists_showed_before_and_since(old: Old) -> None:
    """Entries that name each id themselves, and those that name a set: the same referral's, one beside the other."""
    before = {each["id"]: looks_in_lists(old, each["id"]) for each in listed(old, "bo", "received")[:2]}
    listed(old, "bo", "received")
    old.product.everything_has_arrived()
    for referral, looked in before.items():
        assert looks_in_lists(old, referral) > looked
    # later dumps were made after people had looked at lists
    assert min(before.values()) >= (1 if old.version == "0.1.0" else 3)


def looks_in_lists(old: Old, referral: str) -> int:
    """How often its trail says that it was shown in a list, with it among what was shown."""
    old.product.everything_has_arrived()
    steps = old.product.ask("ester", "GET", f"/api/audit/v1/referrals/{referral}/trail?limit=200").json()["steps"]
    return len([each for each in steps if each["action"] == "list" and referral in each["subjects"]])


def test_what_stands_beside_the_old_entries_fits_them(old: Old) -> None:
    """Columns, index and openings that an earlier version wrote are as this version makes them from the leaves."""
    assert old.entries > 100
    assert look_beside(old.product.installation.settings()) == []


def test_each_consent_says_what_is_known_of_its_text(old: Old) -> None:
    """Words that were not kept then are put together from what was, and said to be; each is known by a checksum."""
    told = [consent for line in listed(old, "bo", "received")[:20]
            for consent in old.product.ask("bo", "GET", f"{REFERRALS}/{line['id']}").json()["consents"]]  # fmt: skip
    if old.version not in WITHOUT_WORDS:
        assert {each["text_origin"] for each in told} - {None} == {"kept"}
        assert all(each["text_sha256"] == sha256(each["text"].encode()).hexdigest() for each in told if each["text"])
        return
    composed = [each for each in told if each["text_origin"] == "composed"]
    # 0.1.0 kept no word of whom a text named: there the version is all that is known, and is said to be
    assert composed or {each["text_origin"] for each in told} >= {"version-only"}, told
    assert all(each["text_origin"] in ("composed", "version-only", None) for each in told)
    for each in composed:
        assert each["text_sha256"] == sha256(each["text"].encode()).hexdigest()
        if each["recipient"]:
            assert each["recipient"]["name"] in each["text"]


@left_open
def test_a_draft_that_was_ready_is_sent(old: Old) -> None:
    """Alva reads it through once more and sends it: the unit that she was shown has it, with what was said."""
    draft = f"/referral/drafts/{old.left_open['draft']}"
    alva = AtThePages(old.product, "alva")
    check = alva.get(draft)
    assert check.url.endswith("/check"), "no step is to be answered anew"
    assert CARER in check.text
    receipt = alva.send(alva.form(f"{draft}/check", f"{draft}/send"))
    assert receipt.endswith("/receipt"), receipt
    alva.get(receipt)
    referral_id = receipt.removesuffix("/receipt").rsplit("/", 1)[1]
    assert referral_id in {each["id"] for each in listed(old, "bo", "received")}
    opened = old.product.ask("bo", "GET", f"{REFERRALS}/{referral_id}").json()
    said = (opened["carer"]["name"], opened["need"]["why"], opened["person_cared_for"]["name"])
    assert said == (CARER, WHY, PERSON)
    assert {each["text_origin"] for each in opened["consents"]} == {"kept"}


@left_open
def test_a_form_that_was_held_is_brought_back(old: Old) -> None:
    """What Bo had written of a closing stands on its page, and goes with the closing."""
    page = old.left_open["held"]
    bo = AtThePages(old.product, "bo")
    form = bo.form(page, page)
    assert form.fields["comment"] == HALF_A_CLOSING
    referral = bo.send(form, reason="support-started")
    assert referral == page.removesuffix("/complete")
    closed = old.product.ask("bo", "GET", f"/api/referral/v1{referral.removeprefix('/referral')}").json()
    assert closed["state"] == "completed"
    assert HALF_A_CLOSING in bo.get(referral).text


@left_open
def test_a_form_that_came_too_late_is_sent(old: Old) -> None:
    """What Alva had filled in when she was signed out becomes a draft when she says so."""
    late = old.left_open["late"]
    alva = AtThePages(old.product, "alva")
    # its page answers under the address of the time, and has its form sent to today's
    next_step = alva.send(alva.form(late, late.replace("/lapsed-form/", "/held-form/")), do="send")
    assert next_step.endswith("/support"), next_step
    carer = next_step.replace("/support", "/carer")
    assert alva.form(carer, carer).fields["name"] == TOO_LATE["name"]
