"""The canonical conversation as a Messages request, and what could not be carried.

Invariants
- System text that is the question goes as a user's turn (`adapting`).
- `max_tokens` is always written, for the API demands it (`generations.default_max_tokens`).
- Nothing is added to the prompt.
- Thinking is left out, and declared, where the API would refuse the request for it: a forced tool, an answer begun by
  the client, or a tool use in the last turn without its thinking block. Sampling is left out and declared where
  thinking, or the model, excludes it.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from gateway.core.edits import dotted
from gateway.core.messages import Conversation, ServerTool, Tool
from gateway.dialects.adapting import tools_on_offer, with_system_as_last_turn, without_empty_last_turn
from gateway.dialects.anthropic.blocks_out import THINKING, Block, Turn, cache_control, encode_messages, is_paused
from gateway.dialects.anthropic.columns import MAX_TEMPERATURE, TIERS, column
from gateway.dialects.anthropic.generations import (
    LEAST_DEFAULT,
    default_max_tokens,
    generation,
    takes_sampling,
    takes_system_turns,
)
from gateway.dialects.anthropic.schemas import closed
from gateway.dialects.anthropic.thinking import own_budget, own_effort, shown, wants_none
from gateway.dialects.codec import Encoded
from gateway.dialects.freeform import as_function
from gateway.dialects.losses import Action, Loss, assess, elsewhere
from gateway.dialects.schemas import described_schema
from gateway.errors import DialectCannotCarry

_LEAST_TOP_P_WITH_THINKING: Final = 0.95
_encode = msgspec.json.Encoder().encode


def write_request(conversation: Conversation, model: str, strict: bool) -> Encoded:
    """The request for `model`; raises DialectCannotCarry, and BadParameter for a document that is not what it says."""
    conversation, turned = with_system_as_last_turn(without_empty_last_turn(conversation))
    losses = _Losses(conversation, assess(conversation, "anthropic", column(conversation, model), strict=strict))
    system_turns = takes_system_turns(model)
    system, turns, displaced = encode_messages(conversation, system_turns=system_turns)
    if displaced:
        losses.add("system_mid_conversation", "approximated", "system text goes to the beginning, or behind a user's")
    if turned is not None:
        losses.add(turned, "approximated", "a user's turn has to end the conversation")
    _trim_prefill(turns, losses)
    body: dict[str, Any] = {"model": model, "max_tokens": conversation.max_output_tokens, "messages": turns}
    for turn in turns:
        _shorten(turn)
    if system:
        body["system"] = _text_or_blocks(system)
    if conversation.stream:
        body["stream"] = True
    _tools(body, conversation)
    if conversation.stop:
        body["stop_sequences"] = list(conversation.stop)
    config: dict[str, Any] = {}
    wanted = conversation.response_format
    if wanted is not None and (described := described_schema(wanted)) is not None:
        schema, changed = closed(described)
        config["format"] = {"type": "json_schema", "schema": schema}
        if changed:
            losses.add(
                "json_schema",
                "approximated",
                "objects were closed, and bounds told in words, as the API demands",
            )
    _reasoning(body, config, conversation, model, losses)
    if config:
        body["output_config"] = config
    if body["max_tokens"] is None:
        budget = body.get("thinking", {}).get("budget_tokens", 0)
        body["max_tokens"] = max(default_max_tokens(model), LEAST_DEFAULT + budget)
    if takes_sampling(model):
        _sampling(body, conversation, losses)
    else:
        _unsampled(conversation, losses)
    if conversation.user is not None:
        body["metadata"] = {"user_id": conversation.user}
    if conversation.service_tier in TIERS:
        body["service_tier"] = TIERS[conversation.service_tier]
    return Encoded(_encode(body), losses.checked(strict))


def _trim_prefill(turns: list[Turn], losses: _Losses) -> None:
    """An answer that the client began goes without the white space at its end, which the API refuses."""
    if not turns or turns[-1]["role"] != "assistant" or is_paused(turns[-1]):
        return
    last = turns[-1]["content"][-1]
    if last["type"] == "text" and (text := last["text"].rstrip()) != last["text"]:
        last["text"] = text
        losses.add("assistant_prefill", "approximated", "Claude takes none that ends in white space")


class _Losses:
    """What `assess` found, corrected by what encoding finds out."""

    def __init__(self, conversation: Conversation, found: tuple[Loss, ...]) -> None:
        self._conversation = conversation
        self._losses = list(found)
        self._late: list[Loss] = []

    def add(self, feature: str, action: Action, why: str) -> None:
        """Declare `feature`; replaces what was declared of it before."""
        if feature not in self._conversation.features:
            return  # nobody asked for it: a default of another dialect
        loss = Loss(self._conversation.features[feature], feature, action, why)
        self._losses = [known for known in self._losses if known.feature != feature]
        self._losses += [loss, *elsewhere(self._conversation, loss)]
        self._late.append(loss)

    def checked(self, strict: bool) -> tuple[Loss, ...]:
        if strict and (lost := [loss for loss in self._late if loss.action == "dropped"]):
            raise DialectCannotCarry(
                "x-gateway-strict refuses what translation would drop: "
                + ", ".join(f"{dotted(loss.path)} ({loss.why})" for loss in lost),
                param=dotted(lost[0].path),
            )
        return tuple(self._losses)


def _text_or_blocks(blocks: list[Block]) -> str | list[Block]:
    if len(blocks) == 1 and blocks[0].keys() == {"type", "text"}:
        text: str = blocks[0]["text"]
        return text
    return blocks


def _shorten(turn: Turn) -> None:
    turn["content"] = _text_or_blocks(turn["content"])


def _tools(body: dict[str, Any], conversation: Conversation) -> None:
    choice = conversation.tool_choice
    tools = tools_on_offer(conversation)
    if not tools:
        return
    body["tools"] = [_tool(tool) for tool in tools]
    wire: dict[str, Any] = {"type": "auto"}
    if choice is not None:
        match choice.mode:
            case "auto" | "none":
                wire = {"type": choice.mode}
            case "required":
                wire = {"type": "any"}
            case "named":
                one = len(choice.names) == 1
                wire = {"type": "tool", "name": choice.names[0]} if one else {"type": "any"}
    serial = conversation.parallel_tool_calls is False and wire["type"] != "none"
    if serial:
        wire["disable_parallel_tool_use"] = True
    if choice is not None or serial:
        body["tool_choice"] = wire


def _tool(tool: Tool | ServerTool) -> Any:
    if isinstance(tool, ServerTool):
        return tool.value
    tool = as_function(tool)
    wire: dict[str, Any] = {"name": tool.name}
    if tool.description is not None:
        wire["description"] = tool.description
    schema = tool.schema or {"type": "object", "properties": {}}
    if tool.strict:
        wire["strict"] = True
        schema, _ = closed(schema)
    wire["input_schema"] = schema if "type" in schema else {"type": "object", **schema}
    if tool.cache is not None:
        wire["cache_control"] = cache_control(tool.cache)
    return wire


def _reasoning(
    body: dict[str, Any], config: dict[str, Any], conversation: Conversation, model: str, losses: _Losses
) -> None:
    wish = conversation.reasoning
    if wish is None:
        return
    kind = generation(model)
    if wants_none(wish):
        if kind != "none":
            body["thinking"] = {"type": "disabled"}
        if kind == "adaptive" and (effort := own_effort(wish, model)) is not None:
            config["effort"] = effort  # steers the answer's length too
        return
    if kind == "none":
        losses.add("reasoning", "dropped", "this model does not think")
        return
    effort = own_effort(wish, model)
    if kind == "adaptive" and effort is not None:
        config["effort"] = effort
    obstacle = _obstacle(body)
    if obstacle is not None:
        # Effort still steers how much an adaptive model does.
        losses.add("reasoning", "approximated" if "effort" in config else "dropped", obstacle)
        return
    if kind == "adaptive":
        body["thinking"] = {"type": "adaptive", **shown(wish)}
        if effort != wish.effort:
            losses.add("reasoning", "approximated", f"this model takes an effort: {effort}")
        return
    budget = own_budget(wish, body["max_tokens"])
    if budget is None:
        losses.add("reasoning", "dropped", "max_tokens leaves no room for the smallest thinking budget")
        return
    body["thinking"] = {"type": "enabled", "budget_tokens": budget, **shown(wish)}
    if budget != wish.budget_tokens:
        losses.add("reasoning", "approximated", f"this model takes a budget: {budget} tokens")


def _obstacle(body: dict[str, Any]) -> str | None:
    """Why the API would refuse thinking in this request, or None."""
    if body.get("tool_choice", {}).get("type") in ("any", "tool"):
        return "Claude does not think where a tool is forced"
    turns = [turn for turn in body["messages"] if turn["role"] != "system"]
    if turns and turns[-1]["role"] == "assistant" and not is_paused(turns[-1]):
        return "Claude does not think where its answer was begun for it"
    if len(turns) < 2 or turns[-1]["role"] != "user" or not _has(turns[-1], "tool_result"):
        return None
    called = turns[-2]["content"]
    if turns[-2]["role"] == "assistant" and type(called) is list and called[0]["type"] not in THINKING:
        return "the last tool use came without the thinking before it"
    return None


def _has(turn: Turn, kind: str) -> bool:
    content = turn["content"]
    return type(content) is list and any(block["type"] == kind for block in content)


def _unsampled(conversation: Conversation, losses: _Losses) -> None:
    """Declare what such a model is not told; 1 is what it does anyway."""
    for feature, value in (("temperature", conversation.temperature), ("top_p", conversation.top_p)):
        if value is not None and value != 1:
            losses.add(feature, "dropped", "this model takes no sampling settings")
    if conversation.top_k is not None:
        losses.add("top_k", "dropped", "this model takes no sampling settings")


def _sampling(body: dict[str, Any], conversation: Conversation, losses: _Losses) -> None:
    temperature, top_p, top_k = conversation.temperature, conversation.top_p, conversation.top_k
    thinks = body.get("thinking", {}).get("type") in ("enabled", "adaptive")
    if temperature is not None and temperature == MAX_TEMPERATURE and top_p is not None and top_p < 1:
        temperature = None  # the API's default; beside it top_p could not go
    if temperature is not None:
        temperature = min(temperature, MAX_TEMPERATURE)
        if thinks and temperature != MAX_TEMPERATURE:
            losses.add("temperature", "dropped", "Claude thinks at temperature 1 only")
        else:
            body["temperature"] = temperature
    if top_p is not None:
        if thinks and top_p < _LEAST_TOP_P_WITH_THINKING:
            losses.add("top_p", "dropped", "Claude thinks with top_p from 0.95 to 1 only")
        elif "temperature" not in body:
            body["top_p"] = top_p
        elif top_p < 1:  # 1 says nothing
            losses.add("top_p", "dropped", "Claude takes temperature or top_p, not both")
    if top_k is not None:
        if thinks:
            losses.add("top_k", "dropped", "Claude thinks without top_k only")
        else:
            body["top_k"] = top_k
