"""What must hold when everything has arrived. Each check returns sentences that say what is wrong; none is good."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from rich.console import Console
from sqlalchemy import text

from operations.install.migrate import subscriptions
from operations.verify_log import verify
from services.audit.views.export import write_export
from shared.contracts.common import RelayAnnounced
from shared.messaging.receive.parked_messages import Parking
from shared.settings import SERVICES
from tests.chaos.ends import Ends
from tests.chaos.poison import Poison
from tests.chaos.proofs import alarms_since, differing_hours, verified
from tests.chaos.submitting import Submission
from tests.chaos.world import World

_SENT = text("SELECT data->>'referral_id' FROM outbox WHERE written_at >= :t AND event_type = 'referral.sent.v1'")

APPLIED_WITHIN = 3.0
ANSWERED_WITHIN_WHILE_FROZEN = 2.0


@dataclass
class Findings:
    """What was counted, and every sentence about what is wrong."""

    counts: dict[str, float] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def expect(self, holds: bool, sentence: str) -> None:
        """Note the sentence unless it holds."""
        if not holds:
            self.wrong.append(sentence)


def look(world: World, submissions: list[Submission], poison: Poison, ends: Ends, since: datetime) -> Findings:
    """Look at everything that a seed did since a moment."""
    findings = Findings()
    events = _events(world, since)
    findings.counts["events"] = sum(len(each) for each in events.values())
    _submissions(world, submissions, since, findings)
    _heard(world, events, findings)
    _log(world, events, findings)
    _notices(world, since, findings)
    _counted(world, findings)
    _parked(world, poison, findings)
    _bounds(world, submissions, findings)
    _ends(ends, findings)
    _proofs(world, since, findings)
    return findings


def _ends(ends: Ends, findings: Findings) -> None:
    """Every end has taken effect everywhere, no word of the directory came before it, and the next word comes soon."""
    unknown, word = ends.unknown(), ends.slowest_word()
    findings.counts |= {"sessions ended": len(ends.committed), "ends unknown somewhere": unknown, "looks": ends.looks}
    findings.counts["the directory was heard again after (s)"] = word
    findings.expect(unknown == 0, f"{unknown} ends are not known to a service")
    findings.expect(word < float("inf"), "a service does not hear the directory any more")
    findings.expect(ends.looks > 0, "nobody looked at what was heard")
    findings.wrong += sorted(set(ends.beyond))


def _proofs(world: World, since: datetime, findings: Findings) -> None:
    """The watch over the log has come back, holds, and raised no alarm: nothing of this is any reason for one."""
    raised = alarms_since(world, since)
    findings.counts["alarms"] = len(raised)
    standing = [kind for kind, stands in raised.items() if stands]
    findings.expect(not standing, f"alarms that stand without a reason: {', '.join(standing)}")
    findings.expect(not raised, f"{', '.join(raised)}: without a reason, and for a while")
    findings.expect(verified(world), "the verification finds that the log does not hold")
    findings.wrong += differing_hours(world, since)


def _events(world: World, since: datetime) -> dict[str, dict[UUID, str]]:
    """Every event committed since, by publisher: id → type."""
    found = {}
    for service in SERVICES:
        with world.engine(service).connect() as connection:
            rows = connection.execute(text("SELECT id, event_type FROM outbox WHERE written_at >= :t"), {"t": since})
            found[service] = {row.id: row.event_type for row in rows}
    return found


def _submissions(world: World, submissions: list[Submission], since: datetime, findings: Findings) -> None:
    """Each was answered with 201, and each made one referral."""
    answered = [each for each in submissions if each.answered]
    ids = {UUID(each.location.rpartition("/")[2]) for each in submissions if each.location}
    with world.engine("referral").connect() as connection:
        rows = connection.execute(_SENT, {"t": since}).scalars().all()
        made = set(connection.execute(text("SELECT id FROM referrals WHERE sent_at >= :t"), {"t": since}).scalars())
    findings.counts |= {
        "submissions": len(submissions),
        "answered 201": len(answered),
        "requests": sum(len(each.tries) for each in submissions),
        "slowest answer (s)": max((each.ended - each.began for each in answered), default=0.0),
    }
    findings.expect(len(answered) == len(submissions), f"{len(submissions) - len(answered)} not answered in time")
    for each in submissions:
        if not each.answered:
            said = Counter(str(status) for _, _, status in each.tries)
            slow = max(seconds for _, seconds, _ in each.tries)
            at = datetime.fromtimestamp(each.began, UTC)
            findings.wrong.append(f"  begun {at:%H:%M:%S}: {dict(said)}, slowest {slow:.1f} s")
    located = [each for each in submissions if each.location]
    findings.expect(len(ids) == len(located), "two submissions were answered with one referral")
    findings.expect(made == ids, f"{len(made - ids)} referrals too many, {len(ids - made)} too few")
    findings.expect(len(rows) == len(set(rows)) == len(made), "a referral was told of twice, or never")


def _heard(world: World, events: dict[str, dict[UUID, str]], findings: Findings) -> None:
    """Every event reached every queue bound to it: its row is in that queue's inbox."""
    lost = deliveries = 0
    for subscription in subscriptions():
        with world.engine(subscription.service).connect() as connection:
            statement = text("SELECT event_id FROM inbox WHERE queue = :q")
            heard = set(connection.execute(statement, {"q": subscription.queue}).scalars())
        bound = set(subscription.bindings)
        for publisher, those in events.items():
            wanted = {key for key, kind in those.items() if bound & {(publisher, kind), ("*", kind)}}
            deliveries += len(wanted)
            lost += len(wanted - heard)
    findings.counts["deliveries"] = deliveries
    findings.counts["lost"] = lost
    findings.expect(lost == 0, f"{lost} deliveries were lost")


