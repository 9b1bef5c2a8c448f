"""How deep in JSON strings a text stands: what is put there must be escaped as often.

Tool arguments are JSON, and a string in them may hold JSON again. The level shows in the backslashes before the quote
that opened the string: none for the first, one for the second, three for the third.

Invariants
- Fed in pieces of any size, it says the same as for the whole.
- A quote inside a string whose text is no JSON opens nothing: it is only a quote.
"""

from __future__ import annotations

import json
import re
from typing import Final
from urllib.parse import quote

from gateway.pii.token_separators import Writing

_MARK: Final = re.compile(r'(\\*)(")|(\\+)$|([^\s\\"])')


class Quoting:
    """The strings that are open at the end of what was fed."""

    __slots__ = ("_backslashes", "_looks", "_open")

    def __init__(self) -> None:
        self._open: list[int] = []
        """For each open string the backslashes before its quote."""
        self._looks: list[str] = []
        """For each its first character that is no space; empty until it came."""
        self._backslashes = 0

    @property
    def depth(self) -> int:
        return len(self._open)

    def feed(self, text: str) -> None:
        if self._backslashes:
            text = "\\" * self._backslashes + text
            self._backslashes = 0
        at = 0
        while (match := _next(text, at, first=bool(self._looks) and not self._looks[-1])) is not None:
            at = match.end()
            if match[2]:
                self._quote(len(match[1]))
            elif match[3]:
                self._backslashes = len(match[3])
            else:
                self._looks[-1] = match[0]

    def _quote(self, backslashes: int) -> None:
        while self._open and backslashes < self._open[-1]:
            self._close()
        if not self._open:
            self._push(backslashes)
            return
        own = self._open[-1]
        if (backslashes - own) % (2 * (own + 1)) == 0:
            self._close()
        elif backslashes == 2 * own + 1 and self._looks[-1] in ("{", "["):
            self._push(backslashes)
        elif not self._looks[-1]:
            self._looks[-1] = '"'

    def _push(self, backslashes: int) -> None:
        self._open.append(backslashes)
        self._looks.append("")

    def _close(self) -> None:
        self._open.pop()
        self._looks.pop()


_QUOTES: Final = re.compile(r'(\\*)(")|(\\+)$')


def _next(text: str, at: int, *, first: bool) -> re.Match[str] | None:
    """The next quote or trailing run of backslashes; with `first` also the next character that is no space."""
    return (_MARK if first else _QUOTES).search(text, at)


def escaped(value: str, depth: int) -> str:
    """`value` as it stands in a string at that depth."""
    for _ in range(depth):
        value = json.dumps(value, ensure_ascii=False)[1:-1]
    return value


_SAFE: Final = "@:,;!*"
"""Signs that may stand in a path and in a query, and in no way end an address."""


_PRINTABLE: Final = " !\"#$&'()*+,/:;<>?@[\\]^`{|}"
"""What stands in quoted-printable text as it is, beside what needs no percent sign either."""


def encoded(value: str, writing: Writing, times: int, quotes: str = "") -> str:
    """`value` as it stands in an address, in HTML or in a mail's source, written so `times` times over; in HTML inside
    `quotes`.
    """
    for _ in range(times):
        if writing == "percent":
            value = quote(value, safe=_SAFE)
        elif writing == "quoted-printable":
            value = quote(value, safe=_PRINTABLE).replace("%", "=")
        elif writing == "html":
            value = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
            if quotes in _QUOTED:
                value = value.replace(quotes, _QUOTED[quotes])
    return value


_QUOTED: Final = {'"': "&quot;", "'": "&#39;"}
