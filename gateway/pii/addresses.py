"""Whether a text that comes in pieces stands inside a web address just now, and whose.

Invariants
- An address ends at a space, a quote or an angle bracket; what is inside one stays inside until then.
- A host is known once something follows it; before that nobody is trusted.
- What a reader might take for another host (a user before an `@`, backslashes, odd letters) is not on any list.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import Final

_END: Final = re.compile(r"[\s\"'<>`]")
_SCHEME: Final = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]*:\\{0,4}/\\{0,4}/|(?<![A-Za-z0-9/])\\{0,4}/\\{0,4}/(?=[A-Za-z0-9])|www\.", re.IGNORECASE
)
_HOST: Final = re.compile(r"([A-Za-z0-9.-]+)(?::[0-9]{1,5})?(?=\\{0,4}[/?#])")
_KEPT: Final = 512


class Addresses:
    """`hosts`: patterns of those whose addresses may hold values, such as `*.intra.example`."""

    __slots__ = ("_hosts", "_run")

    def __init__(self, hosts: tuple[str, ...]) -> None:
        self._hosts = hosts
        self._run = ""
        """What came since the last character that ends an address; of a long one its beginning."""

    def feed(self, text: str) -> None:
        ends = [match.end() for match in _END.finditer(text)]
        if ends:
            self._run = text[ends[-1] :][:_KEPT]
        elif len(self._run) < _KEPT:
            self._run = (self._run + text)[:_KEPT]
        elif _SCHEME.search(self._run) is None:
            self._run = (self._run + text)[-_KEPT:]

    def forbid(self) -> bool:
        """Whether what follows stands in an address that may not hold values."""
        scheme = None
        for scheme in _SCHEME.finditer(self._run):
            host = _HOST.match(self._run, scheme.end())
            if host is None or not self._listed(host[1].lower()):
                return True
        return False

    def _listed(self, host: str) -> bool:
        return any(fnmatchcase(host, pattern) for pattern in self._hosts)
