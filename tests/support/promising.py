"""Sentences that have the form of a promise, and whether somebody has judged each."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable

from tests.support.promises import ROOT, Promise, flat

NO_PROMISES = ROOT / "tests" / "architecture" / "no_promises.toml"
LETTERS = sorted(ROOT.glob("services/notifications/channels/email/templates/sv/*.txt"))
# words by which a sentence promises: never, always, at once, only, nobody, is logged, at the latest, has the right …
PROMISING = re.compile(
    r"\b(aldrig|alltid|genast|direkt|bara|endast|ingen|inget|inga|ingenting|loggas|loggar|loggad|antecknas?|antecknad"
    r"|senast|har rätt|får veta|försvinner|räknas|granskas|garanter\w*|tas bort|krypterat|döljs|dolt|dold|dolda"
    r"|inte längre|varje|inom|finns kvar|står kvar|sparas|från och med|upphör|visas)\b",
    re.IGNORECASE,
)
SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n{2,}")


def promising(texts: Iterable[str]) -> list[str]:
    """Each sentence of these texts that has the form of a promise, once."""
    found = {sentence for text in texts for sentence in SENTENCE_END.split(text.strip()) if PROMISING.search(sentence)}
    return sorted(found)


def no_promises() -> dict[str, str]:
    """Sentence → why it is no promise, from no_promises.toml."""
    read = tomllib.loads(NO_PROMISES.read_text())
    return {sentence: str(group["why"]) for group in read["group"] for sentence in group["sentences"]}


def said_of_no_promise(slugs: set[str]) -> list[str]:
    """What is wrong in no_promises.toml: a group without a reason, a sentence twice, another name for no promise."""
    groups = tomllib.loads(NO_PROMISES.read_text())["group"]
    every = [sentence for group in groups for sentence in group["sentences"]]
    wrong = [f"twice: {sentence}" for sentence in sorted(set(every)) if every.count(sentence) > 1]
    wrong += [f"no reason: {group['sentences'][:1]}" for group in groups if len(str(group.get("why", ""))) < 20]
    return wrong + [f"no such promise: {g['same_as']}" for g in groups if g.get("same_as", min(slugs)) not in slugs]


def unjudged(sentences: Iterable[str], rows: Iterable[Promise], judged: Iterable[str]) -> list[str]:
    """The sentences that are neither a listed promise (or part of one, or one with more around it) nor judged."""
    promised, known = [flat(row.sentence) for row in rows], set(judged)
    return [
        each
        for each in sentences
        if each not in known and not any(flat(each) in row or row in flat(each) for row in promised)
    ]
