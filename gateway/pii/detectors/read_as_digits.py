"""Births, telephones, addresses of networks and numbers of passports in which letters stand for the digits that they
look like, directly behind their word: `geboren am O1/O8/197B`, `Tel. O176/43S I4 S3`.

Invariants
- Linear: behind a word no more than `_REACH` characters are looked at.
- Only words of digits and of such letters are read so, and at least as many digits as letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors.date_forms import DATE
from gateway.pii.detectors.split_values import WORDS
from gateway.pii.linear import compiled
from gateway.pii.view import Found, Rule, View

_KINDS = (
    ("date_of_birth", WORDS["date_of_birth"] + rb"|geburtsdat", DATE),
    (
        "phone",
        WORDS["phone"] + rb"|erreich|\bnummer\b|joign|num\xe9ro|reach|my number|number is|chiam|numero",
        re.compile(rb"(?:\+|\b0|\([0-9]|\b[2-9][0-9]{2}[.\-])[0-9 ().\-/]{7,17}[0-9]\b"),
    ),
    ("ip_address", WORDS["ip_address"], re.compile(rb"\b(?:[0-9]{1,3}\.){3}[0-9]{1,3}\b")),
    ("passport", WORDS["passport"], re.compile(rb"\b(?:[A-Z]{2})?[0-9]{7,9}\b")),
)
_LOOKS = rb"[0-9OoIlSB]"
_PROBE = (
    rb"(?i)(?:"
    + b"|".join(words for _, words, _ in _KINDS)
    + rb")(?-i:[^0-9\n]{0,48}(?:[0-9][0-9 (),.\-/]{0,14}[OoIlSB]|[OoIlSB][ ().\-/]{0,2}[0-9OoIlSB]))"
)
_PATTERN = compiled(_PROBE)
_WHICH = re.compile(rb"(?i)" + b"|".join(rb"(%s)" % words for _, words, _ in _KINDS))
_WORD = re.compile(rb"(?<![0-9A-Za-z\xc0-\xff])([A-Z]{2}(?=[0-9]))?(" + _LOOKS + rb"{1,12})(?![0-9A-Za-z\xc0-\xff])")
_AS_DIGIT = bytes.maketrans(b"OoIlSB", b"001158")
_REACH, _NEAR = 96, 40


def _read(word: re.Match[bytes]) -> bytes:
    return (word[1] or b"") + word[2].translate(_AS_DIGIT)


def _names(data: bytes) -> Iterator[re.Match[bytes]]:
    """The words that announce a value; of `numero di passaporto` both."""
    for start, end in _PATTERN.spans(data):
        yield from _WHICH.finditer(data, start, end)


def _find(view: View) -> Iterator[Found]:
    data, done = view.data, 0
    for named in _names(data):
        if named.end() < done:
            continue
        type_, _, value = _KINDS[(named.lastindex or 1) - 1]
        written = data[named.end() : named.end() + _REACH].split(b"\n")[0]
        read = _WORD.sub(_read, written)
        told = value.search(read)
        if told is None or told.start() > _NEAR:
            continue
        first, last = told.span()
        letters = sum(one != other for one, other in zip(written[first:last], read[first:last], strict=True))
        digits = sum(byte in b"0123456789" for byte in read[first:last])
        if 0 < letters * 2 <= digits + 1:
            done = named.end() + last
            canonical = told[0].decode("latin-1")
            yield Found(named.end() + first, done, type_, canonical, 0.85, "read-as-digits")


RULES = (Rule("read-as-digits", tuple(type_ for type_, _, _ in _KINDS), (_PROBE,), _find, doubtful=True),)
