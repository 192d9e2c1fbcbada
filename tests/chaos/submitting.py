"""Clients that submit referrals and do not give up: each submission is retried under one Idempotency-Key."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from tests.support.builders import bodies
from tests.support.builders.bodies import read_out_today

PATH = "/api/referral/v1/referrals"
ANSWERED_WITHIN = 30.0
REQUEST_TIMEOUT = 15.0


@dataclass
class Submission:
    """One referral somebody wants to send, and gives up after ``ANSWERED_WITHIN`` seconds.

    ``tries``: (Unix time, seconds it took, status or None) of each request.
    """

    key: str
    began: float
    tries: list[tuple[float, float, int | None]] = field(default_factory=list)
    location: str | None = None
    ended: float = 0.0

    @property
    def answered(self) -> bool:
        """Whether it was answered with 201 in time."""
        return self.location is not None and self.ended - self.began <= ANSWERED_WITHIN


def a_referral() -> dict[str, Any]:
    """An invented carer's referral, with consent."""
    return read_out_today(bodies.a_referral())


class Clients:
    """Several clients at work until they are stopped; those under way still finish."""

    def __init__(
        self,
        port: int,
        token: str,
        *,
        count: int = 4,
        seed: int = 0,
        body: Callable[[], Any] = a_referral,
    ) -> None:
        self._port = port
        self._token = token
        self._body = body
        self._stop = threading.Event()
        self.submissions: list[Submission] = []
        self._threads = [threading.Thread(target=self._work, args=(seed * 100 + each,)) for each in range(count)]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Begin no new submissions, and wait for the last answers."""
        self._stop.set()
        for thread in self._threads:
            thread.join(ANSWERED_WITHIN + REQUEST_TIMEOUT + 5)

    def _work(self, seed: int) -> None:
        chance = random.Random(seed)
        while not self._stop.wait(chance.uniform(0.1, 0.4)):
            submission = Submission(str(uuid4()), time.time())
            self.submissions.append(submission)
            self._submit(submission, chance)

    def _submit(self, submission: Submission, chance: random.Random) -> None:
        while time.time() - submission.began < ANSWERED_WITHIN:
            began = time.time()
            status, location = self._ask(submission.key)
            submission.tries.append((began, time.time() - began, status))
            if status == HTTPStatus.CREATED:
                submission.location, submission.ended = location, time.time()
                return
            # a client's own pause; it ends nobody's waiting
            time.sleep(chance.uniform(0.1, 0.4))

    def _ask(self, key: str) -> tuple[int | None, str | None]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=REQUEST_TIMEOUT)
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Content-Type": "application/json",
            "Idempotency-Key": key,
        }
        try:
            connection.request("POST", PATH, json.dumps(self._body()), headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status, answer.getheader("Location")
        except (OSError, http.client.HTTPException):
            return None, None
        finally:
            connection.close()
