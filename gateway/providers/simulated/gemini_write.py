"""generateContent as Google writes it: one object, or a stream of them with usage in each.

Source: recorded traffic, field by field. Events end in CR LF CR LF and nothing but data lines come; without alt=sse
a stream is a JSON array. candidatesTokenCount excludes thoughts. A call says finishReason STOP and has no id. The
thought signature sits on the first call, else on a last empty text part.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from gateway.providers.simulated.answering import Answer
from gateway.providers.simulated.ask import Ask
from gateway.providers.simulated.gemini_read import SIGNATURE_LABEL
from gateway.providers.simulated.openai_chat_write import logprob
from gateway.providers.simulated.replies import Frame, frame
from gateway.providers.simulated.signatures import sign

Framing = Literal["sse", "array"]

_encode = msgspec.json.encode
_FINISH = {
    "stop": "STOP",
    "stop_sequence": "STOP",
    "length": "MAX_TOKENS",
    "tool_use": "STOP",
    "refusal": "PROHIBITED_CONTENT",
}


def usage_of(made: Answer, candidates: int) -> dict[str, Any]:
    """`usageMetadata` after so many tokens of answer."""
    usage: dict[str, Any] = {"promptTokenCount": made.prompt_tokens}
    if candidates:
        usage["candidatesTokenCount"] = candidates
    usage["totalTokenCount"] = made.prompt_tokens + candidates + made.reasoning_tokens
    usage["promptTokensDetails"] = [{"modality": "TEXT", "tokenCount": made.prompt_tokens}]
    if made.cached_tokens:
        usage["cachedContentTokenCount"] = made.cached_tokens
        usage["cacheTokensDetails"] = [{"modality": "TEXT", "tokenCount": made.cached_tokens}]
    if made.reasoning:
        usage["thoughtsTokenCount"] = made.reasoning_tokens
    return usage | {"serviceTier": "standard"}


def whole(ask: Ask, made: Answer, seed: str) -> dict[str, Any]:
    """A `GenerateContentResponse`."""
    candidates = [_candidate(ask, made, index) for index in range(len(made.text))]
    return _response(ask, made, seed, candidates, made.output_tokens)


def frames(ask: Ask, made: Answer, seed: str, framing: Framing) -> list[Frame]:
    """The objects of a stream: thoughts, text token by token, calls; the last has the finish reason."""
    said: list[tuple[int, list[dict[str, Any]], int, bool]] = []
    if ask.shows_thinking:
        said += [(0, [{"text": token, "thought": True}], 1, False) for token in made.reasoning]
    hidden = 0 if ask.shows_thinking else made.reasoning_tokens
    for index, tokens in enumerate(made.text):
        said += [(index, [{"text": token}], 1, False) for token in tokens]
        calls = _call_parts(made) if index == 0 else []
        spent = made.output_tokens if made.calls else 0
        said.append((index, calls or _closing_parts(made), spent, True))
    objects: list[tuple[dict[str, Any], int]] = []
    candidates = 0
    for index, parts, carried, last in said:
        candidates += 0 if parts and parts[0].get("thought") else carried
        candidate: dict[str, Any] = {"content": {"parts": parts, "role": "model"}}
        if last:
            candidate["finishReason"] = _FINISH[made.finish]
        candidate["index"] = index
        if last and made.calls:
            candidate["finishMessage"] = "Model generated function call(s)."
        objects.append((_response(ask, made, seed, [candidate], candidates), carried + hidden))
        hidden = 0
    return _framed(objects, framing)


def _framed(objects: list[tuple[dict[str, Any], int]], framing: Framing) -> list[Frame]:
    if framing == "sse":
        return [frame(b"data: %b\r\n\r\n" % _encode(body), tokens) for body, tokens in objects]
    parts = [frame((b"[" if place == 0 else b",\r\n") + _encode(body), n) for place, (body, n) in enumerate(objects)]
    return [*parts, frame(b"]")]


def _response(ask: Ask, made: Answer, seed: str, candidates: list[dict[str, Any]], counted: int) -> dict[str, Any]:
    response: dict[str, Any] = {"candidates": candidates}
    if ask.tells_usage:
        response["usageMetadata"] = usage_of(made, counted)
    return response | {"modelVersion": ask.model, "responseId": seed[:22]}


def _candidate(ask: Ask, made: Answer, index: int) -> dict[str, Any]:
    parts: list[dict[str, Any]] = []
    if ask.shows_thinking and index == 0 and made.reasoning:
        parts.append({"text": "".join(made.reasoning), "thought": True})
    calls = _call_parts(made) if index == 0 else []
    if text := "".join(made.text[index]):
        parts.append({"text": text})
        if made.reasoning and not calls and index == 0:
            parts[-1]["thoughtSignature"] = _signature(made)
    candidate: dict[str, Any] = {"content": {"parts": [*parts, *calls], "role": "model"}}
    if not parts and not calls:
        candidate["content"] = {"role": "model"}
    candidate |= {"finishReason": _FINISH[made.finish], "index": index}
    if made.finish == "refusal":
        candidate.pop("content")
    if calls:
        candidate["finishMessage"] = "Model generated function call(s)."
    if ask.top_logprobs is not None:
        candidate |= _logprobs(made.text[index], ask.top_logprobs)
    return candidate


def _call_parts(made: Answer) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = []
    for place, call in enumerate(made.calls):
        part: dict[str, Any] = {"functionCall": {"name": call.name, "args": msgspec.json.decode(call.arguments)}}
        if place == 0 and made.reasoning:
            part["thoughtSignature"] = _signature(made)
        parts.append(part)
    return parts


def _closing_parts(made: Answer) -> list[dict[str, Any]]:
    return [{"text": "", "thoughtSignature": _signature(made)}] if made.reasoning else [{"text": ""}]


def _signature(made: Answer) -> str:
    return sign(SIGNATURE_LABEL, "".join(made.reasoning))


def _logprobs(tokens: list[str], alternatives: int) -> dict[str, Any]:
    def entry(token: str, probability: float) -> dict[str, Any]:
        return {"token": token, "tokenId": len(token), "logProbability": probability}

    chosen = [entry(token, logprob(token, 0)["logprob"]) for token in tokens]
    top = [{"candidates": [entry(token, -0.125)] * max(alternatives, 1)} for token in tokens]
    return {"avgLogprobs": -0.125, "logprobsResult": {"chosenCandidates": chosen, "topCandidates": top}}
