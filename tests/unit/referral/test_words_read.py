"""The words that were read out are kept as they were said, and nothing else is ever passed off as them."""

from __future__ import annotations

import zlib
from dataclasses import replace
from hashlib import sha256
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.referral.adapters.words import MOST_BYTES, PACKED, open_words, pack, seal_words, unpack
from services.referral.domain.consent.texts import CONSENT_TEXTS, sha256_of, text_of
from services.referral.domain.consent.words_read import Origin, WordsRead, words_read
from services.referral.domain.recipient import NamedRecipient
from shared.storage.encryption import MasterKey, Unreadable
from tests.support.builders.referrals import a_consent

PLACE = NamedRecipient(area="0180-sodermalm", name="Stockholm, Södermalm")
WORDS = text_of("carer-2026-3").said(PLACE, "sv")  # type: ignore[union-attr]
# made when the dictionary was: whatever was packed under it is there for ever
OF_THE_FIRST_DAY = bytes.fromhex("021b8d9ac11a3500")


def test_words_are_what_they_were() -> None:
    """Every text, with its recipient; some thirty bytes are kept of each."""
    for text in CONSENT_TEXTS:
        for language in text.languages:
            words = text.said(PLACE, language)
            assert unpack(pack(words)) == words
            assert len(pack(words)) < len(words.encode()) / 4
    assert unpack(OF_THE_FIRST_DAY) == WORDS


@given(st.text(max_size=2_000))
def test_any_words_come_back(words: str) -> None:
    """A language that nobody has thought of yet."""
    assert unpack(pack(words)) == words


@pytest.mark.parametrize(
    "packed",
    [b"", b"\x01" + OF_THE_FIRST_DAY[1:], OF_THE_FIRST_DAY[:-1], OF_THE_FIRST_DAY + b"x", PACKED, WORDS.encode(),
     PACKED + zlib.compress(b"x" * (MOST_BYTES + 1))[2:-4]],
)  # fmt: skip
def test_what_was_never_packed_so_is_refused(packed: bytes) -> None:
    """Cut, lengthened, packed in another way, or longer than any text that is read out."""
    with pytest.raises(ValueError, match="packed in another way"):
        unpack(packed)


def test_words_open_for_their_own_consent_alone() -> None:
    """Another row's, or changed by one bit: unreadable."""
    key, _ = MasterKey.generate("test").new_data_key()
    consent = uuid4()
    sealed = seal_words(key, consent, WORDS)
    assert open_words(key, consent, sealed) == WORDS
    assert b"Stockholm" not in sealed
    for where, what in ((uuid4(), sealed), (consent, sealed[:-1] + bytes([sealed[-1] ^ 1]))):
        with pytest.raises(Unreadable):
            open_words(key, where, what)
    with pytest.raises(Unreadable):
        open_words(key, consent, key.seal_bytes("consents", "words", consent, WORDS.encode()))


def test_a_consent_is_recorded_with_the_words_of_its_version_language_and_recipient() -> None:
    """As they were said, and their SHA-256; they are shown nowhere by chance."""
    recorded = a_consent(text_version="carer-2026-3", recipient=PLACE)
    assert recorded.words == WORDS
    assert recorded.words_sha256 == sha256(WORDS.encode()).digest()
    assert "Stockholm" not in repr(replace(recorded, named=None))
    assert a_consent(text_version="carer-2026-3", text_language="en", recipient=PLACE).words.startswith("May we pass")
    assert a_consent(text_version="nonsense", recipient=PLACE).words == ""


def test_what_was_kept_is_what_is_told_whatever_the_documents_say() -> None:
    """Kept words are told as they are; without a key, or when they are others than their checksum, nothing is."""
    recorded = a_consent(text_version="carer-2026-3", recipient=PLACE)
    assert words_read(recorded, recorded.words) == WordsRead(Origin.KEPT, WORDS, sha256_of(WORDS))
    others = replace(recorded, words_sha256=sha256_of("Får vi?"))
    assert words_read(others, "Får vi?") == WordsRead(Origin.KEPT, "Får vi?", sha256_of("Får vi?"))
    for kept in (None, WORDS.replace("när du vill", "aldrig")):
        assert words_read(recorded, kept) == WordsRead(Origin.UNREADABLE, "", sha256_of(WORDS))


@pytest.mark.parametrize(
    ("version", "named", "origin"),
    [
        ("carer-2026-2", PLACE, Origin.COMPOSED),
        ("carer-2026-1", None, Origin.COMPOSED),
        ("carer-2026-2", None, Origin.VERSION_ONLY),
        ("carer-1900-1", PLACE, Origin.VERSION_ONLY),
    ],
)
def test_a_consent_from_before_says_what_is_known_of_it(
    version: str, named: NamedRecipient | None, origin: Origin
) -> None:
    """Put together where version, language and recipient are known; a text that named somebody unknown is not."""
    before = replace(a_consent(), text_version=version, named=named, words="", words_sha256=b"")
    told = words_read(before, None)
    text = text_of(version)
    assert told.origin is origin
    assert told.text == (text.said(named, "sv") if text and origin is Origin.COMPOSED else "")
    assert told.sha256 == (sha256_of(told.text) if told.text else b"")
