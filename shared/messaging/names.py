"""The names of everything on the broker, in one place. The virtual host keeps installations apart.

An event goes ``lotsa.<publisher>`` → ``<service>.<reaction>``. From there, when a reaction fails, over
``lotsa.<service>.retry.<seconds>`` to a waiting queue and back over ``lotsa.<service>.again``; or over
``lotsa.<service>.parked`` to ``<service>.<reaction>.parked``. Retry and parking keep the queue's own name as routing
key. All of these belong to the consuming service, so that none can write into another's queues.
"""

from __future__ import annotations

import re

RETRY_SECONDS = (1, 10, 60, 600)
DELIVERY_LIMIT = 100

ATTEMPTS = "x-lotsa-attempts"
REASON = "x-lotsa-reason"
PARKED_AT = "x-lotsa-parked-at"
REPLAYED_BY = "x-lotsa-replayed-by"


def exchange(publisher: str) -> str:
    """The topic exchange on which a service publishes."""
    return f"lotsa.{publisher}"


def retry_exchange(service: str, seconds: int) -> str:
    """The fan-out exchange in front of a service's waiting queue."""
    return f"lotsa.{service}.retry.{seconds}"


def retry_queue(service: str, seconds: int) -> str:
    """The queue in which a service's messages wait before they are tried again."""
    return f"{service}.retry.{seconds}"


def again_exchange(service: str) -> str:
    """The direct exchange by which messages that have waited return to their queue."""
    return f"lotsa.{service}.again"


def parked_exchange(service: str) -> str:
    """The direct exchange that leads to a service's parked queues; also its queues' dead-letter exchange."""
    return f"lotsa.{service}.parked"


def parked_queue(queue: str) -> str:
    """Where a queue's messages lie that cannot be carried out."""
    return f"{queue}.parked"


def service_of(queue: str) -> str:
    """The service that owns a queue."""
    return queue.partition(".")[0]


def rights(service: str) -> tuple[str, str, str]:
    """What a service's broker user may configure, write and read, as RabbitMQ's regular expressions: the least.

    Its own parked queues are among what it may read, so that audit can say which gaps they explain.
    """
    own = re.escape(service)
    return "^$", rf"^lotsa\.{own}(\.retry\.[0-9]+|\.parked)?$", rf"^{own}\.[^.]+(\.parked)?$"
