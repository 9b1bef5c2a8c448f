"""Whether a text that comes in pieces stands inside a web address just now, and whose.

Invariants
- An address ends at a space, a quote or an angle bracket; what is inside one stays inside until then. In the brackets
  of a Markdown link only a space ends it. Right behind the quote of an attribute or a call, or an angle bracket, it
  goes on to where that is closed: readers take spaces in there for part of it.
- A host is known once something follows it; before that nobody is trusted.
- What a reader might take for another host (a user before an `@`, backslashes, odd letters) is not on any list.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import Final

_END: Final = re.compile(r"[\s\"'<>]")
_LINKED: Final = "]("
_SCHEME: Final = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]*:\\{0,4}/\\{0,4}/|(?:https?|wss?|ftp):[\\/]{0,8}(?=[A-Za-z0-9])"
    r"|(?<![A-Za-z0-9/])\\{0,4}/\\{0,4}/(?=[A-Za-z0-9])|www\.",
    re.IGNORECASE,
)
_HOST: Final = re.compile(r"([A-Za-z0-9.-]+)(?::[0-9]{1,5})?(?=\\{0,4}[/?#])")
_MARK: Final = re.compile(r"[<>\"'\n]")
_BLANKS: Final = frozenset("\\ \t\r\n")
_PART: Final = re.compile(r"[=?/]")
_KEPT: Final = 512


class Addresses:
    """`hosts`: patterns of those whose addresses may hold values, such as `*.intra.example`."""

    __slots__ = ("_closing", "_hosts", "_last", "_run", "_within")

    def __init__(self, hosts: tuple[str, ...]) -> None:
        self._hosts = hosts
        self._run = ""
        """What came since the last character that ends an address; of a long one its beginning."""
        self._closing = ""
        self._within = ""
        """How the attribute or the angle brackets begin that the text is in."""
        self._last = ""
        """The last character that is no blank and no backslash."""

    def feed(self, text: str) -> None:
        since = -1
        for match in _END.finditer(text):
            if not match[0].isspace():
                run = text[since : match.start()] if since >= 0 else self._run + text[: match.start()]
                if _LINKED in run and _is_open(run):
                    continue
            since = match.end()
        if since >= 0:
            self._run = text[since:][:_KEPT]
        elif len(self._run) < _KEPT:
            self._run = (self._run + text)[:_KEPT]
        elif _SCHEME.search(self._run) is None:
            self._run = (self._run + text)[-_KEPT:]
        self._delimit(text)

    def forbid(self) -> bool:
        """Whether what follows stands in an address that may not hold values."""
        if self._abroad(self._run):
            return True
        within = self._within.lstrip()
        return _SCHEME.match(within) is not None and self._abroad(within)

    @property
    def within(self) -> bool:
        """Whether what follows stands in an address."""
        return _SCHEME.search(self._run) is not None or _SCHEME.match(self._within.lstrip()) is not None

    @property
    def closing(self) -> str:
        """What closes the attribute or the angle brackets that the text is in, if it is in any."""
        return self._closing

    @property
    def encodes(self) -> bool:
        """Whether it stands in something like an address or a form's fields."""
        return _PART.search(self._run) is not None

    def _abroad(self, text: str) -> bool:
        for scheme in _SCHEME.finditer(text):
            host = _HOST.match(text, scheme.end())
            if host is None or not self._listed(host[1].lower()):
                return True
        return False

    def _delimit(self, text: str) -> None:
        since = 0
        for mark in _MARK.finditer(text):
            letter = mark[0]
            if self._closing:
                if letter == self._closing or (letter == "\n" and self._closing == ">"):
                    self._closing = self._within = ""
                    continue
                if self._closing != ">" or letter == ">":
                    continue
                if _SCHEME.match(self._within + text[since : mark.start()]) is not None:
                    continue
            opens = letter == "<" or (letter in "\"'" and self._before(text, mark.start()) in ("=", "("))
            if opens:
                self._closing, self._within, since = letter.replace("<", ">"), "", mark.end()
        if self._closing and len(self._within) < _KEPT:
            self._within = (self._within + text[since:])[:_KEPT]
        self._last = self._before(text, len(text))

    def _before(self, text: str, end: int) -> str:
        """The last character before a place that is no blank and no backslash."""
        while end and text[end - 1] in _BLANKS:
            end -= 1
        return text[end - 1] if end else self._last

    def _listed(self, host: str) -> bool:
        return any(fnmatchcase(host, pattern) for pattern in self._hosts)


def _is_open(run: str) -> bool:
    """Whether the address of the last link in a run goes on: no bracket has closed what `](` has opened."""
    address = run.rpartition(_LINKED)[2]
    return address.count(")") <= address.count("(")
