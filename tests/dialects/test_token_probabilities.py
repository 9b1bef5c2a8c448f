"""Token probabilities reach every client in the form without which its SDK leaves them out, or breaks a promise."""

from __future__ import annotations

import json
from typing import Any

import pytest
from mistralai.client.models import ChatCompletionResponse, CompletionChunk
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.responses import Response

from gateway.core.answer import gather
from gateway.core.events import Event
from gateway.core.messages import Dialect
from gateway.dialects.codec import AnswerFacts
from gateway.dialects.registry import CLIENT_CODECS, PROVIDER_CODECS
from gateway.dialects.sse import SseSplitter
from tests.support.recordings import data_of

FACTS = AnswerFacts(fallback_id="req_1", now=1, model="m")
ALONE = {"token": "Zü", "logprob": -0.5}
ANSWERS: dict[str, dict[str, Any]] = {
    "alone": ALONE,
    "without alternatives": {**ALONE, "bytes": [90, 195, 188], "token_id": 3, "top_logprobs": None},
    "with alternatives": {**ALONE, "bytes": None, "top_logprobs": [ALONE, {"token": "Be", "logprob": -2}]},
}
told_in = pytest.mark.parametrize("provider", ["openai_chat", "mistral"])
told = pytest.mark.parametrize("measured", ANSWERS.values(), ids=ANSWERS)


def events(provider: Dialect, measured: dict[str, Any], stream: bool) -> list[Event]:
    said = {"role": "assistant", "content": "Zü"}
    choice = {"index": 0, "delta" if stream else "message": said, "finish_reason": "stop"}
    body = json.dumps({"id": "c", "model": "m", "choices": [{**choice, "logprobs": {"content": [measured]}}]}).encode()
    codec = PROVIDER_CODECS[provider]
    if not stream:
        return codec.decode_answer(body)
    decoder = codec.stream_decoder()
    frames = SseSplitter().feed(b"data: " + body + b"\n\ndata: [DONE]\n\n")
    return [event for frame in frames for event in decoder.feed(frame)]


def whole(client: Dialect, provider: Dialect, measured: dict[str, Any]) -> bytes:
    return CLIENT_CODECS[client].encode_answer(gather(events(provider, measured, False)), FACTS)


def pieces(client: Dialect, provider: Dialect, measured: dict[str, Any]) -> list[Any]:
    stream = CLIENT_CODECS[client].stream_encoder(FACTS).feed(events(provider, measured, True))
    return [piece for piece in data_of(stream) if piece["choices"][0].get("logprobs")]


def seen(entries: Any) -> list[tuple[str, float, list[tuple[str, float]]]]:
    return [(one.token, one.logprob, [(other.token, other.logprob) for other in one.top_logprobs]) for one in entries]


def meant(measured: dict[str, Any]) -> list[tuple[str, float, list[tuple[str, float]]]]:
    return [("Zü", -0.5, [(one["token"], one["logprob"]) for one in measured.get("top_logprobs") or ()])]


@told_in
@told
def test_openais_types_find_all_that_they_demand(provider: Dialect, measured: dict[str, Any]) -> None:
    answer = ChatCompletion.model_validate_json(whole("openai_chat", provider, measured))
    assert seen(answer.choices[0].logprobs.content) == meant(measured)  # type: ignore[union-attr]
    [piece] = pieces("openai_chat", provider, measured)
    chunk = ChatCompletionChunk.model_validate(piece)
    assert seen(chunk.choices[0].logprobs.content) == meant(measured)  # type: ignore[union-attr]


@told_in
@told
def test_so_do_those_of_responses(provider: Dialect, measured: dict[str, Any]) -> None:
    answer = Response.model_validate_json(whole("openai_responses", provider, measured))
    assert seen(answer.output[0].content[0].logprobs) == meant(measured)  # type: ignore[union-attr,index]


@told_in
@told
def test_mistrals_sdk_does_not_leave_them_out(provider: Dialect, measured: dict[str, Any]) -> None:
    answer = ChatCompletionResponse.model_validate_json(whole("mistral", provider, measured))
    assert seen(answer.choices[0].logprobs.content) == meant(measured)  # type: ignore[union-attr]
    [piece] = pieces("mistral", provider, measured)
    chunk = CompletionChunk.model_validate(piece)
    [entry] = chunk.choices[0].logprobs.content  # type: ignore[union-attr]
    assert (entry.bytes_, entry.token_id) == (list("Zü".encode()), measured.get("token_id", -1))
