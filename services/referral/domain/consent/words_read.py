"""What is known of the words that somebody was read before they said yes, and where it is known from."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from services.referral.domain.consent.consent import Consent
from services.referral.domain.consent.texts import sha256_of, text_of


class Origin(StrEnum):
    """Where the words come from: kept with the consent, or from less than that."""

    KEPT = "kept"
    COMPOSED = "composed"  # of version, language and recipient: recorded before the words were kept
    VERSION_ONLY = "version-only"  # of the same time, and whom the text named was not kept either
    UNREADABLE = "unreadable"  # kept, and no key opens them, or what it opens is something else


@dataclass(frozen=True)
class WordsRead:
    """The words, as far as they are known (else empty), and their SHA-256.

    Where they are unreadable ``sha256`` is the one that was kept; where only the version is known it is empty.
    """

    origin: Origin
    text: str = field(default="", repr=False)
    sha256: bytes = b""


def words_read(consent: Consent, kept: str | None) -> WordsRead:
    """What was read out. ``kept``: what was kept with the consent, None where no key opens it.

    Nothing is put together for a consent whose words were kept: today's documents do not stand in for them.
    """
    if consent.words_sha256:
        if kept is None or sha256_of(kept) != consent.words_sha256:
            return WordsRead(Origin.UNREADABLE, "", consent.words_sha256)
        return WordsRead(Origin.KEPT, kept, consent.words_sha256)
    text = text_of(consent.text_version)
    words = text.word_for_word(consent.named, consent.text_language) if text else ""
    return WordsRead(Origin.COMPOSED, words, sha256_of(words)) if words else WordsRead(Origin.VERSION_ONLY)
