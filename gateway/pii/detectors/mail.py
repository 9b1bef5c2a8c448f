"""E-mail addresses, also with the signs spelt out in brackets, and with a line broken behind the at sign."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors.scanning import judged
from gateway.pii.linear import compiled
from gateway.pii.view import Found, Rule, View

_SPELT = rb"(?:[A-Za-z0-9]{1,30}(?:[ ]\.[ ]|[ ]?[(\[{][ ]?(?:dot|punkt|point|punto)[ ]?[)\]}][ ]?)){0,3}"
_LOCAL = _SPELT + rb"[A-Za-z0-9\xc0-\xff._%+'\-]{1,64}"
_AT = rb"(?:[ ]@[ ]|@(?:\r?\n[ >]{0,3})?|[ ]?[(\[{<][ ]?(?:at|AT|At|@|\xe0|arobase|chiocciola)[ ]?[)\]}>][ ]?)"
_DOT = rb"(?:\.|[ ]\.[ ]|[ ]?[(\[{][ ]?(?:dot|DOT|punkt|Punkt|point|punto|\.)[ ]?[)\]}][ ]?)"
_HOST = rb"[A-Za-z0-9\xc0-\xff](?:[A-Za-z0-9\xc0-\xff\-]{0,62})"
_PATTERN = compiled(_LOCAL + _AT + rb"(?:" + _HOST + _DOT + rb"){1,8}[A-Za-z\xc0-\xff]{2,24}")
_SPOKEN = re.compile(rb"[ ]?[(\[{<][ ]?([^)\]}> ]{1,10})[ ]?[)\]}>][ ]?")
_NO_DOMAIN = frozenset(
    {b"png", b"jpg", b"jpeg", b"gif", b"svg", b"webp", b"css", b"js", b"ts", b"py", b"json", b"html"}
)
_NOBODY = frozenset({b"git", b"noreply", b"no-reply", b"donotreply"})


def _spoken(match: re.Match[bytes]) -> bytes:
    return b"@" if match[1].lower() in {b"at", b"@", b"\xe0", b"arobase", b"chiocciola"} else b"."


def _judge(view: View, start: int, end: int) -> Found | None:
    value = view.data[start:end]
    trimmed = value.lstrip(b".'-%+")
    start += len(value) - len(trimmed)
    plain = b"".join(_SPOKEN.sub(_spoken, trimmed).split()).replace(b">", b"").lower()
    local, _, domain = plain.partition(b"@")
    if not local or domain.rpartition(b".")[2] in _NO_DOMAIN or local in _NOBODY:
        return None
    return Found(start, end, "email", plain.decode("latin-1"), 0.99, "email")


def _find(view: View) -> Iterator[Found]:
    return judged(_PATTERN, view, _judge)


RULES = (
    Rule(
        "email",
        ("email",),
        (
            rb"[A-Za-z0-9\xc0-\xff._%+'\-][ ]?@[ ]?[A-Za-z0-9\xc0-\xff\r\n]",
            rb"(?i)[(\[{<][ ]?(?:at|@|\xe0|arobase|chiocciola)[ ]?[)\]}>]",
        ),
        _find,
    ),
)
