"""`make bench`: what the product does, as ratios to a floor measured in the same run.

    python -m tests.bench [--quick] [--growth REFERRALS] [--only-growth]

Prints what was measured and writes it as JSON to ``var/bench.json``. It asserts nothing: bars are compared, and the
comparison is printed, whichever way it went.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from demo.one_machine.places import data_folder
from operations.checkout import CHECKOUT
from tests.bench import floor, referrals
from tests.bench.effects import Effects
from tests.bench.growth import Growth
from tests.bench.load import Answer, Load, quantile
from tests.bench.product import Product, cpu_seconds
from tests.bench.profiles import Profiles

STEADY_RATE = 50.0
CLIENTS = 16
DRAIN_WITHIN_S = 180.0
LATENCY_BAR_MS = 250.0
SHARE_BAR = 0.02
SHED_BAR_S = 1.0
AIM_PER_S = 361.0
NEW_REFERRAL = "new-referral-waits"


@dataclass(frozen=True)
class Size:
    """How long each part is: repeats, and seconds or requests a repeat."""

    repeats: int = 3
    floor_s: int = 8
    steady_s: float = 30.0
    sustained: int = 2_000
    overload_s: float = 15.0
    profile_s: int = 8
    referrals: int = 100_000


QUICK = Size(repeats=1, floor_s=3, steady_s=8.0, sustained=400, overload_s=5.0, profile_s=4, referrals=2_000)


@dataclass
class Bench:
    """One run on one box."""

    product: Product
    size: Size
    found: dict[str, object] = field(default_factory=dict)

    def say(self, text: str = "") -> None:
        """Print at once."""
        print(text, flush=True)

    def run(self) -> None:
        """Everything, in order."""
        self.say(f"Lotsa bench, {os.cpu_count()} cores, Python {platform.python_version()}; load, product and servers")
        self.say("share this machine. Ratios can be compared between machines, seconds cannot.\n")
        self.found["ready_s"] = self.product.start()
        self.say(f"time to ready, processes only            {self.found['ready_s']:.1f} s")
        transactions = self._floor()
        self._load = Load(self.product.url, referrals.PATH, self._headers(), referrals.body)
        # connections, prepared statements and caches as they are in a working day, not at its first second
        self._closed(200)
        self._memory("memory at rest")
        self._steady()
        sustained = self._sustained(transactions)
        self._overload(sustained)
        self._memory("memory after load")
        self._profile()

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.product.token('referrer')}"}

    def _floor(self) -> float:
        servers = self.product.installation.servers
        pgbench = self.product.pgbench
        rates = [
            floor.transactions_per_second(servers.postgres_url, pgbench, self.size.floor_s)
            for _ in range(self.size.repeats)
        ]
        published = [
            floor.confirmed_messages_per_second(servers.amqp_url, max(2, self.size.floor_s // 2))
            for _ in range(self.size.repeats)
        ]
        self._line("floor: three-insert transactions (pgbench)", rates, "/s")
        self._line("floor: confirmed messages, pipelined", published, "/s")
        self.found |= {"floor_transactions_per_s": rates, "floor_messages_per_s": published}
        return statistics.median(rates)

    def _steady(self) -> None:
        p50, p99, answer99 = [], [], []
        for _ in range(self.size.repeats):
            with self._watching() as effects:
                answers = self._load.run(STEADY_RATE, self.size.steady_s)
                ids = self._accepted(answers)
                whole = effects.wait_for(list(ids), DRAIN_WITHIN_S)
                delays = self._delays(effects, ids)
            if not whole:
                self.say("  NOT ALL EFFECTS SEEN within the time allowed")
            p50.append(1000 * quantile(delays, 0.5))
            p99.append(1000 * quantile(delays, 0.99))
            answer99.append(1000 * quantile([answer.seconds for answer in answers], 0.99))
        self.say(f"\nat {STEADY_RATE:.0f} referrals/s: submit → in the list, audited in a checkpoint, notice queued")
        self._line("  all three there, p50", p50, "ms")
        self._line("  all three there, p99", p99, "ms", bar=f"bar ≤ {LATENCY_BAR_MS:.0f} ms",
                   met=statistics.median(p99) <= LATENCY_BAR_MS)  # fmt: skip
        self._line("  answered 201, p99", answer99, "ms")
        self.found |= {"steady_p50_ms": p50, "steady_p99_ms": p99, "steady_answer_p99_ms": answer99}

    def _sustained(self, transactions: float) -> float:
        rates, accepted, used = [], [], Counter[str]()
        for _ in range(self.size.repeats):
            before = {name: cpu_seconds(pid) for name, pid in self.product.pids().items()}
            rate, accept = self._closed(self.size.sustained)
            rates.append(rate)
            accepted.append(accept)
            for name, pid in self.product.pids().items():
                used[name] += (cpu_seconds(pid) - before[name]) / self.size.sustained / self.size.repeats * 1000
        share = statistics.median(rates) / transactions
        self.say("\nsustained, with full drain")
        self._line("  submitted → all effects there", rates, "/s")
        self._line("  answered 201 meanwhile", accepted, "/s")
        reached = f"bar ≥ {SHARE_BAR:.0%}: {verdict(share >= SHARE_BAR)}"
        self.say(f"  share of the floor's transactions       {share:8.2%}   {reached}")
        self.say(f"  share of the aim ({AIM_PER_S:.0f}/s)               {statistics.median(rates) / AIM_PER_S:8.0%}")
        for name, cost in used.items():
            self.say(f"  processor time a referral, {name:<12} {cost:8.2f} ms")
        self.found |= {"sustained_per_s": rates, "accepted_per_s": accepted, "share_of_floor": share}
        self.found["cpu_ms_per_referral"] = dict(used)
        return statistics.median(rates)

    def _closed(self, count: int) -> tuple[float, float]:
        with self._watching() as effects:
            began = time.time()
            answers = self._load.run_closed(count, CLIENTS)
            answered = time.time()
            ids = self._accepted(answers)
            effects.wait_for(list(ids), DRAIN_WITHIN_S)
            seen = [when for pair in effects.seen_at(list(ids)).values() for when in pair]
        if len(ids) < count or None in seen:
            fates = dict(Counter(answer.status for answer in answers))
            self.say(f"  NOT WHOLE: answers {fates}, effects missing {seen.count(None)}")
        last = max((when for when in seen if when is not None), default=answered)
        return len(ids) / (last - began), len(ids) / (answered - began)

    def _overload(self, sustained: float) -> None:
        with self._watching() as effects:
            answers = self._load.run(2 * sustained, self.size.overload_s)
            ids = self._accepted(answers)
            whole = effects.wait_for(list(ids), DRAIN_WITHIN_S)
        fates = Counter(answer.status for answer in answers)
        told_when = all(answer.retry_after for answer in answers if answer.status == 503)
        p99 = quantile([answer.seconds for answer in answers], 0.99)
        others = sum(count for status, count in fates.items() if status not in (201, 503))
        self.say(f"\nat twice the sustained load ({2 * sustained:.0f}/s)")
        self.say(f"  answered 201 / 503 / otherwise          {fates[201]} / {fates[503]} / {others}")
        self.say(f"  every 503 says Retry-After              {verdict(told_when)}")
        reached = f"bar ≤ {SHED_BAR_S:.0f} s: {verdict(p99 <= SHED_BAR_S)}"
        self.say(f"  answered, p99                           {p99:8.2f} s   {reached}")
        self.say(f"  every 201 has all its effects           {verdict(whole)}")
        self.found |= {"overload_answers": dict(fates), "overload_p99_s": p99, "overload_lost_nothing": whole}

    def _profile(self) -> None:
        profiles = Profiles(self.product.pids(), self.size.profile_s)
        self._load.run(STEADY_RATE, self.size.profile_s + 1)
        self.say(f"\nwhere the time goes at {STEADY_RATE:.0f}/s (share of samples holding the interpreter)")
        tables = profiles.tables()
        for name, lines in tables.items():
            self.say(f"  {name}")
            for line in lines:
                self.say(f"    {line}")
        self.found["profiles"] = tables

    def _memory(self, title: str) -> None:
        sizes = self.product.memory()
        self.say(f"{title:<41}" + ", ".join(f"{name} {size:.0f} MiB" for name, size in sizes.items()))
        self.found[title.replace(" ", "_")] = sizes

    def _watching(self) -> Effects:
        installation = self.product.installation
        return Effects(installation.servers.postgres_url, installation.prefix, NEW_REFERRAL)

    def _accepted(self, answers: list[Answer]) -> dict[UUID, float]:
        return {UUID(answer.location.rsplit("/", 1)[-1]): answer.due_at for answer in answers if answer.status == 201}

    def _delays(self, effects: Effects, ids: dict[UUID, float]) -> list[float]:
        seen = effects.seen_at(list(ids))
        return [max(pair) - ids[each] for each, pair in seen.items() if None not in pair]  # type: ignore[type-var]

    def _line(self, title: str, values: list[float], unit: str, *, bar: str = "", met: bool = False) -> None:
        middle = statistics.median(values)
        spread = f"{min(values):.0f} … {max(values):.0f}"
        told = f"   {bar}: {verdict(met)}" if bar else ""
        self.say(f"{title:<41}{middle:8.0f} {unit}  (n={len(values)}, {spread}){told}")


def verdict(met: bool) -> str:
    """The word for a bar reached or missed."""
    return "reached" if met else "MISSED"


@contextmanager
def _box() -> Iterator[Product]:
    """A product in a temporary folder, of which nothing is left."""
    folder = Path(tempfile.mkdtemp(prefix="lotsa-bench-"))
    folder.chmod(0o711)
    product = Product(folder, lambda text: print(f"… {text}", flush=True))
    try:
        yield product
    finally:
        product.stop()
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    """Run the bench, each part on a box of its own, and leave nothing behind but the figures."""
    parser = argparse.ArgumentParser(description="Measure the product against a floor, in one run.")
    parser.add_argument("--quick", action="store_true", help="one short repeat of each part")
    parser.add_argument(
        "--growth", type=int, metavar="REFERRALS", help="how many are poured in; 0: none, and no such part"
    )
    parser.add_argument("--only-growth", action="store_true", help="leave the load out")
    given = parser.parse_args()
    size = QUICK if given.quick else Size()
    found: dict[str, object] = {}
    if not given.only_growth:
        with _box() as product:
            bench = Bench(product, size)
            bench.run()
            found |= bench.found
    if referrals := size.referrals if given.growth is None else given.growth:
        with _box() as product:
            growth = Growth(product, lambda text: print(text, flush=True), referrals, size.floor_s)
            found["growth"] = growth.run()
    report = data_folder() / "bench.json"
    report.write_text(json.dumps(found, indent=2))
    print(f"\nfigures in {report.relative_to(CHECKOUT) if report.is_relative_to(CHECKOUT) else report}")


if __name__ == "__main__":
    main()
