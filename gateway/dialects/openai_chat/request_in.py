"""A chat completion request, read into a conversation.

Source: the OpenAI API reference, "create chat completion"; `top_k` and `chat_template_kwargs` as local engines take
them, `reasoning` as OpenRouter does.

Invariants
- A feature is noted only where it is used: a default that means nothing is claimed and says nothing.
- What has no place in a Conversation (prediction, audio, moderation, …) is noted as a feature, so that no other
  dialect can take the request and lose it unseen.
"""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from gateway.core.messages import Conversation, ReasoningWish, ServerTool
from gateway.dialects.claims import Claims, Ledger, wrong
from gateway.dialects.codec import Envelope
from gateway.dialects.openai_chat.messages_in import read_messages
from gateway.dialects.openai_chat.parts_in import PART_READERS
from gateway.dialects.openai_chat.tools_in import read_response_format, read_tool_choice, read_tools


def read_request(tree: dict[str, Any], envelope: Envelope) -> Conversation:
    """Raises BadParameter."""
    ledger = Ledger()
    claims = Claims(tree, (), ledger)
    claims.any("model")
    claims.any("stream")
    options = claims.inside("stream_options")
    if options is not None:
        options.any("include_usage")
        options.any("include_obfuscation")
        options.leave()
    messages = read_messages(claims.items("messages") or [], ledger, "openai_chat", PART_READERS)
    if claims.flag("continue_final_message"):
        ledger.note("assistant_prefill", claims.at("continue_final_message"))
    claims.any("n", "candidates" if envelope.candidates > 1 else None)
    for name in ("max_completion_tokens", "max_tokens"):
        claims.any(name, "max_output_tokens")
    tool_choice, tools = read_tool_choice(claims, ledger, read_tools(claims, ledger, "openai_chat"))
    if (search := claims.any("web_search_options", "server_tool")) is not None:
        at = claims.at("web_search_options")
        tools += (ServerTool(dialect="openai_chat", type="web_search_options", value=search, at=at),)
    _note_the_rest(claims)
    settings = sampling(claims)
    conversation = Conversation(
        model=envelope.model,
        messages=messages,
        stream=envelope.stream,
        include_usage=envelope.include_usage,
        tools=tools,
        tool_choice=tool_choice,
        parallel_tool_calls=parallel_calls(claims),
        response_format=read_response_format(claims, ledger),
        reasoning=_reasoning(claims),
        max_output_tokens=envelope.max_output_tokens,
        candidates=envelope.candidates if envelope.candidates > 1 else None,
        seed=claims.integer("seed", "seed"),
        logit_bias=filled(claims, "logit_bias"),
        user=read_user(claims),
        metadata=filled(claims, "metadata"),
        service_tier=read_service_tier(claims),
        verbosity=read_verbosity(claims),
        prompt_cache_key=claims.text("prompt_cache_key", "prompt_cache"),
        features=ledger.features,
        further=ledger.further,
        **settings,
    )
    claims.leave()
    # Only now are the books complete.
    return replace(conversation, unclaimed=tuple(ledger.unclaimed)) if ledger.unclaimed else conversation


def sampling(claims: Claims) -> dict[str, Any]:
    """The settings that OpenAI and Mistral name alike."""
    top_p = claims.number("top_p")
    if top_p is not None and top_p != 1:
        claims.number("top_p", "top_p")
    penalties = {}
    for name in ("presence_penalty", "frequency_penalty"):
        penalties[name] = claims.number(name)
        if penalties[name]:
            claims.number(name, name)
    logprobs, top_logprobs = claims.flag("logprobs"), claims.integer("top_logprobs")
    if logprobs:
        claims.any("logprobs", "logprobs")
    elif top_logprobs:
        claims.any("top_logprobs", "logprobs")
    if logprobs is None and top_logprobs:
        logprobs = True  # dialects that ask with two fields answer none without this one
    return {
        "temperature": claims.number("temperature", "temperature"),
        "top_p": top_p,
        "top_k": claims.integer("top_k", "top_k"),
        "stop": _stops(claims),
        "logprobs": logprobs,
        "top_logprobs": top_logprobs,
        **penalties,
    }


def parallel_calls(claims: Claims) -> bool | None:
    """False is the only wish: true is every dialect's default."""
    allowed = claims.flag("parallel_tool_calls")
    if allowed is False:
        claims.any("parallel_tool_calls", "parallel_tool_calls")
    return allowed


def effort_wish(effort: str | None) -> ReasoningWish | None:
    if effort is None:
        return None
    return ReasoningWish(effort=effort, enabled=False if effort == "none" else None)


def _stops(claims: Claims) -> tuple[str, ...]:
    stop = claims.any("stop")
    if not stop:
        return ()
    claims.any("stop", "stop")
    if type(stop) is str:
        return (stop,)
    if type(stop) is list and all(type(text) is str for text in stop):
        return tuple(stop)
    raise wrong(claims.at("stop"), "must be a text or an array of texts")


def _reasoning(claims: Claims) -> ReasoningWish | None:
    effort = claims.text("reasoning_effort", "reasoning")
    thinks = _template_wish(claims)
    inside = claims.inside("reasoning", "reasoning")
    if inside is None:
        return effort_wish(effort) or (None if thinks is None else ReasoningWish(enabled=thinks))
    effort = effort or inside.text("effort")
    enabled, budget, hidden = inside.flag("enabled"), inside.integer("max_tokens"), inside.flag("exclude")
    inside.leave()
    return ReasoningWish(
        effort=effort,
        enabled=False if effort == "none" else enabled,
        budget_tokens=budget,
        show=None if hidden is None else not hidden,
    )


def _template_wish(claims: Claims) -> bool | None:
    """`chat_template_kwargs.enable_thinking`, as the templates of local models read it."""
    settings = claims.inside("chat_template_kwargs")
    if settings is None:
        return None
    thinks = settings.flag("enable_thinking", "reasoning")
    settings.leave()
    return thinks


def filled(claims: Claims, name: str) -> dict[str, Any] | None:
    """An object with members, noted as the feature of its name; an empty one says nothing."""
    value = claims.object(name)
    if not value:
        return None
    claims.any(name, name)
    return value


def read_user(claims: Claims) -> str | None:
    names = [claims.text(name, "user") for name in ("safety_identifier", "user")]
    return names[0] or names[1] or None


def read_service_tier(claims: Claims) -> str | None:
    tier = claims.text("service_tier")
    if tier not in {None, "auto", "default"}:
        claims.any("service_tier", "service_tier")
    return tier


def read_verbosity(claims: Claims) -> str | None:
    wish = claims.text("verbosity")
    if wish not in {None, "medium"}:
        claims.any("verbosity", "verbosity")
    return wish


def _note_the_rest(claims: Claims) -> None:
    """Members without a place in the conversation."""
    claims.any("store", "store" if claims.flag("store") else None)
    claims.any("prediction", "prediction")
    claims.any("audio", "audio_output")
    claims.any("modalities", "output_modalities" if claims.items("modalities") not in (None, [], ["text"]) else None)
    note_moderation(claims)
    claims.any("prompt_cache_retention", "prompt_cache_retention")
    claims.any("prompt_cache_options", "prompt_cache_retention")


def note_moderation(claims: Claims) -> None:
    """Scores are extra; to block is a wish that no other dialect fulfils."""
    match claims.object("moderation", "safety"):
        case {"policy": {"input": {"mode": "block"}} | {"output": {"mode": "block"}}}:
            claims.any("moderation", "guard")
        case _:
            pass