def _log(world: World, events: dict[str, dict[UUID, str]], findings: Findings) -> None:
    """Every event is in the log once, and the log verifies from outside."""
    committed = {key for those in events.values() for key, kind in those.items() if kind != RelayAnnounced.event_type}
    export = world.folder / "export.zip"
    with world.engine("audit").connect() as connection, export.open("wb") as stream:
        entries = connection.execute(text("SELECT event_id FROM log_entries")).scalars().all()
        write_export(connection, stream, None, None)
    missing, doubled = len(committed - set(entries)), len(entries) - len(set(entries))
    findings.counts |= {"missing in the log": missing, "doubled in the log": doubled}
    findings.expect(not missing, f"{missing} events are not in the log")
    findings.expect(not doubled, f"{doubled} events are in the log twice")
    said = io.StringIO()
    code = verify(export, str(world.box.folder / "keys" / "log-verifying"), Console(file=said, width=200))
    findings.expect(code == 0, f"the log does not verify: {said.getvalue().strip()}")


def _notices(world: World, since: datetime, findings: Findings) -> None:
    """One notice for each referral, sent, and told of once."""
    with world.engine("notifications").connect() as connection:
        made = connection.execute(
            text(
                "SELECT referral_id, status, notice_id FROM notices WHERE created_at >= :t "
                "AND template NOT IN ('log-alarm', 'nothing-is-heard')"
            ),
            {"t": since},
        ).all()
        told = connection.execute(
            text("SELECT event_type, data->>'notice_id' FROM outbox WHERE written_at >= :t"
                 " AND event_type LIKE 'notice.%'"), {"t": since}
        ).all()  # fmt: skip
        mailed = set(connection.execute(text("SELECT notice_id FROM demo_mailbox")).scalars())
    with world.engine("referral").connect() as connection:
        sent = set(connection.execute(text("SELECT id FROM referrals WHERE sent_at >= :t"), {"t": since}).scalars())
    findings.counts["notices"] = len(made)
    without = sent - {row.referral_id for row in made}
    findings.expect(not without, f"{len(without)} referrals have no notice")
    findings.expect(len(made) == len(sent), f"{len(made)} notices for {len(sent)} referrals")
    findings.expect(all(row.status == "sent" for row in made), "a notice was not sent")
    findings.expect({row.notice_id for row in made} <= mailed, "a notice is missing from the mailbox")
    findings.expect(len(told) == len({tuple(row) for row in told}), "a notice was told of twice")


def _counted(world: World, findings: Findings) -> None:
    """The directory counted each referral once for its sender and once for its receiver: a count tells a repeat."""
    with world.engine("referral").connect() as connection:
        sent = connection.execute(text("SELECT count(*) FROM referrals")).scalar_one()
    with world.engine("directory").connect() as connection:
        rows = connection.execute(text("SELECT step, sum(count)::bigint FROM referral_counts GROUP BY step")).all()
    counted: dict[str, int] = {row[0]: row[1] for row in rows}
    for step in ("sent", "received"):
        findings.expect(counted.get(step, 0) == sent, f"the directory counted {counted.get(step, 0)} {step} of {sent}")


def _parked(world: World, poison: Poison, findings: Findings) -> None:
    """Only poison is parked, and all of it."""
    parked: set[str] = set()
    healthy = 0
    with Parking(world.settings.admin_broker_url) as parking:
        for subscription in subscriptions():
            for each in parking.look(subscription.queue):
                parked.add(each.message_id)
                healthy += each.message_id not in poison.ids
    findings.counts |= {"poison": len(poison.confirmed), "healthy parked": healthy}
    findings.expect(healthy == 0, f"{healthy} healthy messages were parked")
    missing = len(poison.confirmed - parked)
    findings.expect(not missing, f"{missing} poisoned messages are not parked")


def _bounds(world: World, submissions: list[Submission], findings: Findings) -> None:
    """Soon after the broker is back everything that waited is applied; while it is frozen nobody waits for it."""
    slowest_applied = slowest_request = 0.0
    for outage in world.outages:
        if outage.kind == "broker killed":
            slowest_applied = max(slowest_applied, _applied_after(world, outage.began, outage.ended))
        if outage.kind == "broker frozen":
            took = [
                seconds for each in submissions for at, seconds, _ in each.tries if outage.began <= at < outage.ended
            ]
            slowest_request = max([slowest_request, *took])
    findings.counts["applied after the broker's port opened (s)"] = slowest_applied
    findings.counts["slowest request while the broker was frozen (s)"] = slowest_request
    findings.expect(slowest_applied <= APPLIED_WITHIN, f"it took {slowest_applied:.1f} s to apply what had waited")
    findings.expect(
        slowest_request <= ANSWERED_WITHIN_WHILE_FROZEN, f"a request took {slowest_request:.1f} s while frozen"
    )


def _applied_after(world: World, killed: float, opened: float) -> float:
    """Seconds from the port's opening until the last referral of the outage was in audit's hands."""
    values = {"a": datetime.fromtimestamp(killed, UTC), "b": datetime.fromtimestamp(opened, UTC)}
    with world.engine("referral").connect() as connection:
        statement = text("SELECT id FROM outbox WHERE written_at >= :a AND written_at < :b")
        waited = connection.execute(statement, values).scalars().all()
    if not waited:
        return 0.0
    with world.engine("audit").connect() as connection:
        statement = text("SELECT max(received_at) FROM inbox WHERE queue = 'audit.remember' AND event_id = ANY(:ids)")
        last = connection.execute(statement, {"ids": waited}).scalar_one()
    return max(0.0, last.timestamp() - opened) if last else float("inf")
