"""What the requests of a batch may come to, from their bodies alone."""

from __future__ import annotations

import base64
import json
from typing import Any

import msgspec
import pytest

from gateway.core.jobs import UpperBound
from gateway.dialects.batch_lines import summarise_lines
from gateway.dialects.bounds import A_PICTURE, MOST_OUTPUT, bound_of
from gateway.dialects.objects import bound_inline
from gateway.tokens.count import count_tokens

WORDS = "Der Fluß fließt langsam durch das Tal, und niemand weiß, wohin er geht. " * 50


def of(body: dict[str, Any], **more: Any) -> UpperBound:
    return bound_of(body, len(msgspec.json.encode(body)), **more)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, MOST_OUTPUT),
        ({"max_tokens": 7}, 7),
        ({"max_completion_tokens": 7, "n": 3}, 21),
        ({"max_output_tokens": 9}, 9),
        ({"generationConfig": {"maxOutputTokens": 5, "candidateCount": 2}}, 10),
        ({"max_tokens": -1}, MOST_OUTPUT),
        ({"max_tokens": "many"}, MOST_OUTPUT),
        ({"max_tokens": 10**30, "n": 10**30}, 2**31 * 128),
    ],
)
def test_what_is_said_is_bounded_by_what_is_asked(said: dict[str, Any], expected: int) -> None:
    assert of({"messages": [], **said}).output_tokens == expected


def test_words_come_to_no_more_than_is_thought() -> None:
    read = of({"messages": [{"role": "user", "content": WORDS}]}).input_tokens
    assert count_tokens(WORDS, "gpt-5-mini") <= read <= 2 * count_tokens(WORDS, "gpt-5-mini")


def test_pictures_are_not_read_by_their_bytes() -> None:
    picture = "data:image/png;base64," + base64.b64encode(bytes(300_000)).decode()
    parts = [{"type": "image_url", "image_url": {"url": picture}}, {"type": "text", "text": WORDS}]
    read = of({"messages": [{"role": "user", "content": parts}]}).input_tokens
    assert count_tokens(WORDS, "gpt-5-mini") + A_PICTURE <= read < 3 * A_PICTURE


def test_vectors_say_nothing() -> None:
    assert of({"input": "x"}, says_nothing=True).output_tokens == 0


def test_sound_is_measured_where_only_the_job_names_a_model_that_may_bill_its_length() -> None:
    said = {"messages": [{"role": "user", "content": [{"type": "input_audio", "input_audio": "A" * 1000}]}]}
    assert of(said).calls.audio_second == of({**said, "model": "voxtral-small-latest"}).calls.audio_second == 3
    assert of({**said, "model": "gpt-audio"}).calls.audio_second == 0
    line = json.dumps({"custom_id": "a", "body": said}).encode()
    assert summarise_lines(line + b"\n" + line).bound.calls.audio_second == 6


def test_lines_and_inline_requests_add_up() -> None:
    body = {"model": "m", "max_tokens": 5, "messages": [{"role": "user", "content": "Hi"}]}
    embed = {"model": "m", "input": "Hi"}
    lines = [
        {"custom_id": "a", "url": "/v1/chat/completions", "body": body},
        {"custom_id": "b", "url": "/v1/embeddings", "body": embed},
    ]
    bound = summarise_lines("\n".join(map(json.dumps, lines)).encode()).bound
    assert (bound.answers, bound.output_tokens) == (2, 5)
    assert bound.input_tokens > 32
    claude = bound_inline({"requests": [{"custom_id": "a", "params": body}] * 3})
    assert claude is not None
    assert (claude.answers, claude.output_tokens) == (3, 15)
    gemini = {"contents": [], "generationConfig": {"maxOutputTokens": 4}}
    inline = {"batch": {"inputConfig": {"requests": {"requests": [{"request": gemini}] * 2}}}}
    bound_there = bound_inline(inline)
    assert bound_there is not None
    assert (bound_there.answers, bound_there.output_tokens) == (2, 8)
    assert bound_inline({"input_file_id": "f"}) is None
