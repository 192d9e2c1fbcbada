"""After a service's database was put back, or begun anew: what of the time since is lost, said once, and then go on.

The publisher is held, so that nothing goes out under the old epoch, whose numbers would be given twice. What audit has
heard is held against what the database holds (``account.py``); the outcome is one event, by whom and why, with which a
new epoch begins: audit's log keeps it, and looks for those numbers no more. Then the others send again what this
service has not carried out.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime

from rich.console import Console

from operations.come_back import directory as restored_directory
from operations.come_back import log as restored_log
from operations.come_back.account import MARGIN, Account, account_of
from operations.come_back.announce import announce_directory
from operations.come_back.republish import republish_and_wait
from operations.come_back.what_the_log_holds import as_reviewer
from operations.install.migrate import subscriptions
from operations.operator_act import ISSUER, database_of, known_service, operator, rule_for, tell
from operations.trouble import NotInTime, Trouble
from services.audit.adapters.parked_messages import parked_sequences
from shared.contracts.common import AccessRecorded, ServiceRestored
from shared.kernel.clock import SystemClock
from shared.kernel.identity import uuid7
from shared.messaging import epochs
from shared.messaging.connection import connect, drop
from shared.messaging.publish import outbox
from shared.messaging.publish.publisher import CONFIRM_TIMEOUT
from shared.messaging.retention import KEEP_SENT
from shared.messaging.subscription import EVERY_PUBLISHER
from shared.settings import SERVICES, Settings

AUDIT = "audit"
REMEMBER = f"{AUDIT}.remember"
TAKEN_IN_WITHIN_SECONDS = 300.0
LOOKS, LOOK_EVERY_SECONDS = 3, 0.7
AT_REST_SECONDS = CONFIRM_TIMEOUT + 1.0
MOST_RUNS = 1000
"""More would not go into one entry of the log."""


def restored(
    settings: Settings,
    services: Sequence[str],
    reason: str,
    console: Console,
    *,
    begin_bus_anew: Callable[[], None] | None = None,
) -> None:
    """Say of each service what became of it, and have it go on. Raises Trouble; what was not done can be done again.

    ``begin_bus_anew`` has audit's bus started anew, where whoever asks can do that.
    """
    rule = rule_for(reason)
    for service in services:
        known_service(service)
    # the log first: it is what the others are held against
    for service in sorted(services, key=lambda each: each != AUDIT):
        console.print(f"{service}:")
        if service == AUDIT:
            _the_log(settings, reason, rule, console, begin_bus_anew)
        else:
            _one(settings, service, reason, rule, console)


def _one(settings: Settings, service: str, reason: str, rule: str, console: Console) -> None:
    heard = _hold(settings, service)
    _wait_until_taken_in(settings)
    account = _account(settings, service)
    if service == restored_directory.SERVICE:
        restored_directory.take_back(settings, console)
    _tell(settings, account, reason)
    _say(account, console)
    if account.again_since is not None:
        republish_and_wait(settings, service, account.again_since, rule, console)
    _have_sent_again(settings, service, heard, rule, console)


def _the_log(
    settings: Settings, reason: str, rule: str, console: Console, begin_bus_anew: Callable[[], None] | None
) -> None:
    heard = _hold(settings, AUDIT)
    put_back = restored_log.accept(settings, console, begin_bus_anew)
    _have_sent_again(settings, AUDIT, heard, rule, console)
    _wait_until_taken_in(settings)
    account = _account(settings, AUDIT)
    account.given_up += restored_log.nobody_holds(settings)
    _tell(settings, account, reason, put_back)
    restored_log.say(put_back, account.given_up, console)


def _hold(settings: Settings, service: str) -> datetime | None:
    """Hold the publisher; returns when the database last heard of the others before."""
    with database_of(settings, service) as engine:
        with engine.begin() as connection:
            heard = epochs.last_heard(connection)
            before = outbox.hold(connection)
        if not before:
            # what its relay had in hand is published by then, or never
            time.sleep(AT_REST_SECONDS)
    return heard


def _wait_until_taken_in(settings: Settings) -> None:
    """Return when nothing lies before audit any more: what it has not taken in would be called lost."""
    until = time.monotonic() + TAKEN_IN_WITHIN_SECONDS
    connection = connect(settings.admin_broker_url, "lotsa restored")
    try:
        channel = connection.channel()
        empty = 0
        while empty < LOOKS:
            # a message in the reaction's hands is in no count, so one look is not enough
            empty = 0 if channel.queue_declare(REMEMBER, passive=True).message_count else empty + 1
            if time.monotonic() > until:
                raise NotInTime(
                    "Audit does not take in what lies before it: does its bus run? Nothing goes out from the service "
                    "until this is said again and done."
                )
            time.sleep(LOOK_EVERY_SECONDS)
    finally:
        drop(connection)


def _account(settings: Settings, service: str) -> Account:
    parked = parked_sequences(settings.admin_broker_url, [REMEMBER])
    with (
        database_of(settings, service) as own,
        database_of(settings, AUDIT) as log,
        own.begin() as here,
        log.begin() as there,
    ):
        as_reviewer(there)
        return account_of(here, there, settings.installation, service, parked)


def _tell(settings: Settings, account: Account, reason: str, put_back: restored_log.PutBack | None = None) -> None:
    """One transaction: what was told is marked so, a new epoch begins with the word on the old one, and it goes on."""
    if len(account.lost_runs) + len(account.given_up) > MOST_RUNS:
        raise Trouble(
            f"More than {MOST_RUNS} separate runs of numbers are lost or given up: that does not go into one entry of "
            "the log. “lotsa republish” the service first, so that what it still has is not among them."
        )
    now = SystemClock().now()
    with database_of(settings, account.publisher) as engine, engine.begin() as connection:
        epochs.was_told(connection, account.told)
        outbox.renew_epoch(connection)
        tell(
            connection,
            ServiceRestored(
                restore_id=uuid7(),
                reason=reason,
                issuer=ISSUER,
                subject=operator(),
                ended=tuple(account.ended),
                lost=tuple(account.lost_runs),
                lost_events=len(account.lost),
                given_up=tuple(account.given_up),
                since=account.since(now),
                size=put_back.size if put_back else None,
                kept_size=put_back.kept_size if put_back else None,
                kept_root=put_back.kept_root if put_back else None,
                occurred_at=now,
            ),
        )
        outbox.let_go(connection)


def _say(account: Account, console: Console) -> None:
    """What is lost, by kind and id; readings by number alone, since the log has them."""
    kinds = Counter(each.event_type for each in account.lost)
    for kind, count in sorted(kinds.items()):
        console.print(f"  lost to {account.publisher}, though the log holds it: {count} × {kind}", markup=False)
    for each in reversed(account.lost):
        if each.event_type != AccessRecorded.event_type:
            about = " ".join(each.subjects)
            console.print(f"    {each.occurred_at}  {each.event_type}  {each.event_id}  {about}", markup=False)
    for run in account.given_up:
        console.print(f"  held by nobody, and looked for no more: {run}", markup=False)
    if account.told:
        console.print(f"  {len(account.told)} events had been told already, and are not told anew.")
    if not account.lost and not account.given_up:
        console.print("  Nothing that was told is lost.")
    console.print("  It goes on under a new epoch; one entry of the log says by whom, and why.")


def _have_sent_again(settings: Settings, service: str, heard: datetime | None, rule: str, console: Console) -> None:
    """Have the others send again what this service may not have carried out."""
    now = SystemClock().now()
    oldest = now - KEEP_SENT
    since = max(heard - MARGIN, oldest) if heard is not None else oldest
    for publisher in _heard_by(service):
        republish_and_wait(settings, publisher, since, rule, console)
    if service != restored_directory.SERVICE and since == oldest:
        announce_directory(settings, rule)
        console.print("  The directory has told everything again, which goes further back than sent events are kept.")
    if service == restored_directory.SERVICE:
        announce_directory(settings, rule)
        console.print("  The directory has told everything again, so that every copy is as it is.")


def _heard_by(service: str) -> list[str]:
    """The publishers that a service listens to, itself included where it does."""
    bindings = {publisher for each in subscriptions() if each.service == service for publisher, _ in each.bindings}
    return [each for each in SERVICES if each in bindings or EVERY_PUBLISHER in bindings]
