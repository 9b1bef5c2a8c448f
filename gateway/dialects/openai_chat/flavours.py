"""What differs between OpenAI, xAI and local engines, which all speak this dialect.

Newer hosted models refuse `max_tokens`; engines know only that. No table of models decides: the provider's kind does.

xAI's chat knows functions alone: `tools[].type` of another kind is 422 (github.com/makecindy/cindy#2927).
"""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec

from gateway.dialects.losses import Verdict
from gateway.dialects.openai_chat.columns import CARRIES, LOCAL_CARRIES, XAI_CARRIES


class Flavour(msgspec.Struct, frozen=True, kw_only=True):
    """`longest_call_id` and `longest_user` in characters, None where there is no limit."""

    limit_field: Literal["max_completion_tokens", "max_tokens"]
    carries: dict[str, Verdict]
    longest_call_id: int | None = None
    longest_user: int | None = None
    hosted: bool
    """Takes four stop texts, efforts by the model, and holds answers to some schemas; engines take any of these."""
    developer_role: bool
    """Knows `developer`; templates of local models know only `system`."""
    functions_only: bool
    """Knows no freeform tools, and reads a call's arguments as JSON; OpenAI takes any text."""
    replays_reasoning: bool
    """Takes `reasoning_content` in the history; OpenAI refuses unknown members of messages."""
    efforts: frozenset[str]
    """The words that `reasoning_effort` may be."""

    def takes(self, tree: dict[str, Any]) -> bool:
        """Whether a request in this dialect may go out as it is. Trusts no type in it."""
        return not self.functions_only or not _has_freeform(tree)


HOSTED: Final = Flavour(
    limit_field="max_completion_tokens",
    carries=CARRIES,
    longest_call_id=40,
    longest_user=64,
    hosted=True,
    developer_role=True,
    functions_only=False,
    replays_reasoning=False,
    efforts=frozenset({"none", "minimal", "low", "medium", "high", "xhigh", "max"}),
)

XAI: Final = msgspec.structs.replace(HOSTED, carries=XAI_CARRIES, functions_only=True)

LOCAL: Final = Flavour(
    limit_field="max_tokens",
    carries=LOCAL_CARRIES,
    hosted=False,
    developer_role=False,
    functions_only=True,
    replays_reasoning=True,
    efforts=frozenset({"low", "medium", "high"}),
)


def _has_freeform(tree: dict[str, Any]) -> bool:
    """Whether a freeform tool is offered, or was called."""
    if any(tool.get("type") == "custom" for tool in _objects(tree.get("tools"))):
        return True
    return any(
        call.get("type") == "custom"
        for message in _objects(tree.get("messages"))
        if "tool_calls" in message
        for call in _objects(message["tool_calls"])
    )


def _objects(node: Any) -> list[dict[str, Any]]:
    return [entry for entry in node if type(entry) is dict] if type(node) is list else []
