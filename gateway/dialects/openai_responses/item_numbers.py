"""Which output item an event of a stream speaks of.

The API numbers its items (`output_index`). llama.cpp's server names none: there an event tells its item's id, and a
call's item its `call_id` alone. Other servers number every item alike.

Invariants
- Where numbers tell items apart, they are what the server gave.
- An item without a number of its own has one that no other item has, from its first event to its last.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.dialects.openai_responses.wire import text_of


class ItemNumbers:
    """Of one answer, whose items so far are `items`.

    `by_name`: two items had one number, so that from then on ids tell which is meant.
    """

    __slots__ = ("_items", "_last", "_named", "by_name")

    def __init__(self, items: Mapping[int, Any]) -> None:
        self._items = items
        self._named: dict[str, int] = {}
        self._last = -1
        self.by_name = False

    def begin(self, event: dict[str, Any]) -> int:
        """The number of the item that this event adds."""
        told = _told(event)
        self.by_name = self.by_name or told in self._items
        return self._new(told if told is not None and not self.by_name else None, _names(event))

    def of(self, event: dict[str, Any]) -> int:
        """The number of the item that this event says more of; a new one where it is the first to tell of its item."""
        told = _told(event)
        if told is not None and not self.by_name:
            return told
        names = _names(event)
        for name in names:
            if name in self._named:
                return self._named[name]
        return self._new(None, names) if names else max(self._last, 0)

    def knows(self, item: dict[str, Any]) -> bool:
        """Whether an event told of this item by its id."""
        return any(name in self._named for name in _names({"item": item}))

    def _new(self, number: int | None, names: list[str]) -> int:
        if number is None:
            number = max((self._last, *self._items, *self._named.values())) + 1
        self._last = number
        for name in names:
            self._named.setdefault(name, number)
        return number


def _told(event: dict[str, Any]) -> int | None:
    number = event.get("output_index")
    return number if type(number) is int and number >= 0 else None


def _names(event: dict[str, Any]) -> list[str]:
    item = event.get("item")
    told = [item.get("id"), item.get("call_id")] if type(item) is dict else [event.get("item_id")]
    return [name for one in told if (name := text_of(one)) is not None]
