"""Contents open with their data key, their salt and their header, and with nothing else."""

from __future__ import annotations

import gc
import multiprocessing
import os

import msgspec
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.seal import CannotOpen, Content, Sealer, decode_content, encode_content, expand, extract

DATA_KEY, SALT = bytes(range(32)), bytes(range(32, 64))


@given(st.binary(max_size=300), st.binary(max_size=100))
def test_what_is_sealed_opens(plain: bytes, header: bytes) -> None:
    sealer = Sealer(DATA_KEY, SALT)
    assert sealer.open(sealer.seal(plain, header), header) == plain


@given(st.binary(min_size=1, max_size=60), st.integers(0, 10_000), st.integers(1, 255))
def test_no_byte_can_change(plain: bytes, place: int, change: int) -> None:
    sealer = Sealer(DATA_KEY, SALT)
    content = bytearray(sealer.seal(plain, b"header"))
    content[place % len(content)] ^= change
    with pytest.raises(CannotOpen):
        sealer.open(bytes(content), b"header")


def test_what_is_kept_of_each_person_of_a_day_holds_no_cipher() -> None:
    """One is 2.3 kB of OpenSSL's heap: ten thousand of them scatter the buffers of all requests."""
    sealer = Sealer(DATA_KEY, SALT)
    sealer.open(sealer.seal(b"plain", b""), b"")
    assert [type(kept) for kept in gc.get_referents(sealer) if kept is not Sealer] == [bytes]


def test_another_key_another_salt_another_header_open_nothing() -> None:
    content = Sealer(DATA_KEY, SALT).seal(b"secret", b"header")
    for sealer, header in (
        (Sealer(bytes(32), SALT), b"header"),
        (Sealer(DATA_KEY, bytes(32)), b"header"),
        (Sealer(DATA_KEY, SALT), b"another"),
    ):
        with pytest.raises(CannotOpen):
            sealer.open(content, header)
    with pytest.raises(CannotOpen):
        Sealer(DATA_KEY, SALT).open(content[:20], b"header")


def test_a_key_that_gcm_would_accept_is_refused_by_the_commitment() -> None:
    """Who may choose keys can make bytes that two of them open; here the second key commits to other bytes."""
    one, other = Sealer(DATA_KEY, SALT), Sealer(DATA_KEY, b"x" * 32)
    content = one.seal(b"plain", b"")
    forged = content[:13] + other.seal(b"", b"")[13:45] + content[45:]
    for sealer in (one, other):
        with pytest.raises(CannotOpen):
            sealer.open(forged, b"")


def test_hkdf_is_that_of_rfc_5869() -> None:
    secret, salt, info = b"\x0b" * 22, bytes(range(13)), bytes(range(0xF0, 0xFA))
    key = extract(salt, secret)
    assert key.hex() == "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5"
    assert expand(key, info, 42).hex() == (
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
    )


def test_the_cipher_is_aes_256_gcm_as_nist_tests_it() -> None:
    # gcmEncryptExtIV256, Keylen 256, IVlen 96, PTlen 0, AADlen 0, Taglen 128, count 0
    key = bytes.fromhex("b52c505a37d78eda5dd34f20c22540ea1b58963cf8e5bf8ffa85f9f2492505b4")
    assert AESGCM(key).encrypt(bytes.fromhex("516c33929df5a3284ff463d7"), b"", None).hex() == (
        "bdc1ac884d332457a1d2664f168c76f0"
    )


def _nonces(count: int) -> list[bytes]:
    sealer = Sealer(DATA_KEY, SALT)
    return [sealer.seal(b"", b"")[1:13] for _ in range(count)]


@pytest.mark.fault("J9")
def test_nonces_do_not_repeat_not_even_across_forks() -> None:
    ours = _nonces(20_000)
    readers = []
    for _ in range(4):
        reader, end = multiprocessing.Pipe(duplex=False)
        child = os.fork()
        if child == 0:
            end.send_bytes(b"".join(_nonces(5_000)))
            os._exit(0)
        end.close()
        readers.append((child, reader))
    theirs = []
    for child, reader in readers:
        data = reader.recv_bytes()
        os.waitpid(child, 0)
        theirs += [data[start : start + 12] for start in range(0, len(data), 12)]
    assert len({*ours, *theirs}) == 40_000


def test_a_content_comes_back_and_shows_in_no_repr() -> None:
    content = Content(prompt=b"\xff bytes", changes=(("messages[0].content", "Redact"),), answer=[{"text": "x"}])
    assert decode_content(encode_content(content)) == content
    assert "bytes" not in repr(content)
    assert "\\x" not in repr(Sealer(DATA_KEY, SALT))


@given(
    st.recursive(
        st.integers() | st.text(max_size=9) | st.binary(max_size=9) | st.none() | st.tuples(st.integers()),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
        max_leaves=12,
    )
)
def test_numbers_of_any_size_are_kept(answer: object) -> None:
    content = Content(prompt=b"\xff", changes=(("a", "b"),), answer=answer)
    assert decode_content(encode_content(content)) == msgspec.structs.replace(content, answer=as_kept(answer))


def as_kept(value: object) -> object:
    if type(value) is int:
        return value if -(2**63) <= value < 2**64 else str(value)
    if isinstance(value, list | tuple):
        return [as_kept(one) for one in value]
    return {name: as_kept(one) for name, one in value.items()} if isinstance(value, dict) else value
