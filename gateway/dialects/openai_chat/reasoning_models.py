"""Settings that a model of OpenAI's or xAI's refuses, since it thinks; and which wishes to think it takes.

Whatever thinks answers 400 to `temperature`, `top_p`, penalties and biases other than the defaults. The o-series and
GPT-5 always think (`gpt-5-chat` never), and know no `logprobs`; GPT-5.1 and later think where an effort
is asked of them, and take sampling without one. GPT-3.5 and 4, `gpt-5-chat`, and Grok before 4.3 but for `grok-3-mini`,
answer 400 to any effort; each of the others to those that it does not know ("Supported values are: …"), and the
o-series to `parallel_tool_calls`; Grok from 4 on, and `grok-3-mini`, to penalties, be they 0
(github.com/miaoxworld/NativeTavern#83, QuantumNous/new-api#6081). These are models that exist; any other name takes
what it is told. In translation only: a request that came in one of OpenAI's dialects goes out as it came.
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
_ALWAYS_IN_TURN: Final = re.compile(r"(?:^|/)o[134](?:-|$)")
"""Call one tool after the other, and refuse to be told so."""
_NO_PENALTIES: Final = re.compile(r"(?:^|/)grok-(?:[4-9]|3-mini|code)")
_EFFORTS: Final = tuple(
    (re.compile(rf"(?:^|/){models}"), tuple(efforts.split()))
    for models, efforts in (
        (r"o[134](?:-|$)", "low medium high"),
        (r"gpt-5-pro", "high"),
        (r"gpt-5-codex", "low medium high"),
        (r"gpt-5(?:$|-(?!chat))", "minimal low medium high"),
        (r"gpt-5\.\d-chat", "medium"),
        (r"gpt-5\.[2-4]-pro", "medium high xhigh"),
        (r"gpt-5\.1-codex(?!-max)", "low medium high"),
        (r"gpt-5\.[1-3]-codex", "low medium high xhigh"),
        (r"gpt-5\.1", "none low medium high"),
        (r"gpt-5\.[2-4]", "none low medium high xhigh"),
        (r"grok-3-mini", "low high"),
    )
)
"""By model, the first that fits (developers.openai.com/api/docs/guides/reasoning, and the API's refusals)."""
_PENALTIES: Final = frozenset(("presence_penalty", "frequency_penalty"))
_ORDER: Final = ("none", "minimal", "low", "medium", "high", "xhigh", "max")


def taken_effort(model: str, effort: str) -> str:
    """The effort that `model` takes and that is nearest to `effort`; of two, the greater."""
    taken = next((efforts for models, efforts in _EFFORTS if models.search(model)), ())
    if not taken or effort in taken or effort not in _ORDER:
        return effort
    place = _ORDER.index(effort)
    return min(reversed(taken), key=lambda other: abs(_ORDER.index(other) - place))


def takes_effort(model: str) -> bool:
    """Whether `model` may be told how much to think, be it nothing."""
    return _NEVER_ASKED.search(model) is None


def settings_refused(conversation: Conversation, model: str, effort: str | None) -> frozenset[str]:
    """Of the settings in the request, those that `model` would refuse; they are features of these names, too."""
    if _NO_PENALTIES.search(model):
        return _PENALTIES
    asked = _THINKS_WHEN_ASKED.search(model) is not None and effort not in (None, "none")
    always = _ALWAYS_THINKS.search(model) is not None
    if not asked and not always:
        return frozenset()
    settings = {
        "logprobs": always and bool(conversation.logprobs),
        "parallel_tool_calls": conversation.parallel_tool_calls is False and _ALWAYS_IN_TURN.search(model) is not None,
        "temperature": conversation.temperature not in (None, 1),
        "top_p": conversation.top_p not in (None, 1),
        "presence_penalty": bool(conversation.presence_penalty),
        "frequency_penalty": bool(conversation.frequency_penalty),
        "logit_bias": bool(conversation.logit_bias),
    }
    return frozenset(name for name, refused in settings.items() if refused)
