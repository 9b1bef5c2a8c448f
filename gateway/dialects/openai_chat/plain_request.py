"""A request that is words and nothing else, told by its members alone: most are, and decoding one is dear."""

from __future__ import annotations

from typing import Any, Final

PLAIN_DIALECTS: Final = frozenset({"openai_chat", "mistral"})
"""Those whose messages have the members that are looked at here."""

_ROLES: Final = frozenset({"system", "developer", "user", "assistant"})
_NAMES_NOTHING: Final = frozenset(
    {
        *("model", "stream", "temperature", "top_p", "seed", "random_seed", "n", "stop", "user", "verbosity"),
        *("max_tokens", "max_completion_tokens", "presence_penalty", "frequency_penalty", "reasoning_effort"),
        *("logprobs", "top_logprobs", "safe_prompt"),
    }
)
"""Members by which no object of a provider's is named, as long as they hold words, numbers or nothing."""
_SCALARS: Final = frozenset({str, int, float, bool, type(None)})
_HOW_IT_COMES: Final = frozenset({"include_usage"})
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


def names_nothing(tree: dict[str, Any]) -> bool:
    """Whether it is plain, and asks for nothing that is kept: no file, no tool, no voice, no earlier answer. Of a tree
    whose envelope was read.
    """
    rest = tree.copy()
    rest.pop("messages", None)
    options = rest.pop("stream_options", None)
    if options is not None and (type(options) is not dict or not options.keys() <= _HOW_IT_COMES):
        return False
    return rest.keys() <= _NAMES_NOTHING and _SCALARS.issuperset(map(type, rest.values())) and is_plain(tree)
