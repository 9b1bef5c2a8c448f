"""What OpenAI, Mistral and vLLM offer beside chats: completions of a text, filling in, moderations.

Source: OpenAI's API reference and published Python types (3.54), Mistral's (3.7).
"""

from __future__ import annotations

from typing import Any

import msgspec

from gateway.providers.simulated import words
from gateway.providers.simulated.answering import Answer
from gateway.providers.simulated.ask import Ask, invalid
from gateway.providers.simulated.openai_chat_write import created, usage_of
from gateway.providers.simulated.replies import Frame, frame

_encode = msgspec.json.encode
_CATEGORIES = ("harassment", "hate", "self-harm", "sexual", "violence")
_FLAGGED = "I will kill"
"""A text that holds it is flagged, as violence."""


def read(body: dict[str, Any], model: str) -> Ask:
    """A prompt, and what may limit the answer. Of several prompts, the imitation answers one text."""
    prompt = body.get("prompt")
    if isinstance(prompt, list):
        prompt = " ".join(str(part) for part in prompt)
    if not isinstance(prompt, str) or not prompt:
        raise invalid("you must provide a prompt", param="prompt")
    stops = body.get("stop") or []
    return Ask(
        model=model,
        stream=body.get("stream") is True,
        user_text=prompt,
        prompt_tokens=words.count(prompt) + words.count(body.get("suffix") or ""),
        max_tokens=body.get("max_tokens"),
        stops=[stops] if isinstance(stops, str) else stops,
        choices=body.get("n") or 1,
    )


def completion(ask: Ask, made: Answer, seed: str) -> dict[str, Any]:
    """A `text_completion`."""
    choices = [
        {"text": "".join(text), "index": index, "logprobs": None, "finish_reason": _reason(made)}
        for index, text in enumerate(made.text)
    ]
    body = _envelope(ask, seed) | {"choices": choices}
    return body | {"usage": usage_of("local", made)} if ask.tells_usage else body


def completion_frames(ask: Ask, made: Answer, seed: str, *, include_usage: bool) -> list[Frame]:
    """The frames of a stream, the last one `[DONE]`."""
    envelope, parts = _envelope(ask, seed), []
    for index, text in enumerate(made.text):
        for number, token in enumerate(text):
            last = number == len(text) - 1
            choice = {"text": token, "index": index, "logprobs": None, "finish_reason": _reason(made) if last else None}
            parts.append(frame(b"data: %b\n\n" % _encode(envelope | {"choices": [choice]}), 1))
    if include_usage and ask.tells_usage:
        told = envelope | {"choices": [], "usage": usage_of("local", made)}
        parts.append(frame(b"data: %b\n\n" % _encode(told)))
    return [*parts, frame(b"data: [DONE]\n\n")]


def moderation(body: dict[str, Any], model: str, seed: str) -> dict[str, Any]:
    """One result for each input."""
    given = body.get("input")
    if not given:
        raise invalid("'input' is a required property", param="input")
    texts = given if isinstance(given, list) else [given]
    return {"id": f"modr-{seed[:24]}", "model": model, "results": [_result(str(text)) for text in texts]}


def _result(text: str) -> dict[str, Any]:
    flagged = _FLAGGED in text
    return {
        "flagged": flagged,
        "categories": {name: flagged and name == "violence" for name in _CATEGORIES},
        "category_scores": {name: 0.9 if flagged and name == "violence" else 0.0001 for name in _CATEGORIES},
    }


def _envelope(ask: Ask, seed: str) -> dict[str, Any]:
    return {"id": f"cmpl-{seed}", "object": "text_completion", "created": created(seed), "model": ask.model}


def _reason(made: Answer) -> str:
    return "length" if made.finish == "length" else "stop"
