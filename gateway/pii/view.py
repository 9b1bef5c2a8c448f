"""What a rule sees: a folded text, what structure says about it, and a little of what stands around a place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec

from gateway.pii.drawings import drawings, is_drawn
from gateway.pii.folding import fold, holds_any, lower
from gateway.pii.labels import kind_of
from gateway.pii.linear import Mention, Pattern, mentioned
from gateway.pii.structure import Tables, tables

ALNUM = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") | frozenset(
    byte for byte in range(0xC0, 0x100) if byte not in {0xD7, 0xF7}
)
DIGITS = frozenset(b"0123456789")


class Found(msgspec.Struct, frozen=True, gc=False):
    """A finding in the offsets of the view.

    Out of the garbage collector's sight: a megabyte may hold a hundred thousand, and to go through them would keep the
    event loop waiting for some fifty milliseconds each time.
    """

    start: int
    end: int
    type: str
    canonical: str
    confidence: float
    rule: str

    def __repr__(self) -> str:
        return f"<Found {self.type} {self.start}:{self.end} {self.rule}>"


T = TypeVar("T")


class once(Generic[T]):  # noqa: N801 - a decorator
    """Worked out when it is first asked for, and kept: as `functools.cached_property`, without its lock.

    A view belongs to one thread, and before Python 3.12 the lock costs more than most of what is asked for.
    """

    def __init__(self, work: Callable[[Any], T]) -> None:
        self._work = work
        self._name = work.__name__

    def __get__(self, instance: Any, _owner: type | None = None) -> T:
        value = instance.__dict__[self._name] = self._work(instance)
        return value


class View:
    """`names`: what structure says of the whole text, outermost first; empty for prose."""

    def __init__(self, data: bytes, names: tuple[str, ...] = ()) -> None:
        self.data = data
        self.names = names
        self._before: dict[tuple[int, int], bytes] = {}
        self._heads: dict[str, bytes] = {}
        self._found: dict[tuple[Pattern, bytes, int], bool] = {}

    @once
    def kind(self) -> str | None:
        """What structure says that the whole text is."""
        if not self.names:
            return None
        kind = kind_of(self.names[-1])
        if kind is None and len(self.names) > 1 and self.names[-1].lower() in _OF_ITS_PARENT:
            return kind_of(self.names[-2])  # `"birth": {"date": …}`
        if kind is None and len(self.names) > 1 and self.names[-1].lower() in _WITH_ITS_PARENT:
            return kind_of(f"{self.names[-2]} {self.names[-1]}")  # `"wifi": {"key": …}`
        return kind

    @once
    def hint(self) -> bytes:
        return _apart(" ".join(self.names[-3:])) if self.names else b""

    @once
    def tables(self) -> Tables:
        return tables(self.data)

    @once
    def _drawings(self) -> list[tuple[int, int]]:
        return drawings(self.data)

    def outside_drawings(self, found: list[Found]) -> list[Found]:
        """What is left when numbers are taken out that draw a picture."""
        if _OF_LETTERS.issuperset({one.type for one in found}) or not self._drawings:
            return found
        return [one for one in found if one.type in _OF_LETTERS or not is_drawn(self._drawings, one.start, one.end)]

    @once
    def lower(self) -> bytes:
        return lower(self.data)

    def before(self, start: int, reach: int = 48) -> bytes:
        """The small letters before a place, with what structure says first. In a table, of its own cell only."""
        known = self._before.get((start, reach))
        if known is None:
            if len(self._before) >= _KEPT:
                self._before.clear()
            known = self._before[start, reach] = self._what_is_before(start, reach)
        return known

    def finds(self, words: Pattern, text: bytes, at: int = 0) -> bool:
        """`words.occurs(text, at)`, for what stands before places: all cells of a column have the same."""
        known = self._found.get((words, text, at))
        if known is None:
            if len(self._found) >= _KEPT:
                self._found.clear()
            known = self._found[words, text, at] = words.occurs(text, at)
        return known

    def _what_is_before(self, start: int, reach: int) -> bytes:
        since = max(0, start - reach)
        hint = self.hint
        tables = self.tables
        if tables.cells and (cell := tables.at(start)):
            head = self._heads.get(cell.head)
            if head is None:
                head = self._heads[cell.head] = _apart(cell.head)
            hint += b" " + head
            since = max(since, cell.start)
        near = self.lower[since:start]
        if holds_any(near, (b"_", b"]")):  # a word in a value's place says nothing of what stands behind it
            for word in _STANDS_IN.finditer(self.data, since, start):
                first, last = word.start() - since, word.end() - since
                near = near[:first] + b" " * (last - first) + near[last:]
        return hint + b" : " + near if hint else near

    @once
    def _mentioned(self) -> set[Pattern]:
        return mentioned(self.lower)

    @once
    def _mentioned_by_structure(self) -> set[Pattern]:
        said = {self.hint + b" " + _apart(head) for head in {cell.head for cell in self.tables.cells}}
        if self.hint:
            said.add(self.hint)
        return mentioned(b" : \n".join((*said, b""))) if said else set()

    def says(self, words: Mention) -> bool:
        """Whether one of these words stands anywhere, so that it is worth looking for before each of many places.

        A window before a place may begin in the middle of a word, whose end could pass for one of these: not then.
        """
        # What structure says stands before a place, too, spelt in its own way.
        if self.mentions(words):
            return True
        return words in self._mentioned_by_structure or (words.ends and bool(self.hint or self.tables.cells))

    def mentions(self, words: Mention) -> bool:
        """Whether one of these words stands in the text itself. All rules' words are looked for once a text."""
        return words in self._mentioned

    def after(self, end: int, reach: int = 32) -> bytes:
        return self.lower[end : end + reach]

    def apart(self, start: int, end: int) -> bool:
        """No letter or digit touches the span, but for what `begins_apart` allows."""
        return self.begins_apart(start) and not (end < len(self.data) and self.data[end] in ALNUM)

    def begins_apart(self, start: int) -> bool:
        """No letter or digit stands before it, but for a word that says what its digits are: `AHV756…`, `Visa4111…`."""
        data = self.data
        if not start or data[start - 1] not in ALNUM:
            return True
        return data[start] in DIGITS and _GLUED.search(data, max(0, start - _GLUED_LONGEST), start) is not None


