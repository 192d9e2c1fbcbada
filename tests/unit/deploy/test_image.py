"""The image holds what its programs read, is the product when nobody says which, and compose names what there is."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from lotsa.code_version import fingerprint, product_version
from lotsa.container import command
from operations.checkout import CHECKOUT

STAGE = re.compile(r"^FROM (\S+) AS (\S+)$", re.MULTILINE)
COPIED = re.compile(r"^COPY (?!--from)(.+) (\S+)$", re.MULTILINE)


def dockerfile() -> str:
    """The one that there is."""
    return (CHECKOUT / "deploy/Dockerfile").read_text()


def composed() -> dict[str, Any]:
    """docker-compose.yml, read."""
    read: dict[str, Any] = yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text())
    return read


def let_in() -> set[str]:
    """What .dockerignore lets into a build, of what lies in the checkout's own folder."""
    lines = (CHECKOUT / ".dockerignore").read_text().split()
    assert lines[0] == "*"
    return {line.removeprefix("!") for line in lines if line.startswith("!")}


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files of the checkout that the product's stage copies, and no others."""
    folder = tmp_path_factory.mktemp("image")
    stage = dockerfile().partition(" AS product\n")[2].partition("\nFROM ")[0]
    for source, place in COPIED.findall(stage):
        assert source.split("/")[0] in let_in()
        if (CHECKOUT / source).is_dir():
            unwanted = shutil.ignore_patterns("__pycache__", "vendor")
            shutil.copytree(CHECKOUT / source, folder / place, ignore=unwanted)
        else:
            shutil.copy(CHECKOUT / source, folder / place)
    return folder


def said_there(image: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """What one of its programs says, run where nothing else of the checkout is."""
    program = [sys.executable, "-c", f"import sys; sys.path[:] = [p for p in sys.path if p != {str(CHECKOUT)!r}]\n"]
    program[-1] += f"sys.path.insert(0, {str(image)!r}); sys.argv = {list(words)!r}\n"
    program[-1] += f"import runpy; runpy.run_module({words[0]!r}, run_name='__main__', alter_sys=True)"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LOTSA_")}
    return subprocess.run(program, cwd=image, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_a_build_without_a_target_makes_the_product() -> None:
    """The last stage is what `docker build .` makes, and it adds nothing to the product."""
    assert STAGE.findall(dockerfile())[-1] == ("product", "lotsa")
    assert dockerfile().rstrip().endswith("FROM product AS lotsa")


def test_compose_builds_stages_that_there_are() -> None:
    """Each target, under a name that no other target has."""
    stages = {name for _, name in STAGE.findall(dockerfile())}
    built = {(each["build"]["target"], each["image"]) for each in composed()["services"].values() if "build" in each}
    assert {target for target, _ in built} <= stages
    assert len({target for target, _ in built}) == len({image for _, image in built}) == len(built)


def test_its_files_are_all_that_a_command_needs(image: Path) -> None:
    """`lotsa --version` reads pyproject.toml, and says the same as in the checkout; every command's help can be had."""
    told = said_there(image, "lotsa.cli", "--version")
    assert told.returncode == 0, told.stderr
    assert product_version() in told.stdout
    helped = said_there(image, "lotsa.cli", "--help")
    assert helped.returncode == 0, helped.stderr
    assert fingerprint()


def test_the_style_sheets_stage_has_what_fetches_them(tmp_path: Path) -> None:
    """It copies single files of rooms that the product's stage has whole or not at all."""
    stage = dockerfile().partition(" AS styles\n")[2].partition("\nFROM ")[0]
    for sources, place in COPIED.findall(stage):
        for source in sources.split():
            assert source.split("/")[0] in let_in()
            if not source.startswith("requirements/"):
                target = tmp_path / place / Path(source).name if place.endswith("/") else tmp_path / place
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(CHECKOUT / source, target)
    program = stage.partition('python -c "')[2].partition("; \\")[0]
    assert "import fetch_style_sheets" in program
    done = subprocess.run(
        [sys.executable, "-S", "-c", program], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr


def test_what_developers_run_is_not_in_it(image: Path) -> None:
    """Nor tests: what is not there cannot be run by whoever breaks in."""
    rooms = {folder.name for folder in image.iterdir() if folder.is_dir()}
    assert rooms == {"services", "shared", "operations", "lotsa", "demo"}


def test_every_process_of_compose_is_one(image: Path) -> None:
    """What each container of the image is told to run is a command that the entry point knows."""
    known = said_there(image, "lotsa.container").stderr
    for name, service in composed()["services"].items():
        if not service.get("image", "").startswith("lotsa") or service["image"] == "lotsa-openid":
            continue
        words = service["command"]
        if len(words) == 2 and words[0] in ("web", "bus", "relay"):
            assert command(*words), name
        else:
            assert f"lotsa.container {words[0]}" in known, name


def test_what_compose_refers_to_is_there() -> None:
    """Volumes, secrets, and those that somebody waits for: each has the check that is waited for."""
    whole = composed()
    for name, service in whole["services"].items():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert (CHECKOUT / source).exists() if source.startswith(".") else source in whole["volumes"], name
        assert set(service.get("secrets", [])) <= whole["secrets"].keys(), name
        for other, wanted in service.get("depends_on", {}).items():
            there = whole["services"][other]
            if wanted["condition"] == "service_healthy":
                assert "healthcheck" in there, (name, other)
            else:
                assert wanted["condition"] == "service_completed_successfully"
                assert "restart" not in there, f"{other} would never end"


@pytest.mark.skipif(shutil.which("docker") is None, reason="needs the docker command, though no engine")
def test_compose_itself_takes_the_file(tmp_path: Path) -> None:
    """Docker Compose's own reading, which knows every word of the specification; it needs no engine for that."""
    there = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False, timeout=30)
    if there.returncode:
        pytest.skip("docker is here without compose")
    command = ["docker", "compose", "--file", str(CHECKOUT / "docker-compose.yml"), "config", "--quiet"]
    environment = {**os.environ, "HOME": os.environ.get("HOME", str(tmp_path))}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def test_asking_whether_a_process_is_well_costs_little() -> None:
    """Twelve containers ask every ten seconds, each time by a program that begins anew."""
    program = "import sys, lotsa.container; print(*sys.modules, sep=chr(10))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=CHECKOUT, capture_output=True, text=True, timeout=60, check=True
    )
    loaded = done.stdout.split()
    assert "lotsa.container" in loaded
    assert not {"shared.settings", "cryptography", "sqlalchemy", "flask", "rich"} & set(loaded)
    tests = [" ".join(each.get("healthcheck", {}).get("test", [])) for each in composed()["services"].values()]
    assert len([each for each in tests if "lotsa.container healthy" in each]) == 12
    assert not [each for each in tests if "rabbitmq-diagnostics" in each or "rabbitmqctl" in each]


def test_an_operators_command_waits_for_nobody() -> None:
    """It is run when something is away; and it starts nothing, nor prepares anything anew on the way."""
    operator = composed()["services"]["operator"]
    assert not operator.get("depends_on")
    assert set(composed()["services"]["prepare"]["volumes"]) <= set(operator["volumes"])


def test_no_containers_log_grows_without_end() -> None:
    """Docker's own default keeps everything, until the disk is full."""
    for name, service in composed()["services"].items():
        assert {"max-size", "max-file"} <= service["logging"]["options"].keys(), name
