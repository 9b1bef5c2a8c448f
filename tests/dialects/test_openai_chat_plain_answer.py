"""The quick way of reading a plain answer gives what the thorough way gives, or leaves it to it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dialects.openai_chat.answer_in import decode_answer
from gateway.dialects.openai_chat.plain_answer import plain_answer
from gateway.errors import UpstreamNonsense


def body(**changes: Any) -> dict[str, Any]:
    return {
        "id": "c1",
        "object": "chat.completion",
        "created": 7,
        "model": "m",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
        **changes,
    }


def test_a_plain_answer_is_read_the_quick_way() -> None:
    raw = json.dumps(body(service_tier="default", unknown=[1])).encode()
    assert plain_answer(raw) == decode_answer(raw)


def test_each_count_is_read_and_reasoning_that_the_completion_leaves_out_is_added() -> None:
    usage = {
        "prompt_tokens": 8,
        "completion_tokens": 2,
        "total_tokens": 14,
        "prompt_tokens_details": {"cached_tokens": 1, "cache_write_tokens": 3, "audio_tokens": 2},
        "completion_tokens_details": {"reasoning_tokens": 4, "audio_tokens": 1},
    }
    raw = json.dumps(body(usage=usage)).encode()
    assert plain_answer(raw) == decode_answer(raw)


JUNK = (
    st.none()
    | st.booleans()
    | st.integers(-5, 2**70)
    | st.text(max_size=3)
    | st.just([])
    | st.just({})
    | st.just([None])
)
PLACES = [
    ("id",), ("created",), ("model",), ("choices",), ("usage",), ("service_tier",), ("error",), ("citations",),
    ("choices", 0, "index"), ("choices", 0, "finish_reason"), ("choices", 0, "logprobs"), ("choices", 0, "stop_reason"),
    ("choices", 0, "message"), ("choices", 0, "message", "content"), ("choices", 0, "message", "tool_calls"),
    ("choices", 0, "message", "refusal"), ("choices", 0, "message", "annotations"), ("choices", 0, "message", "new"),
    ("choices", 0, "message", "reasoning_content"), ("usage", "prompt_tokens"), ("usage", "completion_tokens"),
    ("usage", "total_tokens"), ("usage", "prompt_tokens_details"), ("usage", "num_cached_tokens"),
    ("usage", "service_tier"),
]  # fmt: skip


@pytest.mark.parametrize("finish", ["stop", "length", "tool_calls", "content_filter", "new"])
@given(changes=st.dictionaries(st.sampled_from(PLACES), JUNK, max_size=3))
def test_whatever_is_strange_is_read_the_same_or_left(finish: str, changes: dict[tuple[Any, ...], Any]) -> None:
    tree: Any = body()
    tree["choices"][0]["finish_reason"] = finish
    for place, value in sorted(changes.items(), key=lambda change: -len(change[0])):
        holder = tree
        for step in place[:-1]:
            holder = holder[step]
        holder[place[-1]] = value
    raw = json.dumps(tree).encode()
    quick = plain_answer(raw)
    if quick is not None:
        assert quick == decode_answer(raw)


def test_garbage_is_left() -> None:
    assert plain_answer(b"<html>") is None
    with pytest.raises(UpstreamNonsense):
        decode_answer(b"<html>")
