"""What lies in the mail catcher, by its API (Mailpit, version 1)."""

from __future__ import annotations

import re
from dataclasses import dataclass

import requests

CATCHER = "http://localhost:8025/api/v1"
LINK = re.compile(r"https://\S+")


@dataclass(frozen=True)
class Letter:
    """One e-mail as it arrived."""

    to: tuple[str, ...]
    subject: str
    text: str
    raw: bytes

    @property
    def link(self) -> str:
        """The one link in it."""
        (found,) = LINK.findall(self.text)
        return str(found)


def letters_about(path: str, to: str) -> list[Letter]:
    """The letters to an address that lead to a path, the oldest first."""
    found = _get("messages", limit="500").json()["messages"]
    here = [each for each in found if to in [address["Address"] for address in each["To"]]]
    letters = [_letter(each["ID"]) for each in reversed(here)]
    return [each for each in letters if each.link.endswith(path)]


def _letter(identifier: str) -> Letter:
    told = _get(f"message/{identifier}").json()
    raw = _get(f"message/{identifier}/raw").content
    to = tuple(each["Address"] for each in [*told["To"], *told["Cc"], *told["Bcc"]])
    return Letter(to, told["Subject"], told["Text"].replace("\r\n", "\n").strip(), raw)


def _get(path: str, **asked: str) -> requests.Response:
    answer = requests.get(f"{CATCHER}/{path}", params=asked, timeout=10)
    answer.raise_for_status()
    return answer
