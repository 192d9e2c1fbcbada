"""How the words that were read out to somebody are kept: packed, and sealed for their row of ``consents``.

What is sealed is ``0x02`` and raw DEFLATE (RFC 1951) under the dictionary below, which leaves some twenty bytes and the
recipient's name: the rest is said to everybody. The dictionary is frozen, and a copy: what was kept does not rest on
the documents that are read out today. A version or a language that it does not hold is packed all the same, to more.

They are sealed under the key of what is told about the carer, also those that the other person was read: they name the
place where the carer lives, and nothing of either besides.
"""

from __future__ import annotations

from uuid import UUID

from services.referral.domain.content import Part
from shared.storage.deflate import deflate, inflate
from shared.storage.encryption import DataKey, Unreadable

PART = Part.CARER
PACKED = b"\x02"
MOST_BYTES = 1 << 16
# as large as dictionary and words
WINDOW = 13
_DICTIONARY = (
    "I agree that what is written here about me is passed on to …, and to the unit that stands in for it, "
    "which may be in another municipality, so that the person who supports me can get support. I can "
    "withdraw this at any time.\n"
    "I agree that what is written here about me is passed on to …, and to the unit that stands in for it, "
    "which may be in another municipality. I can withdraw this at any time. Caring is voluntary, and so is "
    "taking this support.\n"
    "May we tell … about you, and the unit that stands in for them, perhaps in another municipality, so that "
    "the person who helps you gets support? That is your name, birth year, who you are to that person, and "
    "what is needed about your health and everyday life. Your yes lasts a year. You can take it back any "
    "time, with us or them, without saying why.\n"
    "May we pass on details about you to the municipality's carer support in Stockholm, Södermalm, and to "
    "the unit that stands in for them, perhaps in another municipality? That is your name, contact details, "
    "why you want contact and what you answer about yourself. Then you can be in touch, and they can offer "
    "support. Your yes lasts a year. You can take it back any time, with us or them, without saying why.\n"
    "Jag samtycker till att det som står här om mig lämnas till …, och till den enhet som ersätter den, som "
    "kan ligga i en annan kommun, så att den som stödjer mig kan få stöd. Jag kan ta tillbaka det när som "
    "helst.\n"
    "Jag samtycker till att det som står här om mig lämnas till …, och till den enhet som ersätter den, som "
    "kan ligga i en annan kommun. Jag kan ta tillbaka det när som helst. Det är frivilligt att ge stöd till "
    "någon, och frivilligt att ta emot det här stödet.\n"
    "Får vi berätta om dig för …, och för enheten som ersätter dem, kanske i en annan kommun, så att den som "
    "hjälper dig kan få stöd? Det gäller ditt namn och födelseår, vem du är för den personen och det som "
    "behövs om din hälsa och vardag. Ditt ja gäller i ett år. Du kan ta tillbaka det när du vill, hos oss "
    "eller dem, utan att säga varför.\n"
    "Får vi lämna uppgifter om dig till kommunens anhörigstöd i Stockholm, Södermalm, och till enheten som "
    "ersätter dem, kanske i en annan kommun? Det gäller ditt namn, dina kontaktuppgifter, varför du vill ha "
    "kontakt och vad du svarar om dig själv. Då kan ni få kontakt, och de kan erbjuda stöd. Ditt ja gäller i "
    "ett år. Du kan ta tillbaka det när du vill, hos oss eller dem, utan att säga varför.\n"
).encode()


def pack(words: str) -> bytes:
    """The words as they are sealed."""
    return PACKED + deflate(words.encode(), _DICTIONARY, WINDOW)


def unpack(packed: bytes) -> str:
    """The words again. Raises ValueError for what was never packed so, or is longer than any text that is read out."""
    if packed[:1] != PACKED:
        raise ValueError("packed in another way")
    return inflate(packed[1:], _DICTIONARY, WINDOW, MOST_BYTES).decode()


def seal_words(key: DataKey, consent: UUID, words: str) -> bytes:
    """The words, packed and sealed for their row."""
    return key.seal_bytes("consents", "words", consent, pack(words))


def open_words(key: DataKey, consent: UUID, sealed: bytes) -> str:
    """The words again. Raises Unreadable."""
    try:
        return unpack(key.open_bytes("consents", "words", consent, sealed))
    except ValueError:
        raise Unreadable("what was sealed are no words") from None
