"""Passwords of several accounts in a row, where only the row tells: `admin:…` above `backup:…`,
`CREDS = {"anna": "…"}`, `users: anna=…, beat=…`.

Invariants
- A row counts as a whole: each value in it has to look like a password, and what names the row, or one of its names,
  has to be of accounts.
- At most `_MOST` are read of one row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors.account_members import AN_ID
from gateway.pii.detectors.account_passwords import found, is_distinctive, is_numbered
from gateway.pii.detectors.likely_passwords import A_TERM, is_guess
from gateway.pii.detectors.phrases import is_joined_phrase
from gateway.pii.linear import compiled
from gateway.pii.view import Found

_NAME = rb"[A-Za-z][A-Za-z0-9._@\-]*"
# `admin:…`, below it `backup:…`
LINES = rb"(?:^|\n)" + _NAME + rb":[^\s:/]+\r?\n" + _NAME + rb":[^\s:/]+(?:\r?\n|$)"
_LINES_PATTERN = compiled(LINES)
_LINE = re.compile(rb"([A-Za-z][A-Za-z0-9._@\-]{1,47}):([^\s:/]{5,64})(?:\r?\n|$)")
_OF_AN_ACCOUNT = re.compile(
    rb"(?i)(?:admin|administrator|root|sa|system|backup|guest|gast|ospite|invite|readonly|operator|service|svc[a-z0-9._\-]*"
    rb"|deploy|user[0-9]*|postgres|mysql|support|monitor|viewer|test|demo|.+@.+)"
)
# `users: anna=…, beat=…`, `CREDS = {"anna": "…"}`
PAIRS = (
    rb"(?i)(?:\b|_)(?:creds|credentials|logins|users|accounts|passwords|passw\xf6rter|benutzer|zugangsdaten|konten"
    rb"|utilisateurs|comptes|identifiants|utenti|credenziali)[ ]?[:=][ ]*\{?\s*[\"']?"
    + _NAME
    + rb"[\"']?[ ]?[:=][ ]?[\"']?"
    rb"[^\s\"',;{}]*(?:[0-9!$#%&*+^?]|[a-z]-[a-z]+-[a-z])"
)
_PAIRS_PATTERN = compiled(PAIRS)
_LED = re.compile(rb"[^:=\n]{1,24}[:=][ ]{0,4}\{?")
_PAIR = re.compile(
    rb"[\s,;]{0,16}[\"']?([A-Za-z][A-Za-z0-9._@\-]{1,47})[\"']?[ ]?[:=][ ]?"
    rb"[\"']?([^\s\"',;{}]{4,64})[\"']?(?=[\s,;}]|$)"
)
_A_WORD_AND_FIGURES = re.compile(rb"[A-Za-z]{4,}[.\-_]?[0-9]{2,4}")
_MOST = 64


def passwords_in_lines(data: bytes) -> Iterator[Found]:
    """`admin:…` and below it `backup:…`, without a blank."""
    for start, _ in _LINES_PATTERN.spans(data):
        at = start + (data[start : start + 1] == b"\n")
        yield from _of_row(data, _LINE, at, named=False)


def passwords_in_pairs(data: bytes) -> Iterator[Found]:
    """`users: anna=…, beat=…`: behind a word for several accounts."""
    for start, end in _PAIRS_PATTERN.spans(data):
        led = _LED.match(data, start, end)
        if led:
            yield from _of_row(data, _PAIR, led.end(), named=True)


def _of_row(data: bytes, item: re.Pattern[bytes], at: int, *, named: bool) -> Iterator[Found]:
    """The values of the items from `at` on; `named`: whether the row is called one of accounts."""
    row: list[re.Match[bytes]] = []
    while len(row) < _MOST and (one := item.match(data, at)) is not None:
        row.append(one)
        at = one.end()
    accounts = sum(_OF_AN_ACCOUNT.fullmatch(one[1]) is not None for one in row)
    sure = accounts > 1 or (named and len(row) > 1)
    if (named or accounts) and all(_is_password(one[2], sure=sure) for one in row):
        for one in row:
            yield found(one.start(2), one[2])


def _is_password(text: bytes, *, sure: bool) -> bool:
    """`sure`: whether the names beside it are of accounts, so that it may look like a term as well: `Saturn22`."""
    if AN_ID.fullmatch(text):
        return False
    if sure and _A_WORD_AND_FIGURES.fullmatch(text):
        return True
    if is_numbered(text):
        return False
    return is_distinctive(text) or is_joined_phrase(text) or (sure and is_guess(text) and not A_TERM.match(text))
