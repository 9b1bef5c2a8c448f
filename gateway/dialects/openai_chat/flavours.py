"""What differs between hosted APIs and local engines that speak this dialect.

Newer hosted models refuse `max_tokens`; engines know only that. No table of models decides: the provider's kind does.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from gateway.dialects.losses import Verdict
from gateway.dialects.openai_chat.columns import CARRIES, LOCAL_CARRIES


class Flavour(msgspec.Struct, frozen=True, kw_only=True):
    """`longest_call_id` and `longest_user` in characters, None where there is no limit."""

    limit_field: Literal["max_completion_tokens", "max_tokens"]
    carries: dict[str, Verdict]
    longest_call_id: int | None = None
    longest_user: int | None = None
    developer_role: bool
    """Knows `developer`; templates of local models know only `system`."""
    functions_only: bool
    """Knows no freeform tools, and reads a call's arguments as JSON; OpenAI takes any text."""
    replays_reasoning: bool
    """Takes `reasoning_content` in the history; OpenAI refuses unknown members of messages."""
    efforts: frozenset[str]
    """The words that `reasoning_effort` may be."""


HOSTED: Final = Flavour(
    limit_field="max_completion_tokens",
    carries=CARRIES,
    longest_call_id=40,
    longest_user=64,
    developer_role=True,
    functions_only=False,
    replays_reasoning=False,
    efforts=frozenset({"none", "minimal", "low", "medium", "high", "xhigh", "max"}),
)

LOCAL: Final = Flavour(
    limit_field="max_tokens",
    carries=LOCAL_CARRIES,
    developer_role=False,
    functions_only=True,
    replays_reasoning=True,
    efforts=frozenset({"low", "medium", "high"}),
)
