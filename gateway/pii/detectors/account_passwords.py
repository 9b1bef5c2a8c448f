"""Whether what stands beside an account is its password: the less there is that speaks of one, the more it has to look
like one.
"""

from __future__ import annotations

import re

from gateway.pii.detectors.likely_passwords import A_TERM, is_drawn, is_guess, is_in_groups, is_mixed, is_strong
from gateway.pii.detectors.phrases import is_joined_phrase
from gateway.pii.view import Found

WORDS_OF_ACCOUNTS = (
    rb"login|zugang(?:sdaten)?|benutzer|user(?:name)?|utilisateur|utente|account|credentials|creds|anmeldung|wi-?fi"
    rb"|wlan|ssid|basic auth|\bcompte|konto\b|acc\xe8s|access|accesso|identifiants|credenziali"
)
VALUE = re.compile(rb"[^\s\"'`<>]{5,64}")
HARD = re.compile(rb"[!$#%&*+^?@]?[A-Za-z0-9].*[!$#%&*+^?@]")
"""A sign behind a letter or a digit, which names, numbers and places do not have."""
# `(buildd@lcy02) #45-Ubuntu`, and no `#7367-Tiger`
_ISSUE = re.compile(rb"#[0-9]+(?:-(?:Ubuntu|Debian|Alpine|Microsoft|NixOS|SMP|generic|rpi))?$")
_NUMBERED = re.compile(rb"[A-Z]{1,6}[\-_./]?[0-9][0-9A-Z\-_./]*|[a-z]+(?:[\-_.][a-z]+)*(?:[\-_.][0-9]+)+")
_WORD_AND_YEAR = re.compile(rb"[A-Za-z]{4,}[0-9]{2,4}[!#.]?|[a-z]{4,}[0-9][!#.]?")


def is_numbered(text: bytes) -> bool:
    """`ORD-2023-001`, `part-two-3`: an order, a part, a day."""
    return _NUMBERED.fullmatch(text) is not None


def is_distinctive(text: bytes) -> bool:
    """What hardly anything but a password looks like."""
    return is_mixed(text) or ((is_strong(text) or is_drawn(text)) and not (A_TERM.match(text) or _ISSUE.match(text)))


def is_likely_behind_slash(text: bytes) -> bool:
    """Behind an address of mail and a slash, where hardly anything else stands."""
    guess = is_guess(text) and not A_TERM.match(text) and not is_numbered(text)
    return guess or is_joined_phrase(text) or _WORD_AND_YEAR.fullmatch(text) is not None


def is_likely_beside_mail(text: bytes) -> bool:
    """Of what stands beside an address of mail and is no order, no day, no place: a sign that these do not have."""
    if _ISSUE.match(text):
        return False
    if HARD.match(text) is not None and (is_strong(text) or is_guess(text)) and b"@" not in text:
        return True
    return is_in_groups(text) or is_mixed(text)


def found(start: int, text: bytes, confidence: float = 0.85) -> Found:
    return Found(start, start + len(text), "secret", text.decode("latin-1"), confidence, "secret-account")
