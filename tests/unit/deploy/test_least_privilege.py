"""Each process is given what it uses and nothing more, on one box and in containers."""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
import yaml

from demo.one_machine.product import given_to, given_to_supervisor
from demo.one_machine.supervisor import Supervisor, write_wanted
from operations.checkout import CHECKOUT
from operations.install import prepare
from operations.install.installation import Installation, Servers
from operations.install.process_settings import settings_used
from shared.settings import SERVICES
from tests.support.eventually import eventually

PROCESSES = ("web", "bus", "relay")
FOR_OPERATORS_ALONE = (
    "LOTSA_ADMIN_BROKER_URL",
    "LOTSA_ADMIN_DATABASE_URL",
    *(f"LOTSA_{service.upper()}_OWNER_DATABASE_URL" for service in SERVICES),
)


@pytest.fixture
def everything(tmp_path: Path) -> dict[str, str]:
    """All that an installation knows, and what the machine's own environment holds besides."""
    (tmp_path / "keys").mkdir()
    servers = Servers("postgresql+psycopg://a:b@c/postgres", "amqp://a:b@c/%2F", "http://a:b@c")
    made = Installation("lotsa", tmp_path, servers, "demo", "http://127.0.0.1:8000")
    return {**made.environment(), "PATH": "/usr/bin", "LOTSA_SMTP_URL": "", "LOTSA_OIDC_ISSUER": ""}


@pytest.mark.parametrize("process", PROCESSES)
def test_no_process_is_given_what_is_for_operators_alone(process: str, everything: dict[str, str]) -> None:
    """Neither a tables' owner nor the broker's administrator, and the supervisor that starts them is not either."""
    assert set(FOR_OPERATORS_ALONE) <= set(everything)
    for given in (given_to(process, everything), given_to_supervisor(everything)):
        assert set(FOR_OPERATORS_ALONE).isdisjoint(given)
        assert given["PATH"] == "/usr/bin"


def test_the_web_process_knows_no_broker_and_not_the_logs_role(everything: dict[str, str]) -> None:
    """Pages never speak to the broker, and only the sequencer appends to the log and signs it."""
    given = given_to("web", everything)
    assert [name for name in given if "BROKER" in name] == []
    assert {"LOTSA_AUDIT_LOG_DATABASE_URL", "LOTSA_AUDIT_SIGNING_KEY_FILE", "LOTSA_SMTP_URL"}.isdisjoint(given)
    assert {f"LOTSA_{service.upper()}_DATABASE_URL" for service in SERVICES} <= set(given)
    # it verifies with the public half, which is in no database
    assert given["LOTSA_AUDIT_VERIFYING_KEY_FILE"].endswith("/log-verifying")


def test_the_bus_can_sign_nobody_in(everything: dict[str, str]) -> None:
    """Keys of sessions and access tokens are the pages'; the two services that seal have their master keys."""
    given = given_to("bus", everything)
    assert [name for name in given if "SESSION" in name or "TOKEN" in name or "OIDC" in name] == []
    assert {name for name in given if name.endswith("MASTER_KEY_FILE")} == {
        "LOTSA_REFERRAL_MASTER_KEY_FILE",
        "LOTSA_AUDIT_MASTER_KEY_FILE",
    }


def test_the_relay_is_given_no_key_at_all(everything: dict[str, str]) -> None:
    """It carries what it cannot read: a database and a broker user for each service."""
    given = {name for name in given_to("relay", everything) if name.startswith("LOTSA_")}
    assert [name for name in given if name.endswith("_FILE")] == []
    assert {name for name in given if name.endswith("_URL") and name != "LOTSA_PUBLIC_URL"} == {
        f"LOTSA_{service.upper()}_{kind}_URL" for service in SERVICES for kind in ("DATABASE", "BROKER")
    }


@pytest.mark.parametrize("process", PROCESSES)
@pytest.mark.parametrize("service", SERVICES)
def test_a_process_of_one_service_knows_nothing_of_the_others(process: str, service: str) -> None:
    """No name of another service stands in what it is given."""
    others = {other.upper() for other in SERVICES} - {service.upper()}
    assert [name for name in settings_used(process, [service]) if set(name.split("_")) & others] == []


