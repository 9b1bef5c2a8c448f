"""A Responses request, read into a conversation.

Source: the OpenAI API reference, "create a model response", and the types of its SDK 3.54.

Invariants
- A feature is noted only where it is used: a default that means nothing is claimed and says nothing. `store` left out
  means true at OpenAI, and is no wish: nothing is stored elsewhere.
- What is kept at the provider between requests is `server_state`: no other dialect can take such a request.
- `instructions` are the leading system message.
"""

from __future__ import annotations

from typing import Any, Final

from msgspec.structs import replace

from gateway.core.messages import Conversation, Message, ReasoningWish, Text
from gateway.dialects.claims import Claims, Ledger, wrong
from gateway.dialects.codec import Envelope
from gateway.dialects.openai_chat.request_in import (
    filled,
    note_moderation,
    parallel_calls,
    read_service_tier,
    read_user,
    read_verbosity,
    sampling,
)
from gateway.dialects.openai_responses.envelope import STORED
from gateway.dialects.openai_responses.items_in import read_items
from gateway.dialects.openai_responses.tools_in import (
    AnyTool,
    offered_as,
    read_text_format,
    read_tool_choice,
    read_tools,
)

ENCRYPTED: Final = "reasoning.encrypted_content"
LOGPROBS: Final = "message.output_text.logprobs"


def read_request(tree: dict[str, Any], envelope: Envelope) -> Conversation:
    """Raises BadParameter."""
    ledger = Ledger()
    claims = Claims(tree, (), ledger)
    claims.any("model")
    claims.any("stream")
    claims.any("max_output_tokens", "max_output_tokens")
    options = claims.inside("stream_options")
    if options is not None:
        options.any("include_usage")
        options.any("include_obfuscation")
        options.leave()
    said, more_tools = _input(claims, ledger)
    messages = [*_instructions(claims, ledger), *said]
    tools = tuple(tool for tool in read_tools(claims, ledger) if offered_as(tool) not in more_tools)
    tool_choice, tools = read_tool_choice(claims, ledger, (*tools, *more_tools.values()))
    text = claims.inside("text")
    response_format = read_text_format(text, ledger)
    verbosity = None if text is None else read_verbosity(text)
    if text is not None:
        text.leave()
    _note_the_rest(claims)
    settings = sampling(claims)
    if _include(claims):
        settings["logprobs"] = True
    conversation = Conversation(
        model=envelope.model,
        messages=tuple(messages),
        stream=envelope.stream,
        include_usage=envelope.include_usage,
        tools=tools,
        tool_choice=tool_choice,
        parallel_tool_calls=parallel_calls(claims),
        response_format=response_format,
        reasoning=_reasoning(claims),
        max_output_tokens=envelope.max_output_tokens,
        user=read_user(claims),
        metadata=filled(claims, "metadata"),
        service_tier=read_service_tier(claims),
        verbosity=verbosity,
        prompt_cache_key=claims.text("prompt_cache_key", "prompt_cache"),
        features=ledger.features,
        further=ledger.further,
        **settings,
    )
    claims.leave()
    # Only now are the books complete.
    return replace(conversation, unclaimed=tuple(ledger.unclaimed)) if ledger.unclaimed else conversation


def _instructions(claims: Claims, ledger: Ledger) -> list[Message]:
    text = claims.text("instructions")
    if not text:
        return []
    at = claims.at("instructions")
    ledger.note("system", at)
    return [Message(role="system", parts=(Text(text=text, at=at),), at=at)]


def _input(claims: Claims, ledger: Ledger) -> tuple[list[Message], dict[str, AnyTool]]:
    """What is said, and the tools that are offered between."""
    given = claims.any("input")
    match given:
        case None:
            return [], {}
        case str():
            at = claims.at("input")
            return [Message(role="user", parts=(Text(text=given, at=at),), at=at)], {}
        case list():
            return read_items(given, ledger)
        case _:
            raise wrong(claims.at("input"), "must be a text or an array of items")


def _include(claims: Claims) -> bool:
    """Whether log probabilities are asked for."""
    asked = claims.items("include") or []
    if any(name not in (ENCRYPTED, LOGPROBS) for name in asked):
        claims.any("include", "include")  # results of tools that the provider runs
    if LOGPROBS in asked:
        claims.any("include", "logprobs")
        return True
    return False


def _reasoning(claims: Claims) -> ReasoningWish | None:
    inside = claims.inside("reasoning")
    if inside is None:
        return None
    effort = inside.text("effort")
    summaries = [inside.text(name) for name in ("summary", "generate_summary")]
    show = True if any(summaries) else None
    inside.leave()
    if effort is None and show is None:
        return None
    claims.any("reasoning", "reasoning")
    return ReasoningWish(effort=effort, enabled=False if effort == "none" else None, show=show)


def _note_the_rest(claims: Claims) -> None:
    """Members without a place in the conversation."""
    for name in STORED:
        claims.any(name, "server_state")
    claims.any("background", "server_state" if claims.flag("background") else None)
    claims.any("store", "store" if claims.flag("store") else None)
    claims.any("truncation", "truncation" if claims.text("truncation") not in {None, "disabled"} else None)
    claims.any("max_tool_calls")  # bounds calls of tools that the provider runs, which are a feature of their own
    claims.any("context_management", "context_management")
    note_moderation(claims)
    claims.any("prompt_cache_retention", "prompt_cache_retention")
    claims.any("prompt_cache_options", "prompt_cache_retention")
