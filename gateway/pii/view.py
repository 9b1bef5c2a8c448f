"""What a rule sees: a folded text, what structure says about it, and a little of what stands around a place."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import NamedTuple

from gateway.pii.folding import lower

ALNUM = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") | frozenset(
    byte for byte in range(0xC0, 0x100) if byte not in {0xD7, 0xF7}
)
DIGITS = frozenset(b"0123456789")


class Found(NamedTuple):
    """A finding in the offsets of the view."""

    start: int
    end: int
    type: str
    canonical: str
    confidence: float
    rule: str


class View:
    """`hint`: names from structure, in small letters, words apart; empty for prose."""

    def __init__(self, data: bytes, hint: bytes = b"") -> None:
        self.data = data
        self.hint = hint

    @cached_property
    def lower(self) -> bytes:
        return lower(self.data)

    def before(self, start: int, reach: int = 48) -> bytes:
        """The small letters before a place, with what structure says first."""
        near = self.lower[max(0, start - reach) : start]
        return self.hint + b" : " + near if self.hint else near

    def after(self, end: int, reach: int = 32) -> bytes:
        return self.lower[end : end + reach]

    def apart(self, start: int, end: int) -> bool:
        """No letter or digit touches the span."""
        data = self.data
        return not (start and data[start - 1] in ALNUM) and not (end < len(data) and data[end] in ALNUM)


class Rule(NamedTuple):
    """`probes`: expressions of which one occurs wherever `find` could find anything."""

    name: str
    types: tuple[str, ...]
    probes: tuple[bytes, ...]
    find: Callable[[View], Iterable[Found]]
