"""The keyed hash of keys that are used again is HMAC-SHA-256, as the standard library makes it."""

from __future__ import annotations

import hmac
import random

import pytest

from gateway.core.keys import keyed_hash


def test_it_is_hmac_of_any_key_and_any_data() -> None:
    draw = random.Random(7)
    for size in (0, 1, 16, 32, 63, 64):
        key = draw.randbytes(size)
        for data in (b"", b"x", draw.randbytes(63), draw.randbytes(64), draw.randbytes(5_000)):
            assert keyed_hash(key, data) == hmac.digest(key, data, "sha256")


def test_a_key_that_hmac_would_hash_first_is_none() -> None:
    with pytest.raises(ValueError, match="at most 64 bytes"):
        keyed_hash(bytes(65), b"")