def test_the_supervisor_hands_out_only_that(
    everything: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that it has really started finds nothing else in its environment."""
    for name, value in everything.items():
        monkeypatch.setenv(name, value)
    told = tmp_path / "told"
    program = (
        "import json, os, pathlib, sys, time; draft = pathlib.Path(sys.argv[1] + '.draft');"
        "draft.write_text(json.dumps(sorted(os.environ))); draft.rename(sys.argv[1]); time.sleep(60)"
    )
    write_wanted(tmp_path, {"relay": [sys.executable, "-c", program, str(told)]})
    stop = threading.Event()
    supervising = threading.Thread(target=Supervisor(tmp_path).run, args=(stop,))
    supervising.start()
    try:
        eventually(told.exists, saying="the process to say what it was given", within=30)
    finally:
        stop.set()
        supervising.join(30)
    names = json.loads(told.read_text())
    assert {name for name in names if name.startswith("LOTSA_")} == {
        name for name in given_to("relay", everything) if name.startswith("LOTSA_")
    }


@pytest.fixture
def composed() -> dict[str, Any]:
    """The description of the installation in containers."""
    read: dict[str, Any] = yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text())
    return read


def test_in_containers_each_process_has_a_volume_of_its_own(composed: dict[str, Any]) -> None:
    """What one is given no other can read, and nobody but the preparation has the administrators' passwords."""
    for service in SERVICES:
        for process in PROCESSES:
            container = composed["services"][f"{service}-{process}"]
            assert container["command"] == [process, service]
            given = [volume for volume in container["volumes"] if volume.startswith("given-")]
            assert given == [f"given-{service}-{process}:/run/lotsa:ro"]
            assert f"given-{service}-{process}" in composed["volumes"]
            assert (
                f"given-{service}-{process}:/secrets/{service}/{process}"
                in (composed["services"]["prepare"]["volumes"])
            )
    with_password = {
        name
        for name, container in composed["services"].items()
        if {"postgres-password", "rabbitmq-password"} & set(container.get("secrets", []))
    }
    assert with_password == {"postgres", "rabbitmq", "prepare", "operator", "backup"}


def test_an_operators_command_hands_keys_out_to_the_processes(composed: dict[str, Any]) -> None:
    """Into their own volumes, wherever it is run: else a new master key would seal what no process could open."""
    prepared = set(composed["services"]["prepare"]["volumes"])
    assert any(each.startswith("given-") for each in prepared)
    assert prepared <= set(composed["services"]["operator"]["volumes"])


def test_in_containers_each_process_is_given_its_own_settings_and_keys(
    everything: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Settings and copied keys lie together, and are exactly those that the process uses."""
    monkeypatch.setattr(prepare, "SECRETS", tmp_path / "secrets")
    for name, value in everything.items():
        if name.endswith("_FILE"):
            Path(value).write_text("a key")
    given: dict[tuple[str, str], dict[str, str]] = {}
    for service in SERVICES:
        for process in PROCESSES:
            folder = tmp_path / "secrets" / service / process
            folder.mkdir(parents=True)
            prepare._give(process, service, everything)
            lines = (folder / "environment").read_text().splitlines()
            given[process, service] = dict(line.split("=", 1) for line in lines)
            files = {Path(value).name for name, value in given[process, service].items() if name.endswith("_FILE")}
            assert {file.name for file in folder.iterdir()} == {"environment", *files}
            assert set(given[process, service]) <= settings_used(process, [service])
    assert "LOTSA_AUDIT_SIGNING_KEY_FILE" in given["bus", "audit"]
    assert "LOTSA_AUDIT_SIGNING_KEY_FILE" not in given["web", "audit"]
    assert given["web", "audit"]["LOTSA_AUDIT_VERIFYING_KEY_FILE"] == "/run/lotsa/log-verifying"
    assert [each for each in given if "LOTSA_AUDIT_VERIFYING_KEY_FILE" in given[each]] == [
        ("web", "audit"),
        ("bus", "audit"),
    ]
    assert given["web", "referral"]["LOTSA_REFERRAL_MASTER_KEY_FILE"] == "/run/lotsa/referral-master"


def test_in_containers_the_kept_checkpoint_outlives_its_process(composed: dict[str, Any]) -> None:
    """The sequencer may write there, an operator's command may read there, and nobody else comes to it."""
    mounted = {name for name, each in composed["services"].items() if "kept:/kept" in each.get("volumes", [])}
    assert mounted == {"audit-bus", "prepare", "operator"}
    assert "kept" in composed["volumes"]
    assert "/kept" in (CHECKOUT / "deploy/Dockerfile").read_text()
    assert Path("/kept/log-checkpoint") == prepare.KEPT
