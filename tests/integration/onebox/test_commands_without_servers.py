"""An operator's command without database or broker, or asked wrongly: a sentence, and an exit code of its own."""

from __future__ import annotations

import base64
import shutil
from pathlib import Path

import pytest
from click.testing import Result
from rich.console import Console
from typer.testing import CliRunner

from demo.one_machine import ports
from lotsa.cli import app
from operations.check_up import check_up
from operations.checkout import CHECKOUT
from operations.trouble import Trouble
from shared.settings import SERVICES, Settings

GOLDEN = CHECKOUT / "tests/contracts/golden_log"
UNSEEN = "not-to-be-shown"


def lotsa(*words: str, **environment: str) -> Result:
    """One `lotsa` command."""
    return CliRunner().invoke(app, words, env=environment)


@pytest.fixture
def nobody_there(tmp_path: Path) -> dict[str, str]:
    """The environment of an installation whose servers are away."""
    [port] = ports.free_ports(1)
    master_key = tmp_path / "master-key"
    master_key.write_text(f"audit-1:{base64.urlsafe_b64encode(bytes(32)).decode()}")
    databases = {
        f"LOTSA_{service.upper()}_DATABASE_URL": f"postgresql+psycopg://lotsa:{UNSEEN}@127.0.0.1:{port}/lotsa"
        for service in SERVICES
    }
    return databases | {
        "LOTSA_MODE": "test",
        "LOTSA_ADMIN_BROKER_URL": f"amqp://lotsa:{UNSEEN}@127.0.0.1:{port}/",
        "LOTSA_AUDIT_VERIFYING_KEY_FILE": str(GOLDEN / "key.txt"),
        "LOTSA_AUDIT_MASTER_KEY_FILE": str(master_key),
    }


@pytest.mark.parametrize(
    "words",
    [
        ("parked", "list"),
        ("parked", "show", "audit.remember"),
        ("parked", "replay", "audit.remember", "--all"),
        ("verify-audit",),
    ],
    ids=" ".join,
)
def test_what_is_away_is_said_in_a_sentence(nobody_there: dict[str, str], words: tuple[str, ...]) -> None:
    """Not 1, which would say that something is parked, or that the log does not hold."""
    done = lotsa(*words, **nobody_there)
    assert done.exit_code == 2
    assert "It could not be done" in done.stderr
    assert "Traceback" not in done.output
    assert UNSEEN not in done.output


def test_doctor_says_a_finding_as_it_stands(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A log's last words, with whatever brackets."""
    words = "The last line of its log: [error] [/red] <0.9.0>"
    monkeypatch.setattr(check_up, "_on_their_way", lambda _settings: iter([words]))
    monkeypatch.setattr(check_up, "_in_the_log", lambda _settings: iter([]))
    assert not check_up.examine_installation(Settings.from_environment({"LOTSA_MODE": "test"}), Console(soft_wrap=True))
    assert words in capsys.readouterr().out


def test_an_export_that_is_not_there_says_nothing_about_the_log() -> None:
    """Whatever brackets are in its name."""
    done = lotsa("verify-audit", "no-such-[/red].zip")
    assert (done.exit_code, done.stderr.strip()) == (2, "There is no export at no-such-[/red].zip.")


def test_a_log_that_nobody_serves_is_not_said_to_be_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing runs, the question cannot be put."""

    def stopped() -> Settings:
        raise Trouble("Lotsa does not run on this machine.")

    monkeypatch.setattr("lotsa.settings.current_settings", stopped)
    done = lotsa("verify-audit")
    assert (done.exit_code, done.stderr.strip()) == (2, "Lotsa does not run on this machine.")


def test_a_checkpoint_from_before_is_held_against_the_export(tmp_path: Path) -> None:
    """As with the verifier alone; and no word on the command line is passed over in silence."""
    export = shutil.make_archive(str(tmp_path / "export"), "zip", GOLDEN / "export")
    asked = ("verify-audit", export, "--key", str(GOLDEN / "key.txt"))
    assert lotsa(*asked).exit_code == 0
    kept = tmp_path / "kept"
    kept.write_bytes((GOLDEN / "export/checkpoint").read_bytes())
    assert lotsa(*asked, "--known", str(kept)).exit_code == 0
    kept.write_bytes((GOLDEN / "export/checkpoint").read_bytes().replace(b"\n", b"\r\n"))
    assert lotsa(*asked, "--known", str(kept)).exit_code == 0, "it was kept on Windows"
    kept.write_text("another log's\n1\n")
    done = lotsa(*asked, "--known", str(kept))
    assert done.exit_code == 2
    assert str(kept) in done.output.replace("\n", "")
    assert "WRONG" not in done.output
    assert "No such option" in lotsa(*asked, "--nown", str(kept)).output
