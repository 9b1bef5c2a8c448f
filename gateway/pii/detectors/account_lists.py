"""Passwords in lists of accounts: behind an address of mail, below it, in the entries below `Accounts`.

`demo@acme.ch:…`, `Netflix Login` with an address and a password below it, `- Webshop (shopadmin) …`,
`- Messagerie : …`.

Invariants
- A head is looked for no further than `_HEAD_REACH` above its entries, and no blank line parts it from them.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from operator import itemgetter

from gateway.pii.detectors.account_members import NO_SECRETS, OF_SCHEMAS
from gateway.pii.detectors.account_passwords import (
    HARD,
    VALUE,
    WORDS_OF_ACCOUNTS,
    found,
    is_distinctive,
    is_likely_behind_slash,
    is_likely_beside_mail,
    is_numbered,
)
from gateway.pii.detectors.likely_passwords import A_TERM, is_guess, is_strong
from gateway.pii.detectors.phrases import is_joined_phrase
from gateway.pii.linear import compiled
from gateway.pii.view import Found

# `demo@acme.ch:…`, `anna.meier@acme.ch;…;2024-01-01`
MAIL = (
    rb"@[A-Za-z0-9.\-]+\.[A-Za-z]+(?:[ ]?(?:[:;,|/]|//)|[ ](?:-|with|mit|avec|con)|[ ])[ ]?"
    rb"[\"'`]?[^\s;,|\"'`<>()]*(?:[0-9!$#%&*+^?]|[a-z]-[a-z]+-[a-z])"
)
_MAIL_PATTERN = compiled(MAIL)
_MAIL_PARTS = re.compile(
    rb"@[A-Za-z0-9.\-]{1,80}\.[A-Za-z]{2,24}"
    rb"((?:[ ]?(?://|[:;,|/])|[ ](?:-|(?:with|mit|avec|con)(?=[ ]))|[ ])[ ]?)[\"'`]?([^\s;,|\"'`<>()]{6,64})"
)
# `Netflix Login`, below it the address, below that the password
MAIL_ALONE = rb"@[A-Za-z0-9.\-]+\.[A-Za-z]+[ \t]*\r?\n[ \t]*[^\s]+[ \t]*(?:\r?\n|$)"
_MAIL_ALONE_PATTERN = compiled(MAIL_ALONE)
_HEADED = re.compile(
    rb"(?i)(?:^|\n)[^\n:]{0,40}(?:" + WORDS_OF_ACCOUNTS + rb")(?:[ ][^\n:]{1,32})?[ \t]*:?[ \t]*\r?\n"
    rb"[ \t]*[A-Za-z0-9._%+\-]{1,64}$"
)
# `Login`, or an address of the web; below it a name, below that the password, and nothing more
_ALONE_IN_HEAD = re.compile(rb"[^ \t\n]+[ \t]*:?[ \t]*\r?\n")  # and no `Account Manager`
_HEADS_OF_ONE = (
    rb"(?i)(?:login(?:daten)?|zug(?:ang|riff)(?:sdaten)?|anmelde?(?:ung|daten)|account|credentials|creds|acc\xe8s|accesso"
    rb"|auth\.txt|identifiants|credenziali|https?://[^\s]+)(?:[ ][^\n:]*)?[ \t]*:?[ \t]*\r?\n"
)
BLOCK = (
    _HEADS_OF_ONE
    + rb"[ \t]*[A-Za-z0-9._@\\\-]+[ \t]*\r?\n[ \t]*[^\s]*[0-9!$#%&*+^?\-][^\s]*[ \t]*(?:\r?\n[ \t]*\r?\n|\r?\n?$)"
)
_BLOCK_PATTERN = compiled(BLOCK.replace(rb"[^\n:]*", rb"[^\n:]{1,32}"))
# `Webshop (shopadmin) …`, below `Accounts` whatever could be one
ASIDE = rb"(?:^|\n)[ \t>*\-]*[A-Za-z\xc0-\xff][^\n()]*[ ]\([A-Za-z0-9._@\-]+\):?[ ][^\s]*[0-9]"
_ASIDE_PATTERN = compiled(ASIDE.replace(rb"[^\n()]*", rb"[^\n()]{1,40}").replace(rb"\-]+\)", rb"\-]{2,40}\)"))
# Below it `- Messagerie : …`
NOTED = (
    rb"\n[ \t>*\-]*(?:[0-9]{1,2}[.)][ ])?[A-Za-z\xc0-\xff][^\n:=]*[ ]?(?:[:=]|->|\x7f)[ ]"
    rb"[^\s]*(?:[0-9!$#%&*+^?]|[a-z]-[a-z]+-[a-z])"
)
_NOTED_PATTERN = compiled(NOTED.replace(rb"[^\n:=]*", rb"[^\n:=]{1,40}"))
_HEADS = compiled(
    rb"(?i)\b(?:passw(?:or(?:ds|t)|\xf6rter)|kennw(?:ort|\xf6rter)|mots de passe|logins?|accounts?|zug\xe4nge"
    rb"|zugangsdaten|konten|acc\xe8s|comptes|accessi|utenze|credentials|identifiants|credenziali|pws?|psw|mdp)\b"
    rb"[^\n]{0,24}\n"
)
# Below it `Hetzner - K0123456 - …`
DASHED = rb"\n[^\n]*[ ](?:-|\||/|\x7f)[ ][^\s]*(?:[0-9!$#%&*+^?]|[a-z]-[a-z]+-[a-z])[^\s]*[ \t]*(?:\r?\n|$)"
_DASHED_PATTERN = compiled(DASHED.replace(rb"[^\n]*", rb"[^\n]{3,80}", 1))
_HEAD_REACH = 2400
_WORD_AND_FIGURES = re.compile(rb"[A-Za-z]{4,}[0-9]{3,4}[!#.]?")
_ALONE = re.compile(rb"([^\s\"'`<>]{5,64})[ \t]*(?:\r?\n|$)")
_ACCOUNT_NEAR = re.compile(
    rb"(?i)(?<![a-z])(?:"
    + WORDS_OF_ACCOUNTS
    + rb"|konto|compte|admin|administrator|root|pass|pw|passwort|password|mdp)"
    rb"s?(?![a-z])"
)
# `Netflix - anna@acme.ch - …`: one word, the address, and behind it neither a room nor a team
_SERVICE_BEFORE = re.compile(rb"(?:^|\n)[ \t>*]{0,8}[A-Z][A-Za-z0-9.+]{1,24}[ ]-[ ][A-Za-z0-9._%+\-]{1,64}$")
_ENDS_OF_LINES = frozenset((b"", b"\n", b"\r"))
_BEFORE, _LINE = 48, 64


def passwords_in_lists(data: bytes) -> Iterator[Found]:
    """Of `- Webshop (shopadmin) …` and of `- Messagerie : …` below a head of accounts."""
    heads: list[tuple[int, int]] | None = None  # looked for once, where anything might stand below one

    def below_head(at: int) -> bool:
        nonlocal heads
        heads = [*_HEADS.spans(data)] if heads is None else heads
        return _stands_below(data, at, heads)

    for start, end in _ASIDE_PATTERN.spans(data):
        at = data.rindex(b" ", start, end) + 1
        value = VALUE.match(data, at)
        text = value[0].rstrip(b".,;:") if value else b""
        alone = value is not None and data[value.end() : value.end() + 1].strip() == b""
        if alone and (is_distinctive(text) or (is_guess(text) and below_head(start + 1))):
            yield found(at, text)
    for start, end in _NOTED_PATTERN.spans(data):
        at = data.rindex(b" ", start, end) + 1
        label = data[start:at].decode("latin-1")
        value = None if NO_SECRETS.search(label) or OF_SCHEMAS.search(label) else _ALONE.match(data, at)
        name, slash, text = value[1].rpartition(b"/") if value else (b"", b"", b"")  # `Kamera: viewer/…`
        of_account = name.isalnum() and name.islower()  # and no `Europe/Zurich+1`
        if _is_password_in_a_list(text) and of_account == bool(slash) and below_head(start + 1):
            yield found(at + len(name + slash), text)


def passwords_at_ends_of_lines(data: bytes) -> Iterator[Found]:
    """Of `Hetzner - K0123456 - …` and of `GMX - info@acme.ch - …` below a head of passwords."""
    heads: list[tuple[int, int]] | None = None
    at = 0
    while True:
        start, end = _DASHED_PATTERN.first(data, at)
        if start < 0:
            return
        at = end - 1  # the line break, which the next line begins with
        text = data[start:end].split()[-1]
        if not _is_password_in_a_list(text):
            continue
        heads = [*_HEADS.spans(data)] if heads is None else heads
        if _stands_below(data, start + 1, heads):
            yield found(data.rindex(text, start, end), text)


def _is_password_in_a_list(text: bytes) -> bool:
    """Below a head of accounts, where a number of three digits behind a word is hardly a term: `Maple241`."""
    if is_numbered(text) or not (is_guess(text) or is_joined_phrase(text)):
        return False
    return not A_TERM.match(text) or _WORD_AND_FIGURES.fullmatch(text) is not None


def _stands_below(data: bytes, at: int, heads: list[tuple[int, int]]) -> bool:
    """Whether the line at `at` stands in the block below one of these heads."""
    above = bisect_right(heads, at, key=itemgetter(1)) - 1
    head = heads[above][1] if above >= 0 else -1
    return head >= 0 and at - head <= _HEAD_REACH and data.find(b"\n\n", head - 1, at) < 0


def passwords_beside_mail(data: bytes) -> Iterator[Found]:
    """`demo@acme.ch:…`, `anna.meier@acme.ch;…;2024-01-01`"""
    heads: list[tuple[int, int]] | None = None
    for start, _ in _MAIL_PATTERN.spans(data):
        mail = _MAIL_PARTS.match(data, start)
        if mail is None:
            continue
        text = mail[2].rstrip(b".:") if HARD.match(mail[2]) else mail[2].rstrip(b".:!?")
        of_account = _ACCOUNT_NEAR.search(data, max(0, start - _BEFORE), start) is not None
        if data[mail.end() : mail.end() + 1] in _ENDS_OF_LINES and _is_password_in_a_list(text):
            heads = [*_HEADS.spans(data)] if heads is None else heads
            listed = of_account or _stands_below(data, start, heads)
            if mail[1] == b" - ":
                listed = listed or _SERVICE_BEFORE.search(data, max(0, start - 2 * _LINE), start) is not None
            if listed:
                yield found(mail.start(2), text)
                continue
        if b"/" not in text and b"=" not in text and _is_password_beside_mail(text, mail[1], of_account=of_account):
            yield found(mail.start(2), text)


def _is_password_beside_mail(text: bytes, between: bytes, *, of_account: bool) -> bool:
    """`between`: what parts it from the address; `of_account`: whether a word of accounts stands before that."""
    if between == b" ":
        return of_account and is_likely_beside_mail(text) and is_guess(text) and not is_numbered(text)
    if of_account:
        return is_guess(text) and not is_numbered(text)
    return (
        is_likely_beside_mail(text)
        or (between == b":" and is_distinctive(text) and not is_numbered(text))
        or (b"/" in between and is_likely_behind_slash(text))
    )


def passwords_below_names(data: bytes) -> Iterator[Found]:
    """The name or the address of mail on one line below a head, the password on the next."""
    for start, end in _BLOCK_PATTERN.spans(data):
        text = data[start:end].split()[-1]
        likely = is_strong(text) or (_ALONE_IN_HEAD.match(data, start) and (is_guess(text) or is_joined_phrase(text)))
        if likely and not is_numbered(text):
            yield found(data.rindex(text, start, end), text)
    for start, end in _MAIL_ALONE_PATTERN.spans(data):
        text = data[start:end].split(b"\n")[1].strip()
        at = data.index(text, data.index(b"\n", start)) if text else end
        likely = (is_guess(text) or is_strong(text) or is_joined_phrase(text)) and not is_numbered(text)
        if likely and _HEADED.search(data, max(0, start - 2 * _LINE), start):
            yield found(at, text)
