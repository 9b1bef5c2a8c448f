"""Passwords of ten to nineteen letters and digits that were drawn by lot, beside a word of passwords in their line.

`a1 LOGIN ops FmNZPoHUNJpo`, `keepassxc-cli open -k SnotmCAHuZob`, `String[] creds = {"admin", "jWPAdGB7cBMA"}`: nobody
writes such a word for anything else there, so what stands between need not be known. Longer ones are told by words that
stand farther away (`opaque`).

Invariants
- Each look behind a word is bounded by its line, a block of settings by its lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors.account_members import CREDENTIALS, PASSWORDS, group_of, is_password_of
from gateway.pii.detectors.likely_passwords import (
    A_TERM,
    is_drawn,
    is_guess,
    is_mixed,
    is_strong,
    plausible_secret,
)
from gateway.pii.detectors.opaque import NO_KEY
from gateway.pii.detectors.phrases import is_joined_phrase
from gateway.pii.detectors.random_values import changes, is_example, is_random, kinds_of
from gateway.pii.linear import Pattern, compiled
from gateway.pii.view import Found, Rule, View

_WORDS = (
    rb"(?:passw|passphrase|passcode|pass(?:[^a-z]|cmd)|[a-z_\-]pwd?[^a-z]|\bpwd?[^a-z]|\bpsk[^a-z]|kennwort"
    rb"|mot de passe|\bmdp[^a-z]|parola (?:chiave|d'ordine)|contrase|\bsenha|wachtwoord|secret|secr\xe8te|geheim|segret"
    rb"|credential|\bcreds[^a-z]"
    rb"|zugangsdaten|identifiants|credenziali|token|[^a-z]key[^a-z]|schl\xfcssel|\bcl\xe9[^a-z]|chiave|(?:\b"
    rb"|_)auth[^a-z]|http-basic"
    rb"|authtok|\blogin[^a-z]|\blogon[^a-z]|unlock|keepass)"
)
# What speaks of connections and their users, and of much else: behind these only letters of both cases and digits.
_OF_USERS = (
    rb"(?:\busers?[ =:]|\badmin[ ]|\broot[ ]|\bconnect|\bsasl|addauth|\bidentify[ ]|\boper[ ]|\bs?ftp|\bisql[ ]"
    rb"|[^a-z]community)"
)
_PROBE, _PROBE_OF_USERS = rb"(?i)" + _WORDS, rb"(?i)" + _OF_USERS
_PATTERN, _PATTERN_OF_USERS = compiled(_PROBE), compiled(_PROBE_OF_USERS)
# `open ops:…@host`, `imp scott/…@db`: whatever stands before it.
_AT_HOST = rb"[A-Za-z0-9][:/][A-Za-z0-9]+@[A-Za-z0-9]"
_AT_HOST_PATTERN = compiled(_AT_HOST)
_BEFORE_HOST = re.compile(rb"(?<![A-Za-z0-9:/])([A-Za-z0-9._\-]{1,32})[:/]([A-Za-z0-9]{10,40})(?=@)")
_NO_USER = frozenset((b"mailto", b"sip", b"sips", b"xmpp", b"acct", b"to", b"from", b"cc"))
_TOLD_BY = re.compile(_WORDS)
_TOKEN = re.compile(rb"(?<![A-Za-z0-9_.\-+#@\\&?])[A-Za-z0-9]{10,19}(?![A-Za-z0-9_.\-+(=@])")
# In base64 a slash parts nothing.
_RUN_BEFORE, _RUN_BEHIND = re.compile(rb"[A-Za-z0-9+/]*\Z"), re.compile(rb"[A-Za-z0-9+/]*={0,2}")
_RUN_REACH, _RUN_SHORTEST = 64, 40
# `20261103T120000Z`, `0x3FFFFFFF`
_NUMBER = re.compile(rb"(?:19|20)[0-9]{6}T[0-9]{4}|0x[0-9A-Fa-f]+$")
_REACH, _NEAR, _NEXT, _BEHIND = 80, 32, 24, 64
_LONG, _ODD = 11, 0.45
# `secrets:` and below it `db: …`
_HEAD = compiled(
    rb"(?i)(?:\bpass(?:wor[dt])?|passwords|secrets|credentials|tokens|api_?keys|kennwort|passw\xf6rter|kennw\xf6rter)"
    rb"[\"']?:[ \t]*\r?\n"
)
_PLURAL_HEAD = re.compile(rb"(?i)pass(?:words)?[\"']?:|passw\xf6rter|kennw\xf6rter")
_BLOCK = re.compile(rb"([ \t]{0,16})[^\n]{1,64}\n((?:\1[ \t]+[^\n]{1,400}(?:\n|$)){1,32})")
# `passwords = {"alice": "…", "bob": "…"}`, `creds = dict(anna="…")`, `credentials: {anna: …, bob: …}`
_MAP = compiled(
    rb"(?i)(?:"
    + PASSWORDS.encode("latin-1")
    + rb"|"
    + CREDENTIALS.encode("latin-1")
    + rb")[\"'\]]{0,2}[ \t]{0,4}(?:=>|:=|=|:)[ \t]{0,4}(?:\{|dict\()"
)
_MAP_LONGEST = 2400
_MAP_ENTRY = re.compile(
    rb"[\"']?([\w.\-@ ]{1,64}?)[\"']?[ \t]{0,4}(?:=>|=|:)[ \t]{0,4}(?:\"([^\"\n]{4,128})\"|'([^'\n]{4,128})'"
    rb"|(?<=:[ ])([A-Za-z0-9!$#%&*+^?.\-]{4,64})(?=[ ]?[,}\r\n]))"
)
_MAP_NAME = re.compile(rb"[A-Za-z_ \xc0-\xff]*")
# `chpasswd <<EOF`, cloud-init's `chpasswd:`, and below it `user:…`
_USERS = compiled(rb"(?i)chpasswd[^\n]{0,40}\n(?:[ \t]*(?:list|users|expire)[^\n]{0,24}\n){0,3}")
_OF_A_USER = re.compile(rb"[ \t]*(?:-[ ])?[\"']?[a-z_][a-z0-9_\-]{0,31}:([^\s:\"']{4,128})[\"']?[ \t]*(?:\r?\n|$)")
# `[users]`, and below it `alice = …, admin`: Subversion's, Shiro's and CouchDB's; `[passwords]` of Streamlit
_SECTION = (
    rb"(?i)(?:^|\n)[ \t]*\[[a-z_.\-]*(?:users|accounts|admins|logins|passwords|credentials|creds|secrets)\][ \t]*\n"
)
_SECTION_PATTERN = compiled(_SECTION)
_OF_A_SECTION = re.compile(
    rb"[ \t]*(?:[\"']?([\w.\-@]{1,64})[\"']?[ \t]*=[ \t]*[\"']?([^\s\"',;]{4,128})[^\n]{0,160}"
    rb"|[#;][^\n]{0,160})?(?:\n|$)"
)
_ENTRY = re.compile(rb"(?:([\w.\-]{1,64})[\"']?:|-)[ ]+[\"']?([^\s\"',{}\[\]]{4,256})[\"',]{0,2}[ \t]*(?:\r?\n|$)")


def _find(view: View) -> Iterator[Found]:
    data = view.data
    if view.names and _is_one(data) and _TOLD_BY.search(view.hint + b" ") and not NO_KEY.search(view.hint):
        yield _found(data, 0, len(data))
        return
    if len(view.names) > 1 and (group := group_of(view.names[-2])) and is_password_of(group, view.names[-1], data):
        yield _found(data, 0, len(data))
        return
    for pattern, near in ((_PATTERN, _NEAR), (_PATTERN_OF_USERS, 0)):
        yield from _beside_words(view, pattern, near)
    for start, end in _AT_HOST_PATTERN.spans(data):
        login = _BEFORE_HOST.search(data, max(0, start - 32), end)
        if login and login[1].lower() not in _NO_USER and is_mixed(login[2]):
            yield _found(data, *login.span(2))
    for start, _ in _HEAD.spans(data):
        yield from _in_block(data, start)
    yield from _in_maps(data)
    yield from _in_sections(data)
    yield from _of_users(data)


def _beside_words(view: View, pattern: Pattern, near: int) -> Iterator[Found]:
    """In the line behind each word, and before it what is sure. `near`: how far behind letters of one case count."""
    data = view.data
    done = 0
    for start, end in pattern.spans(data):
        if near:  # `radtest ops … 0 # password`
            since = max(done, data.rfind(b"\n", max(0, start - _BEHIND), start) + 1, start - _BEHIND)
            for token in _TOKEN.finditer(data, since, start + 1):
                if token.end() <= start and _is_sure(token[0]) and not _is_another(view, token.start()):
                    yield _found(data, *token.span())
        line_end = data.find(b"\n", end - 1, end + _REACH)
        until = line_end if line_end >= 0 else min(len(data), end + _REACH)
        for token in _TOKEN.finditer(data, max(done, end - 1), until + 1):
            if token.end() > until or not _is_one(token[0]):
                continue
            if not is_mixed(token[0]) and token.start() - end > near:
                continue
            if not _is_another(view, token.start()):
                yield _found(data, *token.span())
        done = max(done, until)


def _in_block(data: bytes, start: int) -> Iterator[Found]:
    """Entries of the block whose head has a word for passwords at `start`."""
    begins = max(data.rfind(b"\n", max(0, start - _BEHIND), start) + 1, start - _BEHIND)
    block = _BLOCK.match(data, begins)
    group = _group(data, start)
    for entry in _ENTRY.finditer(data, *block.span(2)) if block else ():
        text = entry[2]
        likely = is_mixed(text) or is_drawn(text) or is_strong(text) or is_joined_phrase(text)
        likely = likely or (is_guess(text) and (_PLURAL_HEAD.match(data, start) is not None or not A_TERM.match(text)))
        named = entry[1] is not None and group is not None and _is_entry(group, entry[1], text)
        if named or (likely and (entry[1] is None or _is_entry("entries", entry[1], text))):
            yield _found(data, *entry.span(2))


def _in_maps(data: bytes) -> Iterator[Found]:
    done = 0
    for start, end in _MAP.spans(data):
        group = _group(data, start)
        if end < done or group is None:
            continue
        stop = data.find(b")" if data[end - 1 : end] == b"(" else b"}", end, end + _MAP_LONGEST)
        done = stop if stop >= 0 else min(len(data), end + _MAP_LONGEST)
        for entry in _MAP_ENTRY.finditer(data, end, done + 1):
            value = entry.lastindex or 0
            if _is_entry(group, entry[1], entry[value]):
                yield _found(data, *entry.span(value))


def _in_sections(data: bytes) -> Iterator[Found]:
    for start, end in _SECTION_PATTERN.spans(data):
        told = data[start:end].strip(b" \t\r\n[]").rpartition(b".")[2].decode("latin-1")
        group = group_of(told)
        group = "entries" if group == "accounts" or told.lower().endswith("logins") or group is None else group
        user = _OF_A_SECTION.match(data, end)
        while user and user.end() > user.start():
            if user[2] and _is_entry(group, user[1], user[2]):
                yield _found(data, *user.span(2))
            user = _OF_A_SECTION.match(data, user.end())


def _of_users(data: bytes) -> Iterator[Found]:
    done = 0
    for _, end in _USERS.spans(data):
        user = _OF_A_USER.match(data, end) if end >= done else None
        while user:
            if plausible_secret(user[1], structural=True):
                yield _found(data, *user.span(1))
            done = user.end()
            user = _OF_A_USER.match(data, done)


def _group(data: bytes, start: int) -> str | None:
    name = _MAP_NAME.match(data, start)
    return group_of(name[0].decode("latin-1").strip()) if name else None


def _is_entry(group: str, name: bytes, text: bytes) -> bool:
    return is_password_of(group, name.decode("latin-1").strip(), text)


def _is_another(view: View, at: int) -> bool:
    """Whether a word before it says that it is no key, or it is a piece of base64."""
    if NO_KEY.search(view.before(at, _NEXT)):
        return True
    data = view.data
    before = _RUN_BEFORE.search(data, max(0, at - _RUN_REACH), at)
    behind = _RUN_BEHIND.match(data, at, at + _RUN_REACH)
    run = data[before.start() if before else at : behind.end() if behind else at]
    return len(run) >= _RUN_SHORTEST and (is_random(run) or is_example(run))


def _is_sure(text: bytes) -> bool:
    """Of eight megabytes of code and manuals five words look like this."""
    return len(text) >= _LONG and {*kinds_of(text)} == {0, 1, 2} and changes(text) >= _ODD and _is_one(text)


def _is_one(text: bytes) -> bool:
    return len(text) < 20 and (is_mixed(text) or is_drawn(text)) and not _NUMBER.match(text)


def _found(data: bytes, start: int, end: int) -> Found:
    return Found(start, end, "secret", data[start:end].decode("latin-1"), 0.85, "secret-drawn")


RULE = Rule(
    "secret-drawn", ("secret",), (_PROBE, _PROBE_OF_USERS, _AT_HOST), _find, over_lines=(_SECTION,), doubtful=True
)
RULES = (RULE,)
