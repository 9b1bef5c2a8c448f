"""The order of messages and blocks that Anthropic insists on.

- Roles are user and assistant, which may begin (Amazon's copy of the API refuses that, Anthropic's own takes it), and
  for newer models system, behind a user's turn.
- The last message, where it is the assistant's, does not end in white space; while thinking is enabled it is no text.
- Every tool_use is answered by a tool_result at the start of the next user message, and by nothing else.
- While thinking is enabled, an assistant turn that ends in a tool call begins with its thinking block.
"""

from __future__ import annotations

import re
from typing import Any

from gateway.providers.simulated.ask import invalid

_TAKES_SYSTEM = re.compile(r"(?!claude-)|claude-(?:opus-4-[89]|(?:opus|sonnet|haiku)-[5-9]|fable-|mythos-)")
_CALL_ID = re.compile(r"^[a-zA-Z0-9_-]+$")


def check_messages(messages: list[Any], *, thinks: bool, model: str) -> dict[str, str]:
    """The tool's name for each call's id; raises Refusal where the order is wrong."""
    names: dict[str, str] = {}
    open_calls: list[str] = []
    for place, message in enumerate(messages):
        role = message.get("role") if isinstance(message, dict) else None
        if role not in ("user", "assistant", "system"):
            raise invalid(f"messages.{place}.role: Input should be 'user' or 'assistant'")
        if role == "system" and not (_TAKES_SYSTEM.match(model) and place and messages[place - 1]["role"] == "user"):
            raise invalid(f"messages.{place}.role: role 'system' is not supported on this model")
        blocks = message.get("content")
        if not blocks and not (role == "assistant" and place == len(messages) - 1):
            raise invalid(f"messages.{place}: all messages must have non-empty content")
        blocks = blocks if isinstance(blocks, list) else []
        answered = _check_results(blocks, open_calls, place)
        if missing := [call for call in open_calls if call not in answered]:
            raise invalid(
                f"messages.{place - 1}: `tool_use` ids were found without `tool_result` blocks immediately after: "
                f"{', '.join(missing)}."
            )
        open_calls = _calls(blocks, place, names) if role == "assistant" else []
        is_last_turn = place >= len(messages) - 2
        if thinks and open_calls and is_last_turn and blocks[0].get("type") not in ("thinking", "redacted_thinking"):
            raise invalid(
                f"messages.{place}.content.0.type: Expected `thinking` or `redacted_thinking`, but found "
                f"`{blocks[0].get('type')}`. With thinking enabled, an assistant turn with tool use starts with it."
            )
    if open_calls:
        raise invalid(
            f"messages.{len(messages) - 1}: `tool_use` ids were found without `tool_result` blocks immediately after: "
            f"{', '.join(open_calls)}."
        )
    if messages[-1]["role"] == "assistant":
        _check_begun(messages[-1].get("content"), len(messages) - 1, thinks=thinks)
    return names


def _check_begun(content: Any, place: int, *, thinks: bool) -> None:
    """An answer that the client began."""
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content or []
    if blocks and blocks[-1].get("type") == "text" and str(blocks[-1]["text"]) != str(blocks[-1]["text"]).rstrip():
        raise invalid("messages: final assistant content cannot end with trailing whitespace")
    if thinks and blocks and blocks[0].get("type") == "text":
        raise invalid(
            f"messages.{place}.content.0.type: Expected `thinking` or `redacted_thinking`, but found `text`. When "
            "`thinking` is enabled, a final `assistant` message must start with a thinking block."
        )


def _calls(blocks: list[dict[str, Any]], place: int, names: dict[str, str]) -> list[str]:
    ids: list[str] = []
    for index, block in enumerate(blocks):
        if block.get("type") != "tool_use":
            continue
        call = str(block.get("id"))
        where = f"messages.{place}.content.{index}.tool_use"
        if not _CALL_ID.match(call):
            raise invalid(f"{where}.id: String should match pattern '^[a-zA-Z0-9_-]+$'")
        if not isinstance(block.get("input"), dict):
            raise invalid(f"{where}.input: Input should be a valid dictionary")
        if call in names:
            raise invalid("messages: `tool_use` ids must be unique")
        names[call] = str(block.get("name"))
        ids.append(call)
    return ids


def _check_results(blocks: list[dict[str, Any]], open_calls: list[str], place: int) -> set[str]:
    answered: set[str] = set()
    for block in blocks:
        if block.get("type") != "tool_result":
            continue
        call = str(block.get("tool_use_id"))
        if call not in open_calls:
            raise invalid(
                f"messages.{place}.content.0: unexpected `tool_use_id` found in `tool_result` blocks: {call}. "
                "Each `tool_result` block must have a corresponding `tool_use` block in the previous message."
            )
        if call in answered:
            raise invalid(f"messages.{place}: each tool_use must have a single result. Found several for {call}")
        answered.add(call)
    kinds = [block.get("type") == "tool_result" for block in blocks]
    if answered and kinds != sorted(kinds, reverse=True):
        raise invalid(f"messages.{place}: `tool_result` blocks must come first in the user message")
    return answered
