"""Passwords beside the account that they open, where their place alone tells: `jdupont / …`, `use anna/…`,
`Router: admin/…`, `u: anna` and `p: …` below it; and what sentences (`account_logins`), lists (`account_lists`) and
rows (`account_runs`) tell, and the order of arguments (`positional_passwords`).

Invariants
- The less there is that speaks of an account, the more a password has to look like one (`account_passwords`).
- Each look behind a name is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from gateway.pii.detectors import account_lists, account_logins, account_runs, positional_passwords
from gateway.pii.detectors.account_passwords import (
    HARD,
    VALUE,
    WORDS_OF_ACCOUNTS,
    found,
    is_distinctive,
    is_numbered,
)
from gateway.pii.detectors.likely_passwords import A_TERM, TOKEN, is_guess, is_strong
from gateway.pii.linear import compiled
from gateway.pii.view import Found, Rule

_PAIR = (
    rb"(?i)(?:" + WORDS_OF_ACCOUNTS + rb")[^\n:=/|]{0,48}[ :=(]{1,3}"
    rb"(?:(?:is|ist|lautet|est|\xe8|sind|are|sont|sono)[ :]{1,2})?[^\s/:,|]{2,64}"
    rb"(?:[ ]?[/|]{1,2}[ ]?|:|,[ ])[^\s/]{5,64}"
)
_PAIR_PROBE = _PAIR.replace(rb"{0,48}", rb"*").replace(rb"{2,64}", rb"{2}[^\s/:,|]*").replace(rb"{5,64}", rb"{5}")
_PAIR_PARTS = re.compile(_PAIR.replace(rb"[^\s/]{5,64}", rb"([^\s/]{5,64})"))
_PAIR_PATTERN = compiled(_PAIR)
# `user:anna:session:4711`, as caches name things: joined by nothing else
_JOINED_BY_COLONS = re.compile(rb":[A-Za-z0-9_.\-]+(?::[A-Za-z0-9_.\-]*)+")
# `"role": "user","content":[…`: JSON goes on; or an id or a digest behind an account's id.
_NO_PAIR = re.compile(
    rb"\"[,:]|^[A-Za-z_]{2,}=|\?[a-z_]{2,}=[^&]*:"
    rb"|^(?:[0-9a-f]{24}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$"
)
_DIGIT = re.compile(rb"[0-9]")
_NAME_OF_MEMBER = re.compile(rb"[A-Za-z_][A-Za-z0-9_]*:")
# `- nexus: ci / …`
_SLASHED = rb"(?:^|[\n:,(>*|\-\x7f])[ \t]+[A-Za-z][A-Za-z0-9._\-]+[ ][/|\-][ ][^\s/:|\"'<>(){}]*[0-9!$#%&*+^?=@]"
_SLASHED_PATTERN = compiled(_SLASHED)
# `use anna/… for the demo`, `U/P: anna/…`
_JOINED = (
    rb"(?i)(?:\b(?:use|mit|avec|con|with|login|creds|u/p|user/p[a-z]+|benutzer/p[a-z]+|login/p[a-z]+|id/mdp"
    rb"|account|konto"
    rb"|compte|router|nas))[ ]?[:=]?[ ][a-z][a-z0-9._\-]+/[^\s/]*[0-9!$#%&*+^?]"
)
_JOINED_PATTERN = compiled(_JOINED)
# `Router: admin/…`, `Kamera-Login admin …`
_DEVICE = (
    rb"(?i)(?:router|\bnas\b|kamera|camera|firewall|\bilo\b|idrac|controller|drucker|printer|imprimante|stampante"
    rb"|\bswitch|\bipmi|\bbmc\b|access point|fritz!?box|webinterface|konsole|console|hypervisor|esxi|proxmox"
    rb"|login)[^\n]*[ :]"
    rb"(?:admin|administrator|root|elastic)[ ]?[/: ][ ]?[^\s]*[0-9]"
)
_DEVICE_PATTERN = compiled(_DEVICE.replace(rb"[^\n]*", rb"[^\n]{0,24}?"))
_DEVICE_VALUE = re.compile(rb"(?i)[ :](?:admin|administrator|root|elastic)[ ]?[/: ][ ]?([^\s\"'`<>]{6,64})")
# `u: anna` and below it, or beside it, `p: …`; `user scan pass …`; a line `pass …`
_BELOW = (
    rb"(?i)(?:^|\n)[ \t>*\-]*(?:u|user|l|login|b|benutzer|id|utente|usr)[ ]?[:=][ ]?"
    rb"(?:[^\n]+\n[ \t>*\-]*|[^\s]+[ ,;/|]+)(?:p|pw|k)[ ]?"
    rb"[:=][ ]?[^\s]"
)
_BELOW_PATTERN = compiled(_BELOW)
_BESIDE = rb"(?i)\b(?:u|user|l|login|usr)[ ]?[:=][ ]?[^\s]+[ ,;/|]+(?:p|pw|k)[ ]?[:=]"
_PASS = rb"(?i)(?:(?:^|\n)[ \t>*\-]*|\buser[ ][^\s]+[ ,;]+)pass[ ]+[^\s]*[0-9]"
_PASS_PATTERN = compiled(_PASS)
_ISSUE = re.compile(rb"[A-Za-z0-9._\-]+#[0-9]+")


def _in_pairs(data: bytes) -> Iterator[Found]:
    """`Login: jdupont / …`: behind a word of accounts and a name."""
    for start, end in _PAIR_PATTERN.spans(data):
        pair = _PAIR_PARTS.match(data, start, end)
        if pair is None:
            continue
        at = pair.start(1)
        text = data[at:end].rstrip(b".,;)")
        # `f"user:{user_id}:orders"` is filled in
        if _NO_PAIR.search(text) or _JOINED_BY_COLONS.fullmatch(data, at - 1, at + len(text)):
            continue
        if b"{" in data[start:at] or data[at - 4 : at + 4] == b"arn:aws:":
            continue
        if data[at - 1 : at] == b"/" == data[end : end + 1] and not is_strong(text):  # the middle of a path or a key
            continue
        listed = data[at - 2 : at] == b", "
        before = data[start : at - 2].split()[-1]
        # `users like user_001, user_002`; `{new_login: true, token_v2: false}`
        if listed and (_as_numbered(before) == _as_numbered(text) or _NAME_OF_MEMBER.fullmatch(text)):
            continue
        if is_strong(text) if listed else is_guess(text):
            yield found(at, text, 0.8)


def _as_numbered(word: bytes) -> bytes:
    return _DIGIT.sub(b"0", word)


def _joined_to_user(data: bytes) -> Iterator[Found]:
    for start, end in _JOINED_PATTERN.spans(data):
        at = data.rindex(b"/", start, end) + 1
        value = VALUE.match(data, at)
        text = value[0].rstrip(b".,;:)") if value else b""
        told = HARD.match(text) is not None if b":" not in data[start:at] else not A_TERM.match(text)
        if told and is_strong(text) and b"@" not in text and not _ISSUE.fullmatch(text):
            yield found(at, text)


def _behind_slash(data: bytes) -> Iterator[Found]:
    for start, end in _SLASHED_PATTERN.spans(data):
        at = data.rindex(b" ", start, end) + 1
        by_slash = data[at - 2 : at - 1] == b"/"
        value = TOKEN.match(data, at)
        text = value[0].rstrip(b".,;:)") if value else b""
        if is_distinctive(text) and not is_numbered(text) and (by_slash or HARD.match(text)):
            yield found(at, text)


def _of_devices(data: bytes) -> Iterator[Found]:
    for start, end in _DEVICE_PATTERN.spans(data):
        value = _DEVICE_VALUE.search(data, start, end + 64)
        text = value[1].rstrip(b".,;:)") if value else b""
        if value and is_guess(text) and b"/" not in text:
            yield found(value.start(1), text)


def _on_next_line(data: bytes) -> Iterator[Found]:
    for pattern in (_BELOW_PATTERN, _PASS_PATTERN):
        for start, end in pattern.spans(data):
            at = max(data.rfind(sign, start, end) for sign in (b" ", b":", b"=")) + 1
            value = VALUE.match(data, at)
            text = value[0].rstrip(b".,;:)") if value else b""
            if is_guess(text):
                yield found(at, text)


def _rule(
    form: str, passwords: Callable[[bytes], Iterable[Found]], *probes: bytes, over_lines: tuple[bytes, ...] = ()
) -> Rule:
    """A rule for each form: a text is searched for those alone that occur somewhere in it."""
    return Rule(
        f"secret-account-{form}", ("secret",), probes, lambda view: passwords(view.data), over_lines, doubtful=True
    )


RULES = (
    _rule(
        "login", account_logins.passwords_of_logins, account_logins.LOGGED_IN + rb"[^\n]*(?:[0-9]|[a-z]-[a-z]+-[a-z])"
    ),
    _rule("named", account_logins.passwords_beside_named_accounts, account_logins.BOTH_NAMED),
    _rule("network", account_logins.passwords_of_networks, account_logins.WIRELESS, account_logins.FOR_A_NETWORK),
    _rule("list", account_lists.passwords_in_lists, over_lines=(account_lists.ASIDE, account_lists.NOTED)),
    _rule("line-end", account_lists.passwords_at_ends_of_lines, over_lines=(account_lists.DASHED,)),
    _rule("pair", _in_pairs, _PAIR_PROBE),
    _rule("mail", account_lists.passwords_beside_mail, account_lists.MAIL),
    _rule("below", account_lists.passwords_below_names, over_lines=(account_lists.MAIL_ALONE, account_lists.BLOCK)),
    _rule("run", account_runs.passwords_in_pairs, account_runs.PAIRS),
    _rule("run-of-lines", account_runs.passwords_in_lines, over_lines=(account_runs.LINES,)),
    _rule("joined", _joined_to_user, _JOINED),
    _rule("slash", _behind_slash, _SLASHED),
    _rule("device", _of_devices, _DEVICE),
    _rule("next-line", _on_next_line, _PASS, _BESIDE, over_lines=(rb"(?i)\n[ \t>*\-]*(?:p|pw|k)[ ]?[:=]",)),
    *positional_passwords.RULES,
)
