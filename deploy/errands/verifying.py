"""Verifies the audit log from outside: an export of it, with the verifier that trusts nothing but one public key."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from rich.console import Console

from deploy.onebox.places import CHECKOUT
from deploy.onebox.trouble import Trouble

VERIFIER = CHECKOUT / "services/audit/verify.py"


def verify(export: Path, key: str, console: Console) -> int:
    """Run the verifier in a process of its own and return its exit code: 0 holds, 1 does not, 2 could not be asked.

    `key` is the public key's text or a file that holds it. Raises Trouble.
    """
    if not export.exists():
        raise Trouble(f"There is no export at {export}.")
    text = Path(key).read_text().strip() if Path(key).is_file() else key
    done = subprocess.run(
        # isolated: no module of ours can be imported, whatever lies beside it
        [sys.executable, "-I", str(VERIFIER), str(export), "--key", text],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
    )
    console.print((done.stdout + done.stderr).strip())
    return done.returncode
