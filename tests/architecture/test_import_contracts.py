"""Who may import whom: the contracts hold, and each of them can fail."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.support.rooms import PRODUCT

ROOT = Path(__file__).resolve().parents[2]

# contract id → (file to change in a copy of the house, line planted at its end)
VIOLATIONS = {
    "house": ("shared/kernel/clock.py", "import services.referral.domain.referral"),
    "services-apart": ("services/referral/domain/referral.py", "import services.audit.log.entry"),
    "rooms": ("services/referral/domain/referral.py", "import services.referral.adapters.tables"),
    "shared": ("shared/contracts/contract.py", "import shared.storage.engine"),
    "no-circles": ("services/directory/domain/events.py", "import services.directory.domain.unit"),
    "subjects-of-directory": ("services/directory/web/public/pages.py", "import services.directory.web.units.schemas"),
    "subjects-of-audit": ("services/audit/web/trail/words.py", "from services.audit.web.log_status import alarm_words"),
    "subjects-of-notifications": (
        "services/notifications/web/inbox/pages.py",
        "import services.notifications.web.notices.words",
    ),
    "subjects-of-referral": (
        "services/referral/web/worklist/pages.py",
        "from services.referral.web.referral import words as of_another",
    ),
    "vocabulary": ("shared/vocabulary/__init__.py", "import marshmallow"),
    "vocabulary-libraries": ("services/referral/domain/referral.py", "import phonenumbers"),
    "bus-library": ("services/referral/domain/referral.py", "import nameko"),
    "lonely-log": ("services/audit/log/merkle.py", "import sqlalchemy"),
}
MORE_VIOLATIONS = [
    # production imports nothing of the demonstration or of the tools, not even when a function is called
    ("house", "lotsa/web.py", "from demo.one_machine.box import Box"),
    ("house", "lotsa/settings.py", "def f() -> None:\n    from demo import commands"),
    ("house", "operations/check_up/check_up.py", "import demo.one_machine.ports"),
    ("house", "operations/install/prepare.py", "if TYPE_CHECKING:\n    import demo.seed.directory"),
    ("house", "operations/backup/dump.py", "import tools.syntax"),
    ("house", "lotsa/container.py", "import tools.translations"),
    ("house", "operations/verify_log.py", "import lotsa.settings"),
    ("house", "services/audit/bootstrap.py", "import operations.verify_log"),
    ("house", "shared/settings.py", "import operations.trouble"),
    ("house", "demo/fill.py", "import tools.check"),
    ("no-circles", "operations/install/migrate.py", "import operations.backup.restore"),
    ("no-circles", "operations/trouble.py", "import operations.parked_messages"),
    ("no-circles", "demo/seed/ids.py", "import demo.one_machine.box"),
    ("no-circles", "lotsa/console.py", "import lotsa.cli"),
    ("no-circles", "tools/set_up/style_sheets.py", "import tools.set_up.__main__"),
    ("no-circles", "shared/messaging/receive/park.py", "from shared.messaging.receive.delivery import Delivery"),
    ("no-circles", "services/audit/log/merkle.py", "if TYPE_CHECKING:\n    import services.audit.log.check"),
    ("rooms", "services/referral/commands/send_referral.py", "import services.referral.adapters.tables"),
    ("rooms", "services/notifications/domain/notice.py", "import services.notifications.bootstrap"),
    ("rooms", "services/notifications/commands/tell_of_a_silence.py", "import services.notifications.processes.listen"),
    ("rooms", "services/audit/log/merkle.py", "import services.audit.domain.beside"),
    ("subjects-of-referral", "services/referral/web/step/api.py", "import services.referral.web.draft.sent"),
    ("bus-library", "shared/messaging/publish/outbox.py", "import eventlet"),
    ("lonely-log", "services/audit/verify.py", "import shared.storage.encryption"),
]


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    program = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    return subprocess.run(
        [sys.executable, "-c", program, "--no-cache", "--config", "pyproject.toml"],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin", "COLUMNS": "200", "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def _copy_of_the_house(to: Path) -> Path:
    for package in PRODUCT:
        ignored = shutil.ignore_patterns("__pycache__", "vendor", "*.mo", "*.csv")
        shutil.copytree(ROOT / package, to / package, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", to)
    return to


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the packages in which violations may be planted."""
    return _copy_of_the_house(tmp_path_factory.mktemp("house"))


def _names_of_contracts() -> dict[str, str]:
    import tomllib

    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    return {contract["id"]: contract["name"] for contract in contracts}


def test_every_contract_holds(house: Path) -> None:
    """The house as it stands breaks no contract."""
    result = _lint(house)
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_contract_has_a_planted_violation() -> None:
    """A contract without a violation below would be one that nobody has seen fail."""
    assert set(_names_of_contracts()) == set(VIOLATIONS)


@pytest.mark.parametrize(
    ("contract", "file", "line"),
    [(contract, file, line) for contract, (file, line) in VIOLATIONS.items()] + MORE_VIOLATIONS,
)
def test_a_planted_violation_is_caught(house: Path, contract: str, file: str, line: str) -> None:
    """Planting one forbidden import breaks the contract that forbids it, by name."""
    place = house / file
    sound = place.read_text()
    try:
        place.write_text(f"{sound}\n{line}\n")
        result = _lint(house)
    finally:
        place.write_text(sound)
    assert result.returncode == 1, result.stdout + result.stderr
    assert f"{_names_of_contracts()[contract]} BROKEN" in result.stdout


def test_a_new_room_needs_a_place_in_the_house(house: Path) -> None:
    """The layers are exhaustive: a room that the contract does not name is a violation."""
    room = house / "services" / "referral" / "attic"
    room.mkdir()
    try:
        (room / "__init__.py").write_text('"""A room nobody planned."""\n')
        result = _lint(house)
    finally:
        shutil.rmtree(room)
    assert result.returncode == 1
    assert "attic" in result.stdout


# services whose web has one Blueprint a subject
APART = ("audit", "directory", "notifications", "referral")


@pytest.mark.parametrize("service", APART)
def test_every_subject_of_a_services_web_is_held_apart(service: str) -> None:
    """A new folder is listed too."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    [listed] = [set(each["modules"]) for each in contracts if each["id"] == f"subjects-of-{service}"]
    web = ROOT / "services" / service / "web"
    assert listed == {f"services.{service}.web.{file.parent.name}" for file in web.glob("*/__init__.py")}
