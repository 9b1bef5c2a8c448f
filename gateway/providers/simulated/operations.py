"""From a valid request to its answer: each operation of each provider, once through read, answer, write."""

from __future__ import annotations

from typing import Any

import msgspec

from gateway.core.usage import Usage
from gateway.providers.simulated import (
    anthropic_read,
    anthropic_write,
    gemini_read,
    gemini_write,
    mistral_read,
    mistral_write,
    openai_chat_read,
    openai_chat_write,
    relayed,
    responses_read,
    responses_write,
    vectors,
)
from gateway.providers.simulated.answering import Answer, answer
from gateway.providers.simulated.ask import Ask, Refusal, invalid
from gateway.providers.simulated.faults import Faults
from gateway.providers.simulated.listings import listing
from gateway.providers.simulated.replies import Frame
from gateway.providers.simulated.routes import Route

_XAI_CACHE_STEP = 64
_MISTRAL_CACHE_STEP = 16


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What an operation needs to know. `seed` is 32 hexadecimal digits that depend on the request only."""

    route: Route
    model: str
    body: dict[str, Any]
    seed: str
    sse: bool
    faults: Faults


class SimulatedAnswer(msgspec.Struct, kw_only=True):
    """Either a `body` or `frames`, and the bill."""

    body: Any = None
    frames: list[Frame] | None = None
    bill: Usage | None = None


def perform(order: Order) -> SimulatedAnswer:
    """The answer; raises Refusal."""
    route, body, model = order.route, order.body, order.model
    if "not-exist" in model or "non-existent" in model:
        status = 400 if route.operation == "responses" else 404
        raise Refusal(status, "not_found", _unknown(route, model), param="model", code="model_not_found")
    match route.operation:
        case "models":
            return SimulatedAnswer(body=listing(route.surface, route.model))
        case "health":
            return SimulatedAnswer(body={"status": "ok"})
        case "metrics":
            raise AssertionError  # answered by the server, which alone counts streams
        case "chat":
            return _chat(order)
        case "responses":
            return _responses(order)
        case "messages":
            return _messages(order)
        case "count_tokens":
            return SimulatedAnswer(body={"input_tokens": anthropic_read.read_prompt(body, model).prompt_tokens})
        case "generateContent" | "streamGenerateContent":
            return _generate(order)
        case "countTokens":
            inner = gemini_read.camel(body).get("generateContentRequest") or body
            tokens = gemini_read.read(inner, model).prompt_tokens
            return SimulatedAnswer(
                body={"totalTokens": tokens, "promptTokensDetails": [{"modality": "TEXT", "tokenCount": tokens}]}
            )
        case "embeddings" | "embedContent" | "batchEmbedContents":
            return _embed(order)
        case "completions" | "fim":
            return _complete(order)
        case "moderations":
            return SimulatedAnswer(body=relayed.moderation(body, model, order.seed), bill=Usage())


def _unknown(route: Route, model: str) -> str:
    match route.surface:
        case "anthropic":
            return f"model: {model}"
        case "gemini":
            return f"models/{model} is not found, or is not supported for {route.operation}."
        case "openai" | "mistral" | "xai" | "local":
            return f"The model `{model}` does not exist or you do not have access to it."


def _apply(order: Order, ask: Ask) -> Ask:
    """What faults change about the answer itself."""
    ask.text, ask.chunks = order.faults.text, order.faults.chunks
    ask.tells_usage = not order.faults.no_usage
    if ask.forced not in (None, "*") and ask.forced not in ask.tools:
        raise invalid(f"Tool '{ask.forced}' is not among the tools.", param="tool_choice")
    return ask


def _bill(made: Answer) -> Usage:
    return Usage(
        input_tokens=made.prompt_tokens,
        output_tokens=made.output_tokens + made.reasoning_tokens,
        cached_tokens=made.cached_tokens,
        reasoning_tokens=made.reasoning_tokens,
    )


def _chat(order: Order) -> SimulatedAnswer:
    body, seed = order.body, order.seed
    include_usage = bool((body.get("stream_options") or {}).get("include_usage"))
    match order.route.surface:
        case "mistral":
            ask = _apply(order, mistral_read.read(body, order.model))
            made = answer(ask, _MISTRAL_CACHE_STEP)
            if ask.stream:
                return SimulatedAnswer(frames=mistral_write.frames(ask, made, seed), bill=_bill(made))
            return SimulatedAnswer(body=mistral_write.whole(ask, made, seed), bill=_bill(made))
        case "openai":
            flavour: openai_chat_write.Flavour = "openai"
            ask = openai_chat_read.read_openai(body, order.model)
        case "xai":
            flavour = "xai"
            ask = openai_chat_read.read_xai(body, order.model)
            ask.thinks = ask.shows_thinking = _grok_thinks(order.model)
            for name in ("presence_penalty", "frequency_penalty", "stop") if ask.thinks else ():
                if body.get(name) is not None:
                    raise invalid(f"Model {order.model} does not support parameter {name}.")
        case _:
            flavour = "local"
            ask = openai_chat_read.read(body, order.model)
            ask.thinks = ask.shows_thinking = body.get("reasoning_effort") not in (None, "none")
    ask = _apply(order, ask)
    made = answer(ask, _XAI_CACHE_STEP if flavour == "xai" else 128)
    if ask.stream:
        frames = openai_chat_write.frames(flavour, ask, made, seed, include_usage=include_usage)
        return SimulatedAnswer(frames=frames, bill=_bill(made))
    return SimulatedAnswer(body=openai_chat_write.whole(flavour, ask, made, seed), bill=_bill(made))


def _grok_thinks(model: str) -> bool:
    return model.startswith("grok-4") and "non-reasoning" not in model


def _responses(order: Order) -> SimulatedAnswer:
    body, seed = order.body, order.seed
    flavour: responses_write.Flavour = "xai" if order.route.surface == "xai" else "openai"
    if flavour == "xai":
        ask = responses_read.read_xai(body, order.model)
        ask.thinks = ask.thinks and _grok_thinks(order.model)
    else:
        ask = responses_read.read_openai(body, order.model)
    ask = _apply(order, ask)
    made = answer(ask, _XAI_CACHE_STEP if flavour == "xai" else 128)
    if ask.stream:
        return SimulatedAnswer(frames=responses_write.frames(flavour, ask, made, seed, body), bill=_bill(made))
    return SimulatedAnswer(body=responses_write.whole(flavour, ask, made, seed, body), bill=_bill(made))


def _messages(order: Order) -> SimulatedAnswer:
    ask = _apply(order, anthropic_read.read(order.body, order.model))
    made = answer(ask)
    read, five_minutes, hour = anthropic_write.cache_split(ask)
    bill = Usage(
        input_tokens=made.prompt_tokens,
        output_tokens=made.output_tokens + made.reasoning_tokens,
        cached_tokens=read,
        cache_write_tokens=five_minutes + hour,
        cache_write_1h_tokens=hour,
        reasoning_tokens=made.reasoning_tokens,
    )
    if ask.stream:
        pings = order.route.surface == "anthropic"
        return SimulatedAnswer(frames=anthropic_write.frames(ask, made, order.seed, pings=pings), bill=bill)
    return SimulatedAnswer(body=anthropic_write.whole(ask, made, order.seed), bill=bill)


def _generate(order: Order) -> SimulatedAnswer:
    ask = _apply(order, gemini_read.read(order.body, order.model))
    made = answer(ask)
    if order.route.operation == "streamGenerateContent":
        framing: gemini_write.Framing = "sse" if order.sse else "array"
        return SimulatedAnswer(frames=gemini_write.frames(ask, made, order.seed, framing), bill=_bill(made))
    return SimulatedAnswer(body=gemini_write.whole(ask, made, order.seed), bill=_bill(made))


def _complete(order: Order) -> SimulatedAnswer:
    ask = _apply(order, relayed.read(order.body, order.model))
    made = answer(ask)
    if order.route.operation == "fim":  # answers as its chat does
        if ask.stream:
            return SimulatedAnswer(frames=mistral_write.frames(ask, made, order.seed), bill=_bill(made))
        return SimulatedAnswer(body=mistral_write.whole(ask, made, order.seed), bill=_bill(made))
    if ask.stream:
        include_usage = bool((order.body.get("stream_options") or {}).get("include_usage"))
        frames = relayed.completion_frames(ask, made, order.seed, include_usage=include_usage)
        return SimulatedAnswer(frames=frames, bill=_bill(made))
    return SimulatedAnswer(body=relayed.completion(ask, made, order.seed), bill=_bill(made))


def _embed(order: Order) -> SimulatedAnswer:
    body, surface = order.body, order.route.surface
    if order.route.operation == "embedContent":
        embedding, tokens = vectors.gemini(body)
        made: dict[str, Any] = {"embedding": embedding}
    elif order.route.operation == "batchEmbedContents":
        each = [vectors.gemini(request) for request in body.get("requests") or []]
        if not each:
            raise invalid("* BatchEmbedContentsRequest.requests: at least one is required")
        tokens = sum(count for _, count in each)
        usage = {"promptTokenCount": tokens, "promptTokenDetails": [{"modality": "TEXT", "tokenCount": tokens}]}
        made = {"embeddings": [embedding for embedding, _ in each], "usageMetadata": usage}
    elif surface == "mistral":
        made, tokens = vectors.mistral(body, order.model, order.seed)
    elif surface == "local":
        made, tokens = vectors.local(body, order.model, order.seed)
    else:
        made, tokens = vectors.openai(body, order.model)
    if order.faults.no_usage:
        made.pop("usage", None)
        made.pop("usageMetadata", None)
    return SimulatedAnswer(body=made, bill=Usage(input_tokens=tokens))
