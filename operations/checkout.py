"""Where the product's own files lie, in a checkout and in an image alike, and where data do unless a setting says."""

from __future__ import annotations

import os
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]


def var_folder() -> Path:
    """The folder for data, fetched programs and logs, which need not be there: `LOTSA_VAR`, or `var/`."""
    elsewhere = os.environ.get("LOTSA_VAR")
    return Path(elsewhere).absolute() if elsewhere else CHECKOUT / "var"
