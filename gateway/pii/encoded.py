"""Texts inside a text: base64 and hexadecimal, also when that was encoded again.

A run is taken for an encoded text only if what it decodes to reads as one; hashes, keys and images do not.

Invariants
- The first characters decide: a megabyte of an image costs the decoding of 48 of them.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

from gateway.pii.linear import compiled

PROBE = rb"[A-Za-z0-9+/_\-]{16}"
_RUN = compiled(rb"[A-Za-z0-9+/_\-]{16,}(?:\r?\n[A-Za-z0-9+/_\-]{4,})*={0,2}")
_HEX = frozenset(b"0123456789abcdefABCDEF")
_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_FIRST, _HEAD, _LAYERS = 16, 48, 3
_WHOLE = re.compile(rb"[A-Za-z0-9+/_\-]{12,}={0,2}")
_READABLE = 0.95


def texts(data: bytes) -> Iterator[tuple[int, int, str]]:
    """Where something encoded stands, and what it says."""
    for start, end in _RUN.spans(data):
        run = data[start:end].translate(None, b"\r\n=")
        if "\ufffd" in _unbase64(run[:_FIRST])[:-1] and not _HEX.issuperset(run[:_HEAD]):
            continue
        for decode in (_unhex, _unbase64) if _HEX.issuperset(run[:_HEAD]) else (_unbase64,):
            if _reads(decode(run[:_HEAD])):
                text = decode(run)
                if _reads(text):
                    yield start, end, _innermost(text)
                    break


def said_by(run: bytes) -> str:
    """What one run of whole bytes says in hexadecimal or base64, of any length; empty if it is no text."""
    for decode in (_unhex, _unbase64) if _HEX.issuperset(run) else (_unbase64,):
        text = decode(run.rstrip(b"="))
        if _reads(text):
            return text
    return ""


def _innermost(text: str) -> str:
    """What it says that was encoded again and again."""
    for _ in range(_LAYERS):
        run = text.strip().encode("ascii", "replace")
        again = _unbase64(run.rstrip(b"=")) if _WHOLE.fullmatch(run) else ""
        if not _reads(again):
            break
        text = again
    return text


def _unhex(run: bytes) -> str:
    try:
        return binascii.unhexlify(run[: len(run) // 2 * 2]).decode("utf-8", "replace")
    except ValueError:
        return ""


def _unbase64(run: bytes) -> str:
    plain = run.translate(_URL_SAFE)
    plain = plain[: len(plain) - (len(plain) % 4 == 1)]
    try:
        return base64.b64decode(plain + b"=" * (-len(plain) % 4)).decode("utf-8", "replace")
    except ValueError:
        return ""


def _reads(text: str) -> bool:
    """Text, not noise: nearly all printable, and none of it broken but for a character cut at the end."""
    if len(text) < 5 or "\ufffd" in text[:-1]:
        return False
    return sum(char.isprintable() or char in "\n\r\t" for char in text) >= _READABLE * len(text)
