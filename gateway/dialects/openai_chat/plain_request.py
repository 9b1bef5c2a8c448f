"""A request that is words and nothing else, told by its members alone: most are, and decoding one is dear."""

from __future__ import annotations

from typing import Any, Final

_ROLES: Final = frozenset({"system", "developer", "user", "assistant"})
_TEMPERATURES: Final = frozenset({int, float, type(None)})


def is_plain(tree: dict[str, Any]) -> bool:
    """Whether every message is a role and a text, and the temperature a number if there is one.

    Of such a request its decoding would say the same; of any other it must be asked.
    """
    messages = tree.get("messages")
    if type(messages) is not list or type(tree.get("temperature")) not in _TEMPERATURES:
        return False
    for message in messages:
        if type(message) is not dict or len(message) != 2 or type(message.get("content")) is not str:
            return False
        role = message.get("role")
        if type(role) is not str or role not in _ROLES:
            return False
    return True
