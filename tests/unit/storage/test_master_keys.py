"""A service's master keys: which one wraps, which ones open, and what is said when one is not as it should be."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.storage.encryption import (
    DataKey,
    KeyIsMissing,
    MasterKey,
    MasterKeyIsWrong,
    Unreadable,
    master_key_id_of,
)
from shared.storage.master_keys import MasterKeys, read_master_keys

OLD, NEW = MasterKey("referral-1", b"o" * 32), MasterKey("referral-2", b"n" * 32)
DATA = DataKey(UUID(int=7), b"d" * 32)


def wrapped_by_0_1(master: MasterKey, data: DataKey) -> bytes:
    """As the first release wrote it, with no word of which master key it was."""
    nonce = b"0" * 12
    return b"\x01" + nonce + AESGCM(master.secret).encrypt(nonce, data.secret, f"lotsa/1|key|{data.id}".encode())


def written(path: Path, *keys: MasterKey) -> Path:
    """A key file."""
    path.write_text("".join(f"{key.line()}\n" for key in keys))
    return path


@pytest.fixture
def ticks() -> Iterator[float]:
    """A clock that is two seconds on each time it is asked."""
    return iter(float(second) for second in range(0, 10_000, 2))


def test_a_wrapped_key_names_its_master_key(tmp_path: Path) -> None:
    """So that it is known which one is needed, and which one nothing needs any more."""
    key, wrapped = MasterKeys(written(tmp_path / "key", NEW, OLD)).new_data_key()
    assert master_key_id_of(wrapped) == "referral-2"
    assert NEW.unwrap(key.id, wrapped) == key
    assert master_key_id_of(wrapped_by_0_1(OLD, DATA)) is None


def test_every_key_opens_what_it_wrapped(tmp_path: Path) -> None:
    """The new one's, the old one's, and what the first release wrote without a name."""
    keys = MasterKeys(written(tmp_path / "key", NEW, OLD))
    for wrapped in (NEW.wrap(DATA), OLD.wrap(DATA), wrapped_by_0_1(OLD, DATA), wrapped_by_0_1(NEW, DATA)):
        assert keys.unwrap(DATA.id, wrapped) == DATA


UNREADABLE = {
    "by another key": lambda: NEW.wrap(DATA),
    "by another key, as 0.1 did": lambda: wrapped_by_0_1(NEW, DATA),
    "changed": lambda: (wrapped := OLD.wrap(DATA))[:-1] + bytes([wrapped[-1] ^ 1]),
    "another's name on it": lambda: OLD.wrap(DATA).replace(b"referral-1", b"referral-2"),
    **{f"{n} bytes of it": lambda n=n: OLD.wrap(DATA)[:n] for n in (0, 1, 2, 5, 13, 14)},
    "of no version": lambda: b"\x03" + b"x" * 60,
}


# named, since what is wrapped is another each time
@pytest.mark.parametrize("how", UNREADABLE)
def test_what_no_key_opens_is_unreadable(tmp_path: Path, how: str) -> None:
    """Never another error, whatever the bytes are: a list goes on without that row."""
    with pytest.raises(Unreadable):
        MasterKeys(written(tmp_path / "key", OLD)).unwrap(DATA.id, UNREADABLE[how]())
    with pytest.raises(Unreadable):
        MasterKeys(written(tmp_path / "key", OLD)).unwrap(UUID(int=8), OLD.wrap(DATA))


def test_a_key_that_is_added_is_known_at_once_where_it_is_needed(tmp_path: Path) -> None:
    """No process is started anew for it: a data key that names it makes the file be read again."""
    path = written(tmp_path / "key", OLD)
    keys = MasterKeys(path, seconds=lambda: 0.0)
    written(path, NEW, OLD)
    assert keys.current == OLD
    assert keys.unwrap(DATA.id, NEW.wrap(DATA)) == DATA
    assert keys.current == NEW


def test_a_key_that_is_added_wraps_from_the_next_look_on(tmp_path: Path, ticks: Iterator[float]) -> None:
    """At most a second later."""
    path = written(tmp_path / "key", OLD)
    keys = MasterKeys(path, seconds=lambda: next(ticks))
    written(path, NEW, OLD)
    assert master_key_id_of(keys.new_data_key()[1]) == "referral-2"
    assert keys.derive("idempotency") == (NEW.derive("idempotency"), OLD.derive("idempotency"))


@pytest.mark.parametrize("text", ["", "half a li", "referral-1:AAAA\n"])
def test_while_the_file_is_half_there_what_is_known_goes_on(tmp_path: Path, ticks: Iterator[float], text: str) -> None:
    """Nobody is stopped by a file that is being put back."""
    path = written(tmp_path / "key", OLD)
    keys = MasterKeys(path, seconds=lambda: next(ticks))
    path.write_text(text)
    assert keys.current == OLD
    path.unlink()
    assert keys.unwrap(DATA.id, OLD.wrap(DATA)) == DATA


@pytest.mark.parametrize(
    "text",
    ["", "no colon", "referral-1:AAAA", f"Referral 1:{'A' * 43}=", f"{OLD.line()}\n{OLD.line()}", f"{OLD.line()}\nx"],
)
def test_a_file_that_holds_no_keys_is_told_without_quoting_it(tmp_path: Path, text: str) -> None:
    """The sentence names the file; what stands in it may be a secret."""
    path = tmp_path / "key"
    path.write_text(text)
    with pytest.raises(MasterKeyIsWrong) as told:
        read_master_keys(path)
    assert str(path) in str(told.value)
    assert "AAAA" not in str(told.value)
    path.unlink()
    with pytest.raises(KeyIsMissing, match=str(path)):
        read_master_keys(path)


def test_a_key_written_is_a_key_read(tmp_path: Path) -> None:
    """What `generate` makes is what a file gives back."""
    made = MasterKey.generate("audit-3")
    assert read_master_keys(written(tmp_path / "key", made)) == (made,)
    assert made.secret.hex() not in repr(made)
