"""What is told of a request by its members alone is what its decoding would tell."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.core.messages import Conversation, Text
from gateway.dialects.openai_chat import CLIENT
from gateway.dialects.openai_chat.plain_request import is_plain, names_nothing

WORDS = [{"role": role, "content": "Hi"} for role in ("system", "developer", "user", "assistant", "user")]
CALL = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}


@pytest.mark.parametrize("more", [{}, {"temperature": 0}, {"temperature": 0.5, "n": 1}, {"temperature": None}])
def test_words_are_told_without_decoding(more: dict[str, Any]) -> None:
    tree = {"model": "m", "messages": WORDS, **more}
    assert is_plain(tree)
    client = CLIENT
    request = client.decode_request(tree, client.envelope(tree, None, False))
    assert isinstance(request, Conversation)
    assert all(isinstance(part, Text) for message in request.messages for part in message.parts)
    assert (request.temperature or 0) == (more.get("temperature") or 0)
    assert (request.candidates or 1) == 1


@pytest.mark.parametrize(
    "message",
    [
        {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://x/y.png"}}]},
        {"role": "assistant", "content": None, "tool_calls": [CALL]},
        {"role": "assistant", "content": "Hi", "tool_calls": [CALL]},
        {"role": "tool", "content": "Hi", "tool_call_id": "c"},
        {"role": "tool", "content": "Hi"},
        {"role": ["user"], "content": "Hi"},
        {"role": "user"},
        "Hi",
    ],
)
def test_of_anything_else_its_decoding_is_asked(message: Any) -> None:
    assert not is_plain({"model": "m", "messages": [*WORDS, message]})


@pytest.mark.parametrize("more", [{"temperature": "0"}, {"temperature": True}, {"messages": {}}, {"messages": None}])
def test_so_it_is_where_a_member_is_of_another_type(more: dict[str, Any]) -> None:
    assert not is_plain({"model": "m", "messages": WORDS, **more})


USUAL = {"model": "m", "messages": WORDS, "temperature": 0.2, "max_tokens": 10, "user": "ada", "seed": None}


@pytest.mark.parametrize("more", [{}, {"stream": True, "stream_options": {"include_usage": True}}, {"stop": "."}])
def test_words_under_usual_settings_name_nothing(more: dict[str, Any]) -> None:
    assert names_nothing({**USUAL, **more})


@pytest.mark.parametrize(
    "more",
    [
        {"tools": [{"type": "file_search", "vector_store_ids": ["vs_1"]}]},
        {"audio": {"voice": {"id": "voice_1"}}},
        {"container": "cntr_1"},
        {"metadata": {"file_id": "file-1"}},
        {"user": {"file_id": "file-1"}},
        {"stop": [{"file_id": "file-1"}]},
        {"stream_options": {"file_id": "file-1"}},
        {"messages": [*WORDS, {"role": "assistant", "content": "Hi", "audio": {"id": "audio_1"}}]},
        {"messages": [{"role": "user", "content": [{"type": "file", "file": {"file_id": "file-1"}}]}]},
        {"made_up_tomorrow": "file-1"},
    ],
)
def test_wherever_something_may_be_named_it_is_looked_for(more: dict[str, Any]) -> None:
    assert not names_nothing({**USUAL, **more})
