"""A team's own patterns, written in YAML by admins: compiled by RE2 alone, and tried on their own examples at load.

Invariants
- A pattern that RE2 cannot run in linear time (look-around, back references) is refused when the policy is loaded.
- So is one that finds the empty text, or that fails one of its examples: `matches` have to be found, `ignores` not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec
import re2

from gateway.pii.folding import fold
from gateway.pii.linear import Pattern
from gateway.pii.view import ALNUM, Found, View

_LONGEST = 1000
_CONFIDENCE = 0.9


class PatternSpec(msgspec.Struct, frozen=True):
    """What an admin writes. `name` is the type of what it finds."""

    name: str
    regex: str
    matches: tuple[str, ...] = ()
    ignores: tuple[str, ...] = ()


class OwnPattern:
    """A pattern that compiled and kept its promises."""

    __slots__ = ("_pattern", "name")

    def __init__(self, name: str, pattern: Pattern) -> None:
        self.name = name
        self._pattern = pattern

    def find(self, view: View) -> Iterator[Found]:
        """Whole words only: no letter or digit touches the ends of what was found, where it ends in one."""
        data = view.data
        for start, end in self._pattern.spans(data):
            if end > start and not _cut(data, start, end):
                value = data[start:end].decode("latin-1")
                yield Found(start, end, self.name, value.lower(), _CONFIDENCE, f"pattern-{self.name}")


def _cut(data: bytes, start: int, end: int) -> bool:
    before = start > 0 and data[start] in ALNUM and data[start - 1] in ALNUM
    return before or (end < len(data) and data[end - 1] in ALNUM and data[end] in ALNUM)


def compile_patterns(specs: Iterable[PatternSpec]) -> tuple[OwnPattern, ...]:
    """The patterns, ready to run. A `ValueError` says in a sentence which one is refused, and why."""
    return tuple(map(_compiled, specs))


def _compiled(spec: PatternSpec) -> OwnPattern:
    if len(spec.regex) > _LONGEST:
        raise ValueError(f"the pattern {spec.name} is longer than {_LONGEST} characters")
    try:
        pattern = Pattern(fold(spec.regex))
    except re2.error as error:
        reason = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error)
        raise ValueError(f"the pattern {spec.name} does not compile in linear time: {reason}") from None
    if pattern.first(b"", 0)[0] == 0:
        raise ValueError(f"the pattern {spec.name} matches the empty text, so it would be found everywhere")
    own = OwnPattern(spec.name, pattern)
    for text in spec.matches:
        if not _found(own, text):
            raise ValueError(f"the pattern {spec.name} does not match its example {text!r}")
    for text in spec.ignores:
        if _found(own, text):
            raise ValueError(f"the pattern {spec.name} matches {text!r}, which it should ignore")
    return own


def _found(own: OwnPattern, text: str) -> bool:
    return any(True for _ in own.find(View(fold(text))))
