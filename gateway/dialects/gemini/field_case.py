"""Gemini's two spellings: fields come in camelCase or snake_case, mixed even within one object.

The API takes both (protobuf's JSON mapping), and the official SDKs send `inlineData` with `mime_type` inside.

Invariants
- Fields are asked for in camelCase; paths keep the client's own spelling, so that edits find their place.
- One field under both spellings is refused: two readers could see two different requests.
- Maps of the user's own names (`args`, `response`, `properties`) are never respelled.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

from gateway.core.edits import Path
from gateway.dialects.claims import Claims, Ledger, wrong


def camel(name: str) -> str:
    """`mime_type` as `mimeType`; a name in camelCase comes back as it is."""
    if "_" not in name:
        return name
    first, *rest = name.split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in rest)


class Members(Claims):
    """Claims on an object whose members may have either spelling."""

    __slots__ = ("_spelled",)

    def __init__(self, tree: Any, at: Path, ledger: Ledger) -> None:
        self._spelled: dict[str, str] | None = None
        if type(tree) is dict:
            for name in tree:
                if "_" in name:
                    tree, self._spelled = _respelled(tree, at)
                    break
        super().__init__(tree, at, ledger)

    def at(self, name: str) -> Path:
        return (*self._at, name if self._spelled is None else self._spelled.get(name, name))

    @property
    def path(self) -> Path:
        return self._at

    def inside(self, name: str, feature: str | None = None) -> Members | None:
        value = self.object(name, feature)
        return None if value is None else Members(value, self.at(name), self._ledger)

    def word(self, name: str, words: tuple[str, ...], feature: str | None = None) -> str | None:
        """One of an enum's `words`, or one that is not known yet."""
        value = enum_word(self.any(name, feature), words)
        if value is not None and type(value) is not str:
            raise wrong(self.at(name), "must be a string")
        return value

    def several(self, name: str) -> list[tuple[Path, Any]]:
        """The items of a repeated field with their paths; a single object counts as a list of one, as at Google."""
        value = self.any(name)
        if value is None:
            return []
        if type(value) is dict:
            return [(self.at(name), value)]
        if type(value) is not list:
            raise wrong(self.at(name), "must be an array")
        return [((*self.at(name), number), item) for number, item in enumerate(value)]

    def rest(self) -> dict[str, Any]:
        """The members that nobody asked for, by their camelCase names; they count as claimed from here on."""
        left = {name: self._tree[name] for name in self._left if self._tree[name] is not None}
        self._left.clear()
        return left


def _respelled(tree: dict[str, Any], at: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """The members by their camelCase names, and the name that each had."""
    respelled: dict[str, Any] = {}
    spelled: dict[str, str] = {}
    for name, value in tree.items():
        known = camel(name)
        if known in respelled:
            raise wrong((*at, name), f"is given twice, also as {known}")
        respelled[known] = value
        spelled[known] = name
    return respelled, spelled


def member(tree: dict[str, Any], name: str, snake: str) -> Any:
    """One member under either spelling, without keeping books: for the few fields read before decoding."""
    value = tree.get(name)
    return tree.get(snake) if value is None else value


def enum_word(value: Any, words: tuple[str, ...]) -> Any:
    """The word for the number of an enum's value, as Google's SDKs over REST write it (`enum-encoding=int`); any other
    value as it is.
    """
    return words[value] if type(value) is int and 0 <= value < len(words) else value


def standard_base64(text: str) -> str:
    """Base64 in the standard alphabet with its padding, from either alphabet, padded or not."""
    if "-" in text or "_" in text:
        text = text.replace("-", "+").replace("_", "/")
    return text + "=" * (-len(text) % 4) if len(text) % 4 else text


def decoded_base64(text: str) -> bytes | None:
    """The bytes behind base64 of either alphabet, or None where it is none."""
    try:
        return base64.b64decode(standard_base64(text), validate=True)
    except (binascii.Error, ValueError):
        return None