_GLUED = re.compile(
    rb"(?i)(?<![a-z0-9\xdf-\xff])(?:n?ahv|n?avs|nss|ssn|nir|nhs|tin|idnr|svnr|kvnr|veka|visa|mastercard|amex|karten?"
    rb"|cards?|carte|carta|social|s\xe9cu)(?:[ \-]?(?:nr|no|num|nummer|number|num\xe9ro|numero))?\.?$"
)
_GLUED_LONGEST = 20
_OF_LETTERS = frozenset(("secret", "email", "person", "address"))
_KEPT = 512
"""What is remembered of so many places, and then forgotten: several rules judge what stands at one."""
_OF_ITS_PARENT = frozenset(
    ("date", "datum", "data", "value", "defaultvalue", "wert", "valeur", "valore", "number", "nummer", "text")
)
_WITH_ITS_PARENT = frozenset(("key", "code", "phrase", "word", "answer", "p"))
_STANDS_IN = re.compile(rb"[A-Z]{2,13}_[0-9a-hjkmnp-tv-z]{6}|\[[A-Z]{2,13}\]")  # `PHONE_k7f3q2`, `[PHONE]`
_CAMEL = re.compile(r"(?<=[a-zß-ÿ])(?=[A-ZÀ-Þ])|[_\-]")


def _apart(name: str) -> bytes:
    """`phoneNumber`, `phone_number`: as words, in small letters."""
    return lower(fold(_CAMEL.sub(" ", name)))


class Rule(NamedTuple):
    """`probes`: expressions of which one occurs wherever `find` could find anything.

    `over_lines`: the same for what it finds on several lines; they are not looked for in a text of one line.
    `leads`: shorter expressions, of which one occurs wherever a probe does; the probes are not looked for before.
    `doubtful`: none of its findings leaves no doubt (`gateway.core.privacy.CERTAIN`).
    """

    name: str
    types: tuple[str, ...]
    probes: tuple[bytes, ...]
    find: Callable[[View], Iterable[Found]]
    over_lines: tuple[bytes, ...] = ()
    leads: tuple[bytes, ...] = ()
    doubtful: bool = False
