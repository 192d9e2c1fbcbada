"""What became of everything that a service has told: its database, put back from a copy, held against audit's.

What audit has heard and the copy still holds as untold was told. What audit has heard and the copy has not is lost to
the service. What was numbered and nobody has, neither audit nor the copy nor a parked queue, is given up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection

from operations.come_back.what_the_log_holds import Remembered, Source, remembered_of, sources_of
from services.audit.domain.gaps import Ranges, missing, runs, split
from services.audit.domain.given_up import as_told, runs_by_epoch
from shared.messaging import epochs

MARGIN = timedelta(hours=1)


@dataclass
class Account:
    """``told``: (event, epoch, sequence). ``again_since``: what audit lacks and the copy has sent, the first of it.

    ``alive``: when the copy last wrote an event; None when it never has.
    """

    publisher: str
    ended: list[UUID] = field(default_factory=list)
    told: list[tuple[UUID, UUID, int]] = field(default_factory=list)
    lost: list[Remembered] = field(default_factory=list)
    given_up: list[str] = field(default_factory=list)
    again_since: datetime | None = None
    alive: datetime | None = None

    def since(self, now: datetime) -> datetime:
        """About when the copy was made: what is lost may be older than its last word, when it was begun anew."""
        lost = [datetime.fromisoformat(each.occurred_at) for each in self.lost]
        return min([*lost, self.alive or now, now])

    @property
    def lost_runs(self) -> list[str]:
        """The lost events' numbers, as they are told."""
        found = []
        for epoch in dict.fromkeys(each.epoch for each in self.lost):
            numbers = (each.sequence for each in self.lost if each.epoch == epoch and each.sequence is not None)
            found += as_told(self.publisher, epoch, runs(numbers))
        return found


def account_of(
    here: Connection, there: Connection, installation: str, service: str, parked: Mapping[str, Iterable[int]]
) -> Account:
    """Hold a service's database (``here``) against audit's (``there``, where the log can be read).

    ``parked``: by source, the numbers that lie parked before audit, and can be sent back.
    """
    publisher, alive = epochs.publisher_of(here), epochs.last_alive(here)
    sources = sources_of(there, installation, service)
    account = Account(service, ended=[publisher.epoch], alive=alive)
    # of a database that knows nothing of an epoch, all that was told under it is lost
    older = all(each.ended or each.epoch == publisher.epoch for each in sources)
    since = alive - MARGIN if alive and older else None
    _compare(account, here, there, installation, since)
    for source in sources:
        if not source.ended or source.epoch == publisher.epoch:
            lying = parked.get(f"/lotsa/{installation}/{service}/{source.epoch}", ())
            _give_up(account, here, source, lying)
            if source.epoch != publisher.epoch:
                account.ended.append(source.epoch)
    return account


def _compare(account: Account, here: Connection, there: Connection, installation: str, since: datetime | None) -> None:
    publisher, unsent = epochs.publisher_of(here), epochs.unsent(here)
    late: list[Remembered] = []
    named: set[tuple[UUID, int]] = set()
    for each in remembered_of(there, installation, account.publisher, since):
        named.update(_numbers(each.lost))
        if each.event_id in unsent and each.sequence is not None:
            account.told.append((each.event_id, each.epoch, each.sequence))
        elif each.epoch != publisher.epoch or (each.sequence or 0) > publisher.last_sequence:
            late.append(each)
    here_still = epochs.held_among(here, [each.event_id for each in late])
    account.lost = [
        each for each in late if each.event_id not in here_still and (each.epoch, each.sequence or 0) not in named
    ]


def _numbers(lost: Iterable[str]) -> Iterable[tuple[UUID, int]]:
    for (_, epoch), told in runs_by_epoch(lost).items():
        for first, last in told:
            yield from ((epoch, number) for number in range(first, last + 1))


def _give_up(account: Account, here: Connection, source: Source, lying: Iterable[int]) -> None:
    gaps, _ = split(missing(source.known_highest, source.accounted), lying)
    sent = {number: at for number, at in epochs.held_numbers(here, source.epoch, gaps).items() if at is not None}
    if sent:
        earliest = min(at for at in sent.values())
        account.again_since = min(earliest, account.again_since or earliest)
    account.given_up += as_told(account.publisher, source.epoch, without(gaps, sent))


def without(gaps: Ranges, numbers: Iterable[int]) -> Ranges:
    """Runs without some of their numbers."""
    return split(gaps, numbers)[0]
