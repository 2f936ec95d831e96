"""A file under a passphrase: comes back as it was, and not at all when anything about it is other than it was written."""

from io import BytesIO

import pytest

from routerd.core.errors import BadInput
from routerd.identity import vault
from routerd.identity.vault import MAGIC, PIECE_OCTETS, SALT_OCTETS, TAG_OCTETS, Vault

HEAD = len(MAGIC) + SALT_OCTETS
PIECE = PIECE_OCTETS + TAG_OCTETS


@pytest.fixture(autouse=True)
def fast_keys(monkeypatch):
    monkeypatch.setattr(vault, "SCRYPT_N", 2)


def sealed(octets, passphrase="correct horse"):
    return b"".join(Vault().sealed([octets], passphrase))


def opened(octets, passphrase="correct horse"):
    return b"".join(Vault().opened(BytesIO(octets), passphrase))


@pytest.mark.parametrize("length", [0, 1, PIECE_OCTETS - 1, PIECE_OCTETS, PIECE_OCTETS + 1, 2 * PIECE_OCTETS, 2 * PIECE_OCTETS + 7])
def test_what_was_sealed_comes_back(length):
    plain = bytes(range(256)) * (length // 256) + b"x" * (length % 256)
    assert opened(sealed(plain)) == plain


def test_the_pieces_that_it_is_handed_do_not_matter():
    pieces = [b"a" * 700_000, b"", b"b" * 700_000, b"c"]
    assert opened(b"".join(Vault().sealed(pieces, "correct horse"))) == b"".join(pieces)


def test_nothing_of_it_can_be_read_and_no_two_are_alike():
    one, other = sealed(b"passcode" * 100), sealed(b"passcode" * 100)
    assert b"passcode" not in one
    assert one != other


@pytest.mark.parametrize("passphrase", ["correct hors", "Correct horse", ""])
def test_another_passphrase_does_not_open_it(passphrase):
    with pytest.raises(BadInput, match="passphrase is wrong"):
        opened(sealed(b"x"), passphrase)


WHOLE = 3 * PIECE_OCTETS


@pytest.mark.parametrize(
    "harm",
    [
        lambda file: b"",
        lambda file: file[: HEAD - 1],
        lambda file: file[:HEAD],
        lambda file: file[:-1],
        lambda file: file + b"x",
        lambda file: file[: HEAD + PIECE],
        lambda file: file[: HEAD + 2 * PIECE],
        lambda file: file[:HEAD] + file[HEAD + PIECE :],
        lambda file: file[:HEAD] + file[HEAD + PIECE : HEAD + 2 * PIECE] + file[HEAD : HEAD + PIECE] + file[HEAD + 2 * PIECE :],
        lambda file: file[: HEAD + 99] + bytes([file[HEAD + 99] ^ 1]) + file[HEAD + 100 :],
        lambda file: file[:20] + bytes([file[20] ^ 1]) + file[21:],
        lambda file: b"X" + file[1:],
    ],
    ids=["empty", "half a head", "head", "cut", "longer", "one piece", "two pieces", "first missing", "swapped", "bit", "salt", "magic"],
)
def test_a_file_that_was_changed_anywhere_is_refused(monkeypatch, harm):
    file = sealed(b"y" * WHOLE)
    with pytest.raises(BadInput, match="damaged"):
        opened(harm(file))
