"""Sampling settings that a model of OpenAI's refuses, since it thinks; and models that take no wish to think.

Whatever thinks answers 400 to `temperature`, `top_p`, penalties and biases other than the defaults. The o-series and
GPT-5 always think (`gpt-5-chat` never); GPT-5.1 and later do where an effort is asked of them, and take sampling
without one. GPT-3.5 and 4, `gpt-5-chat`, and Grok before 4.3 but for `grok-3-mini`, answer 400 to any effort. These are
models that exist; any other name takes what it is told. In translation only: a request that came
in one of OpenAI's dialects goes out as it came.
"""

from __future__ import annotations

import re
from typing import Final

from gateway.core.messages import Conversation

_ALWAYS_THINKS: Final = re.compile(r"(?:^|/)(?:o[134](?:-|$)|gpt-5(?:$|-(?!chat)))")
_THINKS_WHEN_ASKED: Final = re.compile(r"(?:^|/)gpt-5\.\d")
_NEVER_ASKED: Final = re.compile(
    r"(?:^|/)(?:gpt-3\.5|gpt-4|chatgpt-4o|gpt-5-chat|grok-(?:2|3(?!-mini)|4(?:$|-(?:0709|1?-?fast)))|grok-code-fast)"
)


def takes_effort(model: str) -> bool:
    """Whether `model` may be told how much to think, be it nothing."""
    return _NEVER_ASKED.search(model) is None


def unsampled(conversation: Conversation, model: str, effort: str | None) -> frozenset[str]:
    """Of the settings in the request, those that `model` would refuse; they are features of these names, too."""
    asked = _THINKS_WHEN_ASKED.search(model) is not None and effort not in (None, "none")
    if not asked and _ALWAYS_THINKS.search(model) is None:
        return frozenset()
    settings = {
        "temperature": conversation.temperature not in (None, 1),
        "top_p": conversation.top_p not in (None, 1),
        "presence_penalty": bool(conversation.presence_penalty),
        "frequency_penalty": bool(conversation.frequency_penalty),
        "logit_bias": bool(conversation.logit_bias),
    }
    return frozenset(name for name, refused in settings.items() if refused)
