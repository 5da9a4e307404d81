"""What is encrypted, with which key, and who may read the key file."""

import os
import threading
from pathlib import Path

import pytest

from data_store import Cipher, StoreError

OLD, NEW = bytes(range(32)), bytes(range(1, 33))


def test_what_was_encrypted_comes_back_and_does_not_show() -> None:
    stored = Cipher([OLD]).encrypt(b"a product key", b"row 1")
    assert b"product" not in stored
    assert Cipher([OLD]).decrypt(stored, b"row 1") == b"a product key"
    assert stored != Cipher([OLD]).encrypt(b"a product key", b"row 1")


def test_rotation_the_first_key_writes_and_all_read() -> None:
    old, both = Cipher([OLD]), Cipher([NEW, OLD])
    stored = old.encrypt(b"x")
    assert both.decrypt(stored) == b"x"
    assert not both.is_current(stored)
    renewed = both.encrypt(b"x")
    assert both.is_current(renewed)
    assert Cipher([NEW]).decrypt(renewed) == b"x"
    with pytest.raises(StoreError, match="key file"):
        old.decrypt(renewed)


def test_a_value_from_another_row_or_damaged_is_refused() -> None:
    cipher = Cipher([OLD])
    stored = cipher.encrypt(b"x", b"row 1")
    with pytest.raises(StoreError, match="another row"):
        cipher.decrypt(stored, b"row 2")
    for place in range(len(stored)):
        damaged = stored[:place] + bytes([stored[place] ^ 1]) + stored[place + 1 :]
        with pytest.raises(StoreError):
            cipher.decrypt(damaged, b"row 1")
    for length in range(len(stored)):
        with pytest.raises(StoreError):
            cipher.decrypt(stored[:length], b"row 1")


def test_keys_of_the_wrong_length_are_refused_and_keys_do_not_show() -> None:
    for keys in ([], [b"short"], [OLD, b"short"]):
        with pytest.raises(StoreError, match="32 bytes"):
            Cipher(keys)
    assert OLD.hex()[:8] not in repr(Cipher([OLD]))


def test_the_key_file_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    stored = Cipher.load_or_create(path).encrypt(b"x")
    assert Cipher.load_or_create(path).decrypt(stored) == b"x"
    if os.name == "posix":
        assert path.stat().st_mode & 0o777 == 0o600
    Cipher.rotate(path)
    rotated = Cipher.load_or_create(path)
    assert rotated.decrypt(stored) == b"x"
    assert not rotated.is_current(stored)
    assert [entry.name for entry in tmp_path.iterdir()] == ["keys"]


def test_starting_at_once_ends_with_one_key(tmp_path: Path) -> None:
    barrier = threading.Barrier(4)
    ciphers: list[Cipher] = []

    def start() -> None:
        barrier.wait()
        ciphers.append(Cipher.load_or_create(tmp_path / "keys"))

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stored = [cipher.encrypt(b"x") for cipher in ciphers]
    assert [ciphers[0].decrypt(value) for value in stored] == [b"x"] * 4


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    Cipher.load_or_create(path)
    path.chmod(0o644)
    with pytest.raises(StoreError, match="chmod 600"):
        Cipher.load_or_create(path)


def test_other_things_where_the_key_file_should_be(tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("Dear support")
    (tmp_path / "letter").chmod(0o600)
    with pytest.raises(StoreError, match="not a key file"):
        Cipher.load_or_create(tmp_path / "letter")
    with pytest.raises(StoreError, match="can't be used"):
        Cipher.load_or_create(tmp_path / "missing" / "keys")
    (tmp_path / "directory").mkdir(mode=0o700)
    with pytest.raises(StoreError, match="can't be used"):
        Cipher.load_or_create(tmp_path / "directory")
