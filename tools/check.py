"""`make check`: style, types, imports, translations, secrets. Every check runs; the last line counts them."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
PROGRAMS = Path(sys.executable).parent
ROOMS = ("services", "shared", "lotsa", "operations", "demo", "tools", "tests")

# Hashes of locked packages look like secrets and are none; keys of tests are made in the test, never written down
NO_SECRETS_LINE = r"user:password@host"  # how an address is written down
NO_SECRETS_IN = r"^requirements/.*\.txt$|^package-lock\.json$|\.po$|^tests/contracts/golden"


def checks() -> dict[str, list[str]]:
    """The commands, by the name they are reported under."""
    return {
        "ruff check": ["ruff", "check", "--quiet", *ROOMS],
        "ruff format": ["ruff", "format", "--check", "--quiet", *ROOMS],
        "mypy": ["mypy", "--no-error-summary"],
        "imports": ["lint-imports", "--no-cache"],
        "translations": ["python", "-m", "tools.translations", "check"],
    }


def run(name: str, command: list[str]) -> bool:
    """Run one check; prints what it said when it failed."""
    began = time.monotonic()
    done = subprocess.run(
        [str(PROGRAMS / command[0]), *command[1:]],
        cwd=CHECKOUT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
    )
    return report(name, [] if done.returncode == 0 else (done.stdout + done.stderr).splitlines(), began)


def report(name: str, complaints: list[str], began: float) -> bool:
    """One line for a check, and its complaints below."""
    print(f"  {name:14} {'failed' if complaints else 'ok':7} {time.monotonic() - began:5.1f} s", flush=True)
    for complaint in complaints:
        print(f"    {complaint}")
    return not complaints


def secrets() -> list[str]:
    """A line for each place in a committed file that looks like a password, key or token."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=CHECKOUT, capture_output=True, check=True, timeout=60)
    files = [name for name in listed.stdout.decode().split("\0") if name and (CHECKOUT / name).is_file()]
    tests = [name for name in files if name.startswith("tests/")]
    product = [name for name in files if not name.startswith("tests/")]
    # tests are full of published vectors, which are as random as keys
    entropy = ["--disable-plugin", "HexHighEntropyString", "--disable-plugin", "Base64HighEntropyString"]
    return [*_secrets_in(product, []), *_secrets_in(tests, entropy)]


def _secrets_in(files: list[str], options: list[str]) -> list[str]:
    done = subprocess.run(
        [
            str(PROGRAMS / "detect-secrets"),
            "scan",
            "--no-verify",
            *options,
            "--exclude-lines",
            NO_SECRETS_LINE,
            "--exclude-files",
            NO_SECRETS_IN,
            *files,
        ],
        cwd=CHECKOUT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
    )
    if done.returncode:
        return (done.stdout + done.stderr).splitlines()
    found = json.loads(done.stdout)["results"]
    return [f"{name}:{each['line_number']}: {each['type']}" for name in sorted(found) for each in found[name]]


def main() -> None:
    """Run all checks; exits with 1 when any failed."""
    passed = [run(name, command) for name, command in checks().items()]
    began = time.monotonic()
    passed.append(report("secrets", secrets(), began))
    print(f"{sum(passed)} checks passed, {len(passed) - sum(passed)} failed")
    sys.exit(0 if all(passed) else 1)


if __name__ == "__main__":
    main()
