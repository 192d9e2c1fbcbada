"""The broker's ports were taken while it was stopped: it comes up on others, and says what it met where it cannot."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from demo.one_machine import ports
from demo.one_machine.private_rabbitmq import PORTS, PrivateRabbitMQ
from operations.trouble import Trouble
from tests.support.private_broker import private_broker

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def broker() -> Iterator[PrivateRabbitMQ]:
    """One node, started and stopped again and again."""
    with private_broker() as made:
        made.start()
        made.stop()
        yield made


def known(broker: PrivateRabbitMQ) -> dict[str, int]:
    """Its ports, by name."""
    return dict(zip(PORTS, broker.ports(), strict=True))


def own_address() -> str:
    """An address of this machine beside loopback; nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.2"
        return str(asking.getsockname()[0])


def listens(port: int, stack: ExitStack) -> None:
    """Another program listens on it."""
    other = stack.enter_context(socket.socket())
    other.bind((ports.LOOPBACK, port))
    other.listen()


def goes_out(port: int, stack: ExitStack, address: str = ports.LOOPBACK) -> None:
    """Another program's connection goes out from it."""
    server, client = (stack.enter_context(socket.socket()) for _ in range(2))
    server.bind((address, 0))
    server.listen()
    client.bind((address, port))
    client.connect(server.getsockname())


@pytest.mark.parametrize("name", PORTS)
@pytest.mark.parametrize("taken_by", ["a listener", "a connection", "a connection from another address"])
def test_a_port_that_was_taken_meanwhile_is_let_go(broker: PrivateRabbitMQ, name: str, taken_by: str) -> None:
    """Each of the four: others are chosen before it begins, written down, and told by its URLs."""
    before = known(broker)
    with ExitStack() as stack:
        if taken_by == "a listener":
            listens(before[name], stack)
        else:
            goes_out(before[name], stack, own_address() if taken_by.endswith("address") else ports.LOOPBACK)
        broker.configure()
        after = known(broker)
        if taken_by.endswith("another address") and name != "distribution":
            assert after == before, "it listens on loopback, where nobody is"
        else:
            assert not set(after.values()) & set(before.values())
            assert f":{after['amqp']}/" in broker.amqp_url
            assert broker.api_url.endswith(f":{after['management']}")


def test_it_comes_up_though_its_distribution_port_is_another_connections(broker: PrivateRabbitMQ) -> None:
    """It tries that port on every address before it begins, and ends at once where one is taken."""
    with ExitStack() as stack:
        goes_out(known(broker)["distribution"], stack, own_address())
        broker.start()
        try:
            assert broker.ready()
        finally:
            broker.stop()


def test_taken_after_we_had_looked_it_comes_up_at_the_second_try(
    broker: PrivateRabbitMQ, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody sees the port taken, the node meets it, and others are chosen: the URLs name those that it has."""
    before = known(broker)
    looked: list[int] = []

    def all_free(port: int, _address: str = ports.LOOPBACK) -> bool:
        looked.append(port)
        return True

    with ExitStack() as stack:
        listens(before["amqp"], stack)
        monkeypatch.setattr("demo.one_machine.private_rabbitmq.ports.is_free", all_free)
        broker.start()
        monkeypatch.undo()
        try:
            assert before["amqp"] in looked
            assert broker.ready()
            assert not set(broker.ports()) & set(before.values())
        finally:
            broker.stop()


def test_where_it_does_not_come_up_it_is_told_what_the_node_said(
    broker: PrivateRabbitMQ, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own last lines, not only that its process ended."""
    chosen = broker.ports()
    with ExitStack() as stack:
        listens(known(broker)["distribution"], stack)
        monkeypatch.setattr("demo.one_machine.private_rabbitmq.ports.is_free", lambda *_: True)
        monkeypatch.setattr("demo.one_machine.private_rabbitmq.ports.free_ports", lambda _: chosen)
        taken = known(broker)["distribution"]
        with pytest.raises(Trouble, match=rf"its process ended\. It said: .*port {taken} ") as met:
            broker.start()
    assert "\x1b" not in str(met.value)
    assert str(broker.folder / "rabbitmq.log") in str(met.value)


def test_ports_are_kept_from_one_start_to_the_next(broker: PrivateRabbitMQ) -> None:
    """As long as they are free, and unless the system may give them to somebody meanwhile."""
    before = known(broker)
    broker.configure()
    assert known(broker) == before
    lowest, highest = map(int, Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split())
    assert not [port for port in before.values() if lowest <= port <= highest]
    (broker.folder / "ports.json").write_text(json.dumps(dict(zip(PORTS, range(lowest, lowest + 4), strict=True))))
    broker.configure()
    assert not [port for port in broker.ports() if lowest <= port <= highest]


def test_one_that_runs_is_not_configured_anew(broker: PrivateRabbitMQ) -> None:
    """Its own ports are taken by itself."""
    broker.start()
    try:
        before = known(broker)
        broker.configure()
        assert known(broker) == before
        assert broker.ready()
    finally:
        broker.stop()


def test_free_ports_are_free_everywhere_and_all_different() -> None:
    """And none of them lies where the system chooses for outgoing connections."""
    chosen = ports.free_ports(50)
    assert len(set(chosen)) == 50
    assert not [port for port in chosen if ports.is_given_away(port)]
    with ExitStack() as stack:
        listens(chosen[0], stack)
        assert not ports.is_free(chosen[0])
        assert not ports.is_free(chosen[0], ports.EVERYWHERE)
        goes_out(chosen[1], stack, own_address())
        assert ports.is_free(chosen[1])
        assert not ports.is_free(chosen[1], ports.EVERYWHERE)
