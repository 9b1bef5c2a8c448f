"""Passwords that a sentence tells by what is done with them: what somebody logged in with, what opens a file, and what
somebody asks about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors.likely_passwords import A_TERM, TOKEN, is_drawn, is_strong
from gateway.pii.linear import compiled
from gateway.pii.view import Found, Rule, View

# `als admin mit … angemeldet`
_ENTERED = rb"(?i)[ ]mit[ ][^\s]*[0-9][^\s]*[ ](?:angemeldet|eingeloggt|anmelden|einloggen)\b"
_ENTERED_PATTERN = compiled(_ENTERED)
_BARE_NAME = re.compile(rb"[A-Za-z0-9._\-]+")
# `the archive opens with: …`, `pour l'ouvrir, tapez …`
_OPENED = (
    rb"(?i)(?:\bopens|\bto open(?: it)?|l'ouvrir|\baprirl[oa])[ ,]{0,2}"
    rb"(?:with:|type:?|enter:?|tapez:?|saisissez:?|digitare:?)[ ]{1,2}[\"'`]?"
)
_OPENED_PATTERN = compiled(_OPENED)
# `Is … a good password?`
_ASKED = (
    rb"(?i)[^\s]{8}[\"'`]?[ ](?:(?:is|ist|est|\xe8)[ ])?(?:a|an|eine?|une?|una)[ ](?:[a-z\xdf-\xff]+[ ])?"
    rb"(?:password|passwort|kennwort|mot de passe)\b"
)
_ASKED_PATTERN = compiled(_ASKED)
_LONGEST = 64


def _find(view: View) -> Iterator[Found]:
    data = view.data
    for start, end in _ENTERED_PATTERN.spans(data):
        text = data[start:end].split()[1].strip(b".,;:()\"'`*")
        if is_drawn(text) or (is_strong(text) and not _BARE_NAME.fullmatch(text)):  # and no `mit hans.muster01`
            yield _found(data, data.index(text, start), text)
    for _, end in _OPENED_PATTERN.spans(data):
        value = TOKEN.match(data, end)
        text = value[0].rstrip(b".,;:!?)") if value else b""
        if is_strong(text):
            yield _found(data, end, text)
    for start, _ in _ASKED_PATTERN.spans(data):
        blank = data.index(b" ", start)
        begin = max(data.rfind(b" ", max(0, blank - _LONGEST), blank), data.rfind(b"\n", 0, blank)) + 1
        text = data[begin:blank].strip(b".,;:()\"'`*")
        if is_strong(text) and not A_TERM.match(text):
            yield _found(data, data.index(text, begin), text)


def _found(data: bytes, start: int, text: bytes) -> Found:
    return Found(
        start, start + len(text), "secret", data[start : start + len(text)].decode("latin-1"), 0.85, "secret-used"
    )


RULES = (Rule("secret-used", ("secret",), (_ENTERED, _OPENED, _ASKED.replace(rb"{8}", b"")), _find),)
