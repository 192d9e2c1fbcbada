"""What a hundred thousand referrals and a million entries cost whoever opens a page: each door's slowest twentieth.

In the service: the app is asked within this process, on the box's own databases, by one caller at a time; what a server
and a network add is not in it. Times are held against a bar that goes by the floor of the same run.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import psycopg
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import make_url

from demo.seed.large import run_large
from lotsa.server.wsgi import service_app
from shared.kernel.actor import UserRef
from shared.kernel.garbage import settle_down
from shared.settings import SERVICES, Settings
from shared.web.limits import ALLOWED
from shared.web.session.session_cookie import cookie_name
from shared.web.session.state import begun
from tests.bench import floor
from tests.bench.changes import NOTHING, TO_BE_SENT, Hands, changes
from tests.bench.doors import SAMPLES, WITHOUT_A_BAR, Visit, visits
from tests.bench.load import quantile
from tests.bench.product import Product, cpu_seconds
from tests.support.cast import ASSIGNMENT, DEMO_ISSUER
from tests.support.sessions import session_of

BAR_MS, AT_A_FLOOR_OF = 50.0, 4_000.0
FIRST_BYTE_BAR_S = 1.0
IDLE_S, IDLE_BAR = 30.0, 0.03
WARM = 5
DONE = {200, 201, 202, 204, 302, 303}
LEADS_ON = (
    "GET /audit/search",
    "GET /directory/",
    "GET /referral/new",
    "GET /referral/drafts/<uuid:draft_id>",
    "GET /referral/drafts/<uuid:draft_id>/check",
    "GET /referral/referrals/<uuid:referral_id>/withdraw-consent",
    "GET /referral/referrals/<uuid:referral_id>/moved",
)
"""These answer with another address, some of them only where there is nothing to be done."""


@dataclass
class Growth:
    """One run on a box of its own. ``floor_s``: how long the floor is measured."""

    product: Product
    say: Callable[[str], None]
    referrals: int
    floor_s: int

    def run(self) -> dict[str, object]:
        """Everything, in order; what was found."""
        self.product.start()
        found: dict[str, object] = {"idle": self._idle()}
        per_s = floor.transactions_per_second(
            self.product.installation.servers.postgres_url, self.product.pgbench, self.floor_s
        )
        began = time.monotonic()
        entries = run_large(self.product.settings, lambda text: self.say(f"… {text}"), referrals=self.referrals)
        took = time.monotonic() - began
        self.say(f"\n{self.referrals:,} referrals, {entries:,} entries, poured in {took / 60:.1f} minutes")
        bar = BAR_MS * AT_A_FLOOR_OF / per_s
        self.say(f"floor {per_s:.0f} three-insert transactions/s: the bar of 50 ms at 4,000 is {bar:.0f} ms here\n")
        doors = [*self._doors(bar), *self._changes(bar)]
        found |= {"floor_per_s": per_s, "entries": entries, "poured_s": took, "bar_ms": bar, "doors": doors}
        found["first_byte_of_an_export_s"] = self._export()
        found["bytes_a_referral"] = self._kept()
        return found

    def _idle(self) -> dict[str, float]:
        """The share of one core that each process takes while nothing happens."""
        time.sleep(10)
        before = {name: cpu_seconds(pid) for name, pid in self.product.pids().items()}
        time.sleep(IDLE_S)
        used = {name: (cpu_seconds(pid) - before[name]) / IDLE_S for name, pid in self.product.pids().items()}
        each = ", ".join(f"{name} {share:.2%}" for name, share in used.items())
        total = sum(used.values())
        self.say(
            f"idle, of one core                         {total:.2%} ({each})   {_held(total, IDLE_BAR, 'bar ≤ 3 %')}"
        )
        return used

    def _doors(self, bar: float) -> list[dict[str, object]]:
        apps = [app for service in SERVICES if isinstance(app := service_app(service, self._settings()), Flask)]
        # as the service does before it answers anybody (lotsa/web.py)
        settle_down()
        found = []
        for visit in visits(apps, self._database, self._a_draft(apps[0])):
            times, statuses = self._ask(visit)
            p50, p95 = 1000 * statistics.median(times), 1000 * quantile(times, 0.95)
            fine = statuses <= {200, 304} or (statuses <= {200, 302, 303} and visit.name in LEADS_ON)
            held = "no bar" if visit.name in WITHOUT_A_BAR else _held(p95, bar, "")
            told = held if fine else f"ANSWERED {sorted(statuses)}"
            self.say(f"  {visit.name:<76}{visit.who or '–':<7}{p50:7.1f}{p95:8.1f} ms  {told}")
            found.append({"door": visit.name, "who": visit.who, "p50_ms": p50, "p95_ms": p95, "told": told})
        return found

    def _ask(self, visit: Visit) -> tuple[list[float], set[int]]:
        by_system = visit.who is not None and "/api/" in visit.name
        client = self._client(visit.app, None if by_system else visit.who)
        headers = {"Authorization": f"Bearer {self.product.token(visit.who)}"} if visit.who and by_system else {}
        times, statuses = [], set()
        # read from files, which no service does for an answer
        base = self._settings().public_url
        for number, address in enumerate((*visit.addresses[:WARM], *visit.addresses)):
            began = time.perf_counter()
            answer = client.get(address, base_url=base, headers=headers)
            answer.get_data()
            if number >= WARM:
                times.append(time.perf_counter() - began)
            statuses.add(answer.status_code)
        return times, statuses

    def _client(self, app: Flask, who: str | None) -> FlaskClient:
        """A browser, signed in where somebody is named."""
        client, base = app.test_client(), self._settings().public_url
        if who is not None:
            state = begun(UserRef(DEMO_ISSUER, who), who, datetime.now(UTC), assignment_id=ASSIGNMENT[who])
            host = urlsplit(base).hostname or ""
            client.set_cookie(cookie_name(base), session_of(self._settings(), state), domain=host)
        return client

    def _changes(self, bar: float) -> list[dict[str, object]]:
        """The doors that change something: after those that show, for they leave other things than they found."""
        apps = {
            service: app for service in SERVICES if isinstance(app := service_app(service, self._settings()), Flask)
        }
        settle_down()
        found = []
        alva = self._hands(apps["referral"], "alva")
        for change in changes(list(apps.values())):
            hands = self._hands(apps[change.service], change.who)
            times, statuses = [], set()
            things = [str(row[0]) for row in self._rows(change.service, change.things)]
            if change.things in TO_BE_SENT:
                things += [alva.a_sent_one() for _ in range(SAMPLES - len(things))]
            if not things:
                self.say(f"  {change.name:<76}{change.who:<7} NOTHING THERE to do it with: too few referrals")
                continue
            for thing in (things if change.once and change.things != NOTHING else things * SAMPLES)[:SAMPLES]:
                ready = change.ready(hands, thing)
                began = time.perf_counter()
                answer = hands.send(ready)
                times.append(time.perf_counter() - began)
                statuses.add(answer.status_code)
            p50, p95 = 1000 * statistics.median(times), 1000 * quantile(times, 0.95)
            told = _held(p95, bar, "") if statuses <= DONE else f"ANSWERED {sorted(statuses)}"
            self.say(f"  {change.name:<76}{change.who:<7}{p50:7.1f}{p95:8.1f} ms  {told}")
            found.append({"door": change.name, "who": change.who, "p50_ms": p50, "p95_ms": p95, "told": told})
        return found

    def _hands(self, app: Flask, who: str) -> Hands:
        return Hands(self._client(app, who), self._settings().public_url, self.product.token(who), self._rows)

    def _rows(self, service: str, query: str) -> list[tuple[Any, ...]]:
        url = make_url(self._database(service)).set(drivername="postgresql")
        with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
            return connection.execute(query).fetchall()  # type: ignore[call-overload,no-any-return]

    def _export(self) -> float:
        app = service_app("audit", self._settings())
        assert isinstance(app, Flask)
        headers = {"Authorization": f"Bearer {self.product.token('auditor')}"}
        began = time.perf_counter()
        answer = app.test_client().get(
            "/api/audit/v1/log/export?names=true", base_url=self._settings().public_url, headers=headers, buffered=False
        )
        pieces = answer.iter_encoded()
        next(pieces)
        first = time.perf_counter() - began
        size = sum(map(len, pieces))
        whole = time.perf_counter() - began
        said = _held(first, FIRST_BYTE_BAR_S, "bar ≤ 1 s")
        self.say(f"export with names: first byte after {first:.2f} s   {said}; {size / 1e6:.0f} MB in {whole:.0f} s")
        return first

    def _kept(self) -> float:
        """Bytes of all tables and indexes, by table, for each referral: what is swept later was not poured in."""
        total = 0.0
        self.say("\nkept, in bytes for each referral (with the lists and looks of this seed)")
        for service in SERVICES:
            for table, size in self._sizes(service):
                total += size / self.referrals
                if size / self.referrals >= 50:
                    self.say(f"  {service + '.' + table:<39}{size / self.referrals:10.0f}")
        self.say(f"  altogether                             {total:10.0f}")
        return total

    def _sizes(self, service: str) -> list[tuple[str, int]]:
        query = (
            "select relname, pg_total_relation_size(oid) from pg_class "
            "where relkind = 'r' and relnamespace = 'public'::regnamespace order by 2 desc"
        )
        return [(str(name), int(size)) for name, size in self._rows(service, query)]

    def _a_draft(self, app: Flask) -> UUID:
        """A draft of Alva's own, begun by API."""
        headers = {"Authorization": f"Bearer {self.product.token('referrer')}"}
        answer = app.test_client().post(
            "/api/referral/v1/drafts", base_url=self._settings().public_url, headers=headers,
            json={"answers": {"carer": {"name": "Rut Öman", "area": "0180-sodermalm"}}},
        )  # fmt: skip
        assert answer.status_code == 201, json.dumps(answer.json)
        return UUID(answer.json["id"])

    def _settings(self) -> Settings:
        # one caller asks for all: how often somebody may is measured elsewhere
        return replace(self.product.settings, limits=dict.fromkeys(ALLOWED, "none"))

    def _database(self, service: str) -> str:
        installation = self.product.installation
        url = make_url(installation.servers.postgres_url).set(database=f"{installation.prefix}_{service}")
        return url.render_as_string(hide_password=False)


def _held(found: float, bar: float, said: str) -> str:
    told = "held" if found <= bar else "NOT HELD"
    return f"{said}: {told}" if said else told
