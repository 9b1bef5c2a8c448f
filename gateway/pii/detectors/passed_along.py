"""Secrets that are passed along: as arguments of calls that log in, decrypt or unlock, and behind flags of commands.

Nothing calls them secret but the name of what they are passed to, so they have to look like one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors.likely_passwords import A_TERM, CODE, is_drawn, is_guess, is_mixed, is_strong, looks_made_up
from gateway.pii.detectors.phrases import IN_FOURS, is_joined_phrase
from gateway.pii.detectors.random_values import is_example
from gateway.pii.linear import compiled
from gateway.pii.view import Found, Rule, View

# `HTTPDigestAuth('admin', '…')`, `connect("host", 22, "root", "…")`, `reader.decrypt("…")`, `Workbook.Unprotect "…"`
_CALL = (
    rb"(?i)(?:decrypt|encrypt|protect|unlock|auth|log_?[io]n|logon|sign_?in|connect|credential|passw|oauth1user|\.open)"
    rb"[a-z0-9_]*(?:\]?(?:::|\.)new)?(?:[ ]?\([^\n]*|[ ])[\"']"
)
_CALL_PATTERN = compiled(_CALL.replace(rb"[a-z0-9_]*", rb"[a-z0-9_]{0,24}").replace(rb"[^\n]*", rb"[^\n\"']{0,80}"))
_LITERAL = re.compile(rb"\"([^\"\n]{0,160})\"|'([^'\n]{0,160})'")
# `PlainAuth("", "a@b.ch", "…", "smtp.b.ch")`: what the password is for stands behind it.
_HOST = re.compile(rb"[a-z0-9\-]{1,63}(?:\.[a-z0-9\-]{1,63}){1,5}(?::[0-9]{2,5})?|localhost(?::[0-9]{2,5})?")
_LOGS_IN = re.compile(rb"(?i)auth|log|sign|credential|passw")
_OPENS = re.compile(rb"(?i)crypt|protect|unlock|passw")
_ARGUMENTS = 240
# `ssh-keygen -N "…"`, `signtool … /p …`, `schtasks … /rp …`
_FLAG_PROBE = (
    rb"[ ](?:-(?:[pPNwk]|pw|nbB)|/r?p|<<<)[ :=]?[\"']?[A-Za-z0-9][A-Za-z0-9.\-_]*(?:[!$#%&*^?@0-9]|[a-z][A-Z])"
)
_FLAG_PATTERN = compiled(_FLAG_PROBE)
_FLAG_VALUE = re.compile(
    rb"[ ](?:-(?:[pPNwk]|pw|nbB[ ][^\s]{1,64}(?=[ ]))|/r?p"
    rb"|<<<)[ :=]?[\"']?([A-Za-z0-9][^\s\"'`<>(){}\[\]|=/\\,;]{5,64})"
)
# Between a flag and its value: `-u anna:…`, in an array of words `"-u", "anna:…"`, in a list of YAML on the next line
_NEXT_WORD = rb"(?:[= ]|[\"'],[ ]?|[\"']?\r?\n[ ]{0,16}-[ ])[\"']?"
_FLAG_BEGINS = rb"(?:--password|--passwd|--token|--api-key|--secret|-p|sshpass -p|PGPASSWORD|MYSQL_PWD)" + _NEXT_WORD
_FLAG_HEAD = re.compile(_FLAG_BEGINS)
_FLAGS = _FLAG_BEGINS + rb"[^\s\"']{6,128}"
_FLAGS_PROBE = _FLAGS.replace(rb"{6,128}", rb"{6}")
_ENDS_USAGE = b")]}"  # `[--password PASSWORD]`
_NO_FLAG_VALUE = re.compile(rb"[/\-\[<$(]|[0-9][0-9.]*(?::[0-9]+)*(?:/(?:tcp|udp))?$|[A-Za-z\-_]+[\])]?$")
_FLAGS_PATTERN = compiled(_FLAGS)
_SIGN = re.compile(rb"[!$#%&*^?@]")
# A line in which `-p` is most often a password, and no port, project or path.
_OF_LOGINS = re.compile(
    rb"(?i)login|user(?:add|mod)|[ ](?:-u|-U|--user(?:name)?|-l)[ =]|sshpass|mysql|mongo|influx|ftp|smb|\brdp|[\"']$"
)
_LOGIN_PROBE = rb"(?:-u[\"']|(?:-u|--user|--proxy-user|[ ]--?auth)" + _NEXT_WORD + rb")"
_LOGIN = _LOGIN_PROBE + rb"(?:,[ ]?)?[\"']?[^\s\"':]{0,64}:[^\s\"']{4,128}"
_LOGIN_PATTERN = compiled(_LOGIN)
# `ACME\\administrator …`
_DOMAIN = rb"[A-Z][A-Z0-9\-]*\\[A-Za-z0-9._\-]+[ ,/:]+[^\s]*[!$#%&*^?@]"
_DOMAIN_PATTERN = compiled(_DOMAIN)
_DOMAIN_VALUE = re.compile(rb"[A-Z][A-Z0-9\-]{1,20}\\[A-Za-z0-9._\-]{2,32}[ ,/:]{1,3}([^\s\"'`<>(){}\[\]\\]{6,64})")
# Four groups and more, and a word of licences near them.
_GROUPS = rb"[A-Z0-9]+-[A-Z0-9]+-[A-Z0-9]+-[A-Z0-9]"
_GROUPED = compiled(rb"(?:[A-Z0-9]{4,6}-){3,8}[A-Z0-9]{4,6}")
_LICENCE = re.compile(rb"(?<![A-Za-z0-9\-])(?=[A-Z0-9\-]*[0-9])(?:[A-Z0-9]{4,6}-){3,8}[A-Z0-9]{4,6}(?![A-Za-z0-9\-])")
_OF_LICENCES = re.compile(
    rb"(?i)licen[cs]|lizenz|serial|seriennummer|num\xe9ro de s\xe9rie|numero di serie"
    rb"|activat|aktivier|product key|cd-?key|steam"
)
_NEAR = 48
_HARD = re.compile(rb"[A-Za-z0-9].*[!$#%&*^?@]")
# `eu-west-1`, `slot_2`, `part.3`
_NUMBERED = re.compile(rb"[A-Za-z]+(?:[\-_.][A-Za-z]+)*(?:[\-_.]?[0-9]+)+")


def _find(view: View) -> Iterator[Found]:
    data = view.data
    yield from _find_flags(data)
    yield from _find_beside(data)
    done = 0
    for start, end in _CALL_PATTERN.spans(data):
        if start < done:
            continue
        called = data[start : data.find(b"(", start, end) if b"(" in data[start:end] else end]
        line_end = data.find(b"\n", end, end + _ARGUMENTS)
        done = line_end if line_end >= 0 else min(len(data), end + _ARGUMENTS)
        told = [literal.span(literal.lastindex or 0) for literal in _LITERAL.finditer(data, end - 1, done)]
        at_host = len(told) > 2 and _HOST.fullmatch(data, *told[-1]) is not None
        for number, (first, stop) in enumerate(told):
            last = number > 0 and number == len(told) - 1 - at_host
            sure = last and (at_host or b"@" in data[slice(*told[number - 1])])
            if _is_passed(data[first:stop], called, last=last, sure=sure):
                yield _found(data, first, stop)
    for start, _ in _FLAG_PATTERN.spans(data):
        flag = _FLAG_VALUE.match(data, start)
        if flag and (is_mixed(flag[1]) or (_HARD.match(flag[1]) and is_strong(flag[1]))) and not A_TERM.match(flag[1]):
            yield _found(data, *flag.span(1))


def _find_flags(data: bytes) -> Iterator[Found]:
    for start, end in _FLAGS_PATTERN.spans(data):
        head = _FLAG_HEAD.match(data, start, end)
        at = head.end() if head else start
        text = data[at:end].rstrip(_ENDS_USAGE)
        if data[start : start + 2] == b"-p" and (
            (_NO_FLAG_VALUE.match(text) and not is_joined_phrase(text))  # a port, a path, a place for one
            or not ((is_strong(text) and _SIGN.search(text)) or is_mixed(text) or _logs_in(data, start))
        ):
            continue
        if looks_made_up(text) and not is_example(text) and not CODE.match(text) and not text.startswith((b"/", b"--")):
            yield Found(at, at + len(text), "secret", text.decode("latin-1"), 0.9, "secret-flag")
    for start, end in _LOGIN_PATTERN.spans(data):  # `curl -u name:password`
        at = data.index(b":", start, end) + 1
        text = data[at:end]
        if text.isdigit():  # `docker run --user 1000:1000`
            continue
        if looks_made_up(text) and not is_example(text) and not CODE.match(text):
            yield Found(at, end, "secret", text.decode("latin-1"), 0.9, "secret-login")


def _logs_in(data: bytes, at: int) -> bool:
    since = max(data.rfind(b"\n", max(0, at - _NEAR * 2), at), at - _NEAR * 2, 0)
    return _OF_LOGINS.search(data, since, at + 4) is not None


def _find_beside(data: bytes) -> Iterator[Found]:
    for start, _ in _DOMAIN_PATTERN.spans(data):
        beside = _DOMAIN_VALUE.match(data, start)
        text = beside[1].rstrip(b".,;:?") if beside else b""
        if beside and is_strong(text) and _SIGN.search(text):
            yield _found(data, beside.start(1), beside.start(1) + len(text))
    for start, _ in _GROUPED.spans(data):
        groups = _LICENCE.match(data, start)
        if groups and _OF_LICENCES.search(data, max(0, groups.start() - _NEAR), groups.end() + _NEAR):
            yield _found(data, *groups.span())


def _is_passed(text: bytes, called: bytes, *, last: bool, sure: bool) -> bool:
    """`sure`: an address of mail stands before it, or a host behind it: then no step or file is passed."""
    if IN_FOURS.fullmatch(text):  # as passwords for programs are shown: `abcd efgh ijkl mnop`
        return _LOGS_IN.search(called) is not None
    if b" " in text or b"/" in text or b"=" in text or b":" in text:
        return False
    if is_mixed(text) or is_drawn(text) or (_HARD.match(text) and is_strong(text) and not A_TERM.match(text)):
        return True
    if last and _LOGS_IN.search(called):
        if is_joined_phrase(text):
            return True
        return (is_guess(text) and (sure or not _NUMBERED.fullmatch(text))) or (is_strong(text) and text[:1].isupper())
    return _OPENS.search(called) is not None and is_strong(text) and not _NUMBERED.fullmatch(text)


def _found(data: bytes, start: int, end: int) -> Found:
    return Found(start, end, "secret", data[start:end].decode("latin-1"), 0.85, "secret-passed")


RULES = (
    Rule(
        "secret-passed",
        ("secret",),
        (_CALL, _FLAG_PROBE, _FLAGS_PROBE, _LOGIN_PROBE, _DOMAIN, _GROUPS),
        _find,
    ),
)
