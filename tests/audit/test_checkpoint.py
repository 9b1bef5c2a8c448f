"""Signed notes as others write and read them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.checkpoint import BadCheckpoint, Head, SigningKey, VerifyKey
from tests.support.each_case import each_case

PUBLISHED_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PUBLISHED_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
"""The example in the documentation of Go's sumdb/note."""

KEY = SigningKey(bytes(range(32)))
HEAD = Head(7, bytes(range(32)), 3)


def test_a_note_that_another_program_signed_is_good() -> None:
    key = VerifyKey.parse(PUBLISHED_KEY)
    assert str(key) == PUBLISHED_KEY
    assert key.opened(PUBLISHED_NOTE).endswith("your problem is.\n")
    with pytest.raises(BadCheckpoint):
        key.opened(PUBLISHED_NOTE.replace("answer", "question"))


def test_ed25519_is_that_of_rfc_8032() -> None:
    seed = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    key = SigningKey(seed)
    assert key._private.public_key().public_bytes_raw().hex().startswith("d75a980182b10ab7d54bfed3c964073a")
    assert key._private.sign(b"").hex().startswith("e5564300c360ac729086e2cc806e828a")


def test_a_checkpoint_reads_as_it_was_signed() -> None:
    note = KEY.checkpoint(HEAD)
    assert KEY.verify_key.read(note) == HEAD
    assert VerifyKey.parse(str(KEY.verify_key)).read(note) == HEAD
    assert note.split("\n")[:2] == ["llm-gateway/audit", "7"]


@given(st.integers(0, 10_000), st.characters(codec="utf-8"))
def test_no_byte_of_a_checkpoint_can_change(place: int, other: str) -> None:
    note = KEY.checkpoint(HEAD)
    place %= len(note)
    changed = note[:place] + other + note[place + 1 :]
    if changed == note:
        return
    try:
        assert KEY.verify_key.read(changed) == HEAD  # base64 has spare bits: another spelling of the same signature
    except BadCheckpoint:
        return
    assert changed.rpartition("\n\n")[0] == note.rpartition("\n\n")[0]


@each_case(
    "text",
    [
        "another log\n7\n{root}\nprevious 3\n",
        "llm-gateway/audit\n07\n{root}\nprevious 3\n",
        "llm-gateway/audit\n7\n{root}\n",
        "llm-gateway/audit\n7\nAAAA\nprevious 3\n",
        "llm-gateway/audit\n-7\n{root}\nprevious 3\n",
        "llm-gateway/audit\n7\n{root}\nprevious 3\nmore\n",
    ],
)
def test_signed_is_not_enough_to_be_a_checkpoint(text: str) -> None:
    note = KEY.signed(text.format(root=KEY.checkpoint(HEAD).split("\n")[2]))
    with pytest.raises(BadCheckpoint, match="no checkpoint"):
        KEY.verify_key.read(note)


def test_another_key_of_the_same_name_signs_nothing() -> None:
    other = SigningKey(bytes(32))
    with pytest.raises(BadCheckpoint, match="no good signature"):
        KEY.verify_key.read(other.checkpoint(HEAD))
    assert "SigningKey" in repr(other)


@each_case("text", ["", "name", "name+00000000+AQ==", PUBLISHED_KEY.replace("c74f20a3", "00000000")])
def test_a_verifying_key_is_whole_or_none(text: str) -> None:
    with pytest.raises(ValueError):
        VerifyKey.parse(text)
