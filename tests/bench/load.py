"""An open-loop load: requests leave when their time has come, whether or not earlier ones are answered.

A closed loop would slow down with the product and so hide its waiting times (coordinated omission). Latency is
counted from the moment a request was due.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from uuid import uuid4

ANSWER_WITHIN_S = 30.0


@dataclass(frozen=True)
class Answer:
    """One request's fate. Times are Unix seconds; ``status`` 0 means no answer."""

    status: int
    due_at: float
    answered_at: float
    location: str = ""
    retry_after: str = ""

    @property
    def seconds(self) -> float:
        """From due to answered."""
        return self.answered_at - self.due_at


@dataclass
class Load:
    """Sends one POST per ``1 / rate`` seconds to one address."""

    base_url: str
    path: str
    headers: Mapping[str, str]
    body: Callable[[int], dict[str, object]]
    _idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = field(default_factory=list)

    def run(self, rate: float, seconds: float) -> list[Answer]:
        """Every request's answer, in the order they were due."""
        return asyncio.run(self._run(rate, seconds))

    def run_closed(self, count: int, clients: int) -> list[Answer]:
        """``count`` requests, each of ``clients`` sending its next as soon as its last is answered."""
        return asyncio.run(self._run_closed(count, clients))

    async def _run_closed(self, count: int, clients: int) -> list[Answer]:
        self._idle = []
        requests = [self._request(number) for number in range(count)]
        answers: list[Answer] = []

        async def one_client() -> None:
            while requests:
                answers.append(await self._send(requests.pop(), time.time()))

        await asyncio.gather(*(one_client() for _ in range(clients)))
        for _, writer in self._idle:
            writer.close()
        return answers

    async def _run(self, rate: float, seconds: float) -> list[Answer]:
        self._idle = []
        count = int(rate * seconds)
        # bodies are made beforehand: making them is not what is measured
        requests = [self._request(number) for number in range(count)]
        start = time.time() + 0.2
        tasks = []
        for number, request in enumerate(requests):
            due = start + number / rate
            await asyncio.sleep(max(0.0, due - time.time()))
            tasks.append(asyncio.create_task(self._send(request, due)))
        answers = await asyncio.gather(*tasks)
        for _, writer in self._idle:
            writer.close()
        return answers

    def _request(self, number: int) -> bytes:
        body = json.dumps(self.body(number)).encode()
        where = urlsplit(self.base_url)
        lines = [
            f"POST {self.path} HTTP/1.1",
            f"Host: {where.netloc}",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
            f"Idempotency-Key: {uuid4()}",
            *(f"{name}: {value}" for name, value in self.headers.items()),
        ]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body

    async def _send(self, request: bytes, due: float) -> Answer:
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                status, headers = await self._exchange(request)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, ValueError):
            return Answer(0, due, time.time())
        return Answer(status, due, time.time(), headers.get("location", ""), headers.get("retry-after", ""))

    async def _exchange(self, request: bytes) -> tuple[int, dict[str, str]]:
        where = urlsplit(self.base_url)
        if self._idle:
            reader, writer = self._idle.pop()
        else:
            reader, writer = await asyncio.open_connection(where.hostname, where.port)
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        status = int(head[0].split(" ")[1])
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
        await reader.readexactly(int(headers.get("content-length", "0")))
        if headers.get("connection", "").lower() == "close":
            writer.close()
        else:
            self._idle.append((reader, writer))
        return status, headers


def quantile(values: list[float], share: float) -> float:
    """The value below which ``share`` of the values lie (nearest rank); not a number when there are none."""
    if not values:
        return float("nan")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
