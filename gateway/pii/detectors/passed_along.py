"""Secrets that are passed along: as arguments of calls that log in, decrypt or unlock, and behind flags of commands.

Nothing calls them secret but the name of what they are passed to, so they have to look like one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors.likely_passwords import A_TERM, is_drawn, is_guess, is_mixed, is_strong
from gateway.pii.linear import compiled
from gateway.pii.view import Found, Rule, View

# `HTTPDigestAuth('admin', '…')`, `connect("host", 22, "root", "…")`, `reader.decrypt("…")`, `Workbook.Unprotect "…"`
_CALL = (
    rb"(?i)(?:decrypt|encrypt|protect|unlock|auth|log_?[io]n|logon|sign_?in|connect|credential|passw|oauth1user|\.open)"
    rb"[a-z0-9_]*(?:[ ]?\([^\n]*|[ ])[\"']"
)
_CALL_PATTERN = compiled(_CALL.replace(rb"[a-z0-9_]*", rb"[a-z0-9_]{0,24}").replace(rb"[^\n]*", rb"[^\n\"']{0,80}"))
_LITERAL = re.compile(rb"\"([^\"\n]{0,160})\"|'([^'\n]{0,160})'")
_LOGS_IN = re.compile(rb"(?i)auth|log|sign|credential|passw")
_OPENS = re.compile(rb"(?i)crypt|protect|unlock|passw")
_ARGUMENTS = 240
# `ssh-keygen -N "…"`, `signtool … /p …`, `schtasks … /rp …`
_FLAG_PROBE = rb"[ ](?:-(?:[pPNw]|pw|nbB)|/r?p)[ :=]?[\"']?[A-Za-z0-9][A-Za-z0-9.\-_]*[!$#%&*^?@0-9]"
_FLAG_PATTERN = compiled(_FLAG_PROBE)
_FLAG_VALUE = re.compile(
    rb"[ ](?:-(?:[pPNw]|pw|nbB[ ][^\s]{1,64}(?=[ ]))|/r?p)[ :=]?[\"']?([A-Za-z0-9][^\s\"'`<>(){}\[\]|=/\\,;]{5,64})"
)
_HARD = re.compile(rb"[A-Za-z0-9].*[!$#%&*^?@]")
# `eu-west-1`, `slot_2`, `part.3`
_NUMBERED = re.compile(rb"[A-Za-z]+(?:[\-_.][A-Za-z]+)*(?:[\-_.]?[0-9]+)+")


def _find(view: View) -> Iterator[Found]:
    data = view.data
    done = 0
    for start, end in _CALL_PATTERN.spans(data):
        if start < done:
            continue
        called = data[start : data.find(b"(", start, end) if b"(" in data[start:end] else end]
        line_end = data.find(b"\n", end, end + _ARGUMENTS)
        done = line_end if line_end >= 0 else min(len(data), end + _ARGUMENTS)
        told = [literal.span(literal.lastindex or 0) for literal in _LITERAL.finditer(data, end - 1, done)]
        for number, (first, stop) in enumerate(told):
            last = number > 0 and number == len(told) - 1
            if _is_passed(data[first:stop], called, last=last):
                yield _found(data, first, stop)
    for start, _ in _FLAG_PATTERN.spans(data):
        flag = _FLAG_VALUE.match(data, start)
        if flag and (is_mixed(flag[1]) or (_HARD.match(flag[1]) and is_strong(flag[1]))) and not A_TERM.match(flag[1]):
            yield _found(data, *flag.span(1))


def _is_passed(text: bytes, called: bytes, *, last: bool) -> bool:
    if b" " in text or b"/" in text or b"=" in text:
        return False
    if is_mixed(text) or is_drawn(text) or (_HARD.match(text) and is_strong(text) and not A_TERM.match(text)):
        return True
    if last and _LOGS_IN.search(called):
        return (is_guess(text) and not _NUMBERED.fullmatch(text)) or (is_strong(text) and text[:1].isupper())
    return _OPENS.search(called) is not None and is_strong(text) and not _NUMBERED.fullmatch(text)


def _found(data: bytes, start: int, end: int) -> Found:
    return Found(start, end, "secret", data[start:end].decode("latin-1"), 0.85, "secret-passed")


RULES = (Rule("secret-passed", ("secret",), (_CALL, _FLAG_PROBE), _find),)
