"""Messages that nobody can carry out, on a real exchange, in the referral service's name."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from uuid import uuid4

from shared.contracts.referral import ReferralSent
from shared.messaging import names
from shared.messaging.publish.publisher import ConfirmedPublisher, Outgoing
from shared.messaging.trouble import BrokerTrouble
from tests.support.builders.envelopes import an_envelope
from tests.support.builders.events import referral_sent


class Poison:
    """Publishes poison and remembers it: ``ids`` may end on parked queues, ``confirmed`` must."""

    def __init__(self, broker_url: str, seed: int) -> None:
        self._url = broker_url
        self._chance = random.Random(seed)
        self.ids: set[str] = set()
        self.confirmed: set[str] = set()

    def __call__(self) -> None:
        """Three poisoned messages of chosen kinds."""
        publisher = ConfirmedPublisher(self._url, "poison")
        bodies = self._chance.sample([b"", b"\xff\xfe", b"not json", b"{}", _unknown_type(), _broken_data()], 3)
        messages = [
            Outgoing(names.exchange("referral"), ReferralSent.event_type, str(uuid4()), body) for body in bodies
        ]
        # what is not confirmed may be there all the same
        self.ids |= {message.message_id for message in messages}
        try:
            self.confirmed |= publisher.publish(messages).confirmed
        except BrokerTrouble:
            pass
        finally:
            publisher.close()


def _unknown_type() -> bytes:
    return _envelope({}, type="referral.teleported.v1")


def _broken_data() -> bytes:
    return _envelope({"referral_id": 7})


def _envelope(data: dict[str, object], **changes: object) -> bytes:
    """A sent referral's envelope around other data."""
    sent = an_envelope(referral_sent(uuid4()), installation="poison", time=datetime.now(UTC), data=data, **changes)
    return sent.to_bytes()
