"""Production imports nothing of the demonstration or of the tools, by name or otherwise: it works where neither is."""

from __future__ import annotations

import inspect
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from demo.beside_lotsa import BESIDE_LOTSA
from demo.commands import app as of_the_demonstration
from lotsa.cli import app
from lotsa.demonstration import Demonstration
from operations.checkout import CHECKOUT

PRODUCTION = ("services", "shared", "operations", "lotsa")
EVERY_MODULE = """
import importlib, pkgutil, sys
for room in ("operations", "lotsa"):
    for found in pkgutil.walk_packages([room], f"{room}."):
        importlib.import_module(found.name)
print(*sorted({name.split(".")[0] for name in sys.modules} & {"demo", "tools", "tests"}))
"""


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the rooms that production runs, and no others."""
    folder = tmp_path_factory.mktemp("production")
    for room in PRODUCTION:
        ignored = shutil.ignore_patterns("__pycache__", "vendor", "*.csv")
        shutil.copytree(CHECKOUT / room, folder / room, ignore=ignored)
    shutil.copy(CHECKOUT / "pyproject.toml", folder)
    return folder


def python(production: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run Python where nothing else of the checkout is: not by the environment's path files either."""
    away = [f"import sys; sys.path[:] = [{str(production)!r}, *(p for p in sys.path if p != {str(CHECKOUT)!r})]"]
    if words[0] == "-c":
        away += [words[1]]
    else:
        away += [f"import runpy; sys.argv = {list(words)!r}; runpy.run_module({words[0]!r}, run_name='__main__')"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LOTSA_")}
    return subprocess.run(
        [sys.executable, "-c", "\n".join(away)],
        cwd=production,
        env={**environment, **settings},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


@pytest.mark.holds("production-without-the-demonstration")
def test_every_module_of_production_is_imported_without_it(production: Path) -> None:
    """What is imported only when it is called included: its modules are imported here one by one."""
    done = python(production, "-c", EVERY_MODULE)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ""


@pytest.mark.holds("production-without-the-demonstration")
def test_the_commands_of_an_operator_are_there_and_the_demonstrations_are_not(production: Path) -> None:
    """By name: whoever looks for `lotsa run` in production is not offered it."""
    helped = python(production, "lotsa.cli", "--help")
    assert helped.returncode == 0, helped.stderr
    offered = {line.split()[1] for line in helped.stdout.splitlines() if line.startswith("│ ") and line[2] != " "}
    assert {"doctor", "migrate", "restored", "backup", "restore", "verify-audit", "parked", "keys"} <= offered
    here = {command.name or command.callback.__name__ for command in of_the_demonstration.registered_commands}  # type: ignore[union-attr]
    assert here == {"run", "stop", "status", "seed", "demo-token"}
    assert not here & offered
    assert "No such command" in python(production, "lotsa.cli", "run").stderr


def test_where_it_is_installed_its_commands_are_offered_too() -> None:
    """So `make run` goes by the same command as ever."""
    helped = CliRunner().invoke(app, ["--help"]).output
    for name in ("run", "stop", "status", "seed", "demo-token", "doctor", "backup"):
        assert f" {name} " in helped


@pytest.mark.parametrize("words", [("doctor",), ("verify-audit",), ("parked", "list")])
def test_a_command_that_is_told_of_no_installation_says_so(production: Path, words: tuple[str, ...]) -> None:
    """It does not send anybody to “make run”, which is not there."""
    done = python(production, "lotsa.cli", *words)
    assert done.returncode != 0
    assert "No installation is named: set LOTSA_…_DATABASE_URL" in done.stderr.replace("\n", " ")
    assert "Traceback" not in done.stderr


def test_invented_people_cannot_be_had_without_it(production: Path) -> None:
    """A trial's container says so in a sentence, once the rest is prepared."""
    program = "from lotsa.demonstration import needed\nneeded()"
    assert "Trouble: The demonstration is not installed here." in python(production, "-c", program).stderr


def test_what_is_deployed_beside_it_is_no_python() -> None:
    """`deploy` holds what other people's programs read: Docker, nginx, Prometheus, and a file to begin from."""
    assert list((CHECKOUT / "deploy").rglob("*.py")) == []


def test_it_does_all_that_it_is_asked_for() -> None:
    """Its class has each act, with the signature that the entry points know."""
    assert isinstance(BESIDE_LOTSA, Demonstration)
    for name, act in inspect.getmembers(Demonstration, inspect.isfunction):
        assert inspect.signature(act) == inspect.signature(getattr(type(BESIDE_LOTSA), name)), name
