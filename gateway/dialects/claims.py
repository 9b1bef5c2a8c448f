"""Reading a request's tree while keeping the books: what was understood, and what was not.

`Claims` hands out members of one JSON object by name and type; whatever nobody asked for is unclaimed.
"""

from __future__ import annotations

from typing import Any, TypeVar

from gateway.core.edits import Path, dotted
from gateway.errors import BadParameter

MAX_COUNT = 2**31 - 1

T = TypeVar("T")


class Ledger:
    """The books of one request: features used, the first place of each and the others, and unclaimed paths."""

    __slots__ = ("features", "further", "unclaimed")

    def __init__(self) -> None:
        self.features: dict[str, Path] = {}
        self.further: dict[str, list[Path]] = {}
        self.unclaimed: list[Path] = []

    def note(self, feature: str, at: Path) -> None:
        if self.features.setdefault(feature, at) is not at:
            self.further.setdefault(feature, []).append(at)


class Claims:
    """One object of the tree. Every getter returns None for a missing member or an explicit null."""

    __slots__ = ("_at", "_ledger", "_left", "_tree")

    def __init__(self, tree: Any, at: Path, ledger: Ledger) -> None:
        if type(tree) is not dict:
            raise BadParameter(f"{dotted(at) or 'The body'} must be an object.", param=dotted(at) or None)
        self._tree: dict[str, Any] = tree
        self._at = at
        self._ledger = ledger
        self._left = dict.fromkeys(tree)

    def at(self, name: str) -> Path:
        return (*self._at, name)

    def has(self, name: str) -> bool:
        return self._tree.get(name) is not None

    def any(self, name: str, feature: str | None = None) -> Any:
        self._left.pop(name, None)
        value = self._tree.get(name)
        if feature is not None and value is not None:
            self._ledger.note(feature, self.at(name))
        return value

    def text(self, name: str, feature: str | None = None) -> str | None:
        return self._typed(name, (str,), "a string", feature)

    def required_text(self, name: str) -> str:
        value = self.text(name)
        if value is None:
            raise wrong(self.at(name), "is missing")
        return value

    def flag(self, name: str, feature: str | None = None) -> bool | None:
        return self._typed(name, (bool,), "true or false", feature)

    def number(self, name: str, feature: str | None = None) -> float | None:
        return self._typed(name, (int, float), "a number", feature)

    def integer(self, name: str, feature: str | None = None) -> int | None:
        value = self.any(name, feature)
        if value is not None and (number := whole_number(value)) is None:
            raise wrong(self.at(name), "must be a whole number")
        return None if value is None else number

    def items(self, name: str) -> list[Any] | None:
        return self._typed(name, (list,), "an array", None)

    def object(self, name: str, feature: str | None = None) -> dict[str, Any] | None:
        return self._typed(name, (dict,), "an object", feature)

    def inside(self, name: str, feature: str | None = None) -> Claims | None:
        """The object member `name` as claims of its own."""
        value = self.object(name, feature)
        return None if value is None else Claims(value, self.at(name), self._ledger)

    def leave(self) -> None:
        """Done with this object: what nobody asked for, and is not null, goes to the unclaimed."""
        for name in self._left:
            if self._tree[name] is not None:
                self._ledger.unclaimed.append(self.at(name))

    def _typed(self, name: str, kinds: tuple[type[T], ...], words: str, feature: str | None) -> T | None:
        value: T | None = self.any(name, feature)
        if value is not None and type(value) not in kinds:
            raise wrong(self.at(name), f"must be {words}")
        return value


def wrong(at: Path, what: str) -> BadParameter:
    """`temperature must be a number.`: the error for the field at this path."""
    return BadParameter(f"{dotted(at)} {what}.", param=dotted(at))


def whole_number(value: Any) -> int | None:
    """Also of `100.0`, as clients without integers write it and most providers read it; None: it is none."""
    if type(value) is float and value.is_integer():
        return int(value)
    return value if type(value) is int else None


def checked_count(tree: dict[str, Any], name: str, *, least: int = 1, most: int = MAX_COUNT) -> int | None:
    """A whole number within bounds, or None where absent; raises BadParameter naming the field."""
    if tree.get(name) is None:
        return None
    value = whole_number(tree[name])
    if value is None or not least <= value <= most:
        raise BadParameter(f"{name} must be a whole number from {least} to {most}.", param=name)
    return value
