"""`lotsa verify-audit` holds the log against checkpoints that were kept, by the sequencer and by an outsider."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from lotsa import cli
from operations import verify_log as verifying
from operations.export_log import export_to
from tests.integration.audit.broken_log import as_owner, cut, kept, signer
from tests.integration.audit.support import World

pytestmark = pytest.mark.usefixtures("a_log")


def test_the_operators_verification_takes_a_checkpoint_that_an_outsider_kept(
    world: World, a_log: list[int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The log was cut, and the checkpoint beside the key with it: only hers tells, of a fresh export and of a given."""
    monkeypatch.setattr("lotsa.settings.current_settings", lambda: world.settings)
    hers = tmp_path / "checkpoint-from-march"
    hers.write_bytes(kept(world).read_bytes())
    asked = ["verify-audit", "--key", str(signer(world).verifier)]
    assert lotsa(*asked, "--known", str(hers)) == 0
    cut(world, a_log[0])
    kept(world).unlink()
    export = tmp_path / "lotsa-log.zip"
    export_to(world.settings, export, by="somebody")
    for given in ([], [str(export)]):
        assert lotsa(*asked, *given) == 0
        assert lotsa(*asked, *given, "--known", str(hers)) == 1
    assert lotsa(*asked, "--known", str(tmp_path / "checkpoint-from-june")) == 2, "there is none"
    assert lotsa(*asked, "--knwon", str(hers)) == 2, "a slip of the pen is no verification"


def test_what_stands_beside_the_entries_is_looked_at_too(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The export is whole, since nothing of that is in it; the operator is told entry, table and column."""
    monkeypatch.setattr("lotsa.settings.current_settings", lambda: world.settings)
    asked = ["verify-audit", "--key", str(signer(world).verifier)]
    assert lotsa(*asked) == 0
    as_owner(
        world,
        "update log_entries set unit_set = 0 where index = 1",
        "update log_entries set about_1 = null where index = 2",
        "update log_entries set user_key = null where index = 3",
    )
    said = CliRunner().invoke(cli.app, asked).output
    assert "The log holds" in said
    for place in ("entry 1: log_entries.units (", "entry 2: log_about (", "entry 3: log_openings ("):
        assert place in said
    assert lotsa(*asked) == 1


def lotsa(*words: str) -> int:
    """The exit code of an operator's command."""
    return CliRunner().invoke(cli.app, words).exit_code


def test_the_operators_verification_knows_the_kept_checkpoint(world: World, a_log: list[int]) -> None:
    """`lotsa verify-audit` says that the log has shrunk, though the export is whole in itself."""
    with open("/dev/null", "w") as nowhere:
        said, installation = Console(file=nowhere), lambda: world.settings
        verify_anew = partial(verifying.verify, None, str(signer(world).verifier), said, installation=installation)
        assert verify_anew() == 0
        kept(world).write_bytes(kept(world).read_bytes().replace(b"\n", b"\r\n"))
        assert verify_anew() == 0
        cut(world, a_log[0])
        assert verify_anew() == 1
        cut(world, 0)
        assert verify_anew() == 1
        kept(world).write_bytes(b"\xff\xfe")
        with pytest.raises(verifying.CannotBeAsked):
            verify_anew()
        kept(world).unlink()
        with pytest.raises(verifying.CannotBeAsked):
            verify_anew()


@pytest.mark.parametrize("how", ["is killed", "has no memory left", "says nothing"])
def test_a_verifier_that_did_not_come_to_its_end_says_nothing_about_the_log(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, how: str
) -> None:
    """Exit code 2 and a sentence: neither that the log holds, nor, as a traceback's exit code would say, that it does
    not."""
    broken = {
        "is killed": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
        "has no memory left": "raise MemoryError",
        "says nothing": "raise SystemExit(1)",
    }
    verifier = tmp_path / "verify.py"
    verifier.write_text(broken[how])
    monkeypatch.setattr(verifying, "VERIFIER", verifier)
    monkeypatch.setattr("lotsa.settings.current_settings", lambda: world.settings)
    done = CliRunner().invoke(cli.app, ["verify-audit", "--key", str(signer(world).verifier)])
    assert done.exit_code == 2
    assert "did not come to its end" in done.output
    assert "WRONG" not in done.output


def test_the_verifier_is_given_the_time_that_it_takes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log of years is verified as one of days: nobody ends it but the person who waits."""
    monkeypatch.setattr("lotsa.settings.current_settings", lambda: world.settings)
    asked: list[object] = []
    run = verifying.subprocess.run

    def noted(*words: object, **given: object) -> object:
        asked.append(given.get("timeout"))
        return run(*words, **given)  # type: ignore[call-overload]

    monkeypatch.setattr(verifying.subprocess, "run", noted)
    assert lotsa("verify-audit", "--key", str(signer(world).verifier)) == 0
    assert asked == [None]
