"""Any history that the simulated OpenAI takes is taken, translated, by every other simulated provider: in the order of
turns, and in the forms of text and calls, that the real one demands.

But for these: Claude and Mistral have no answer to nothing at all, and newer Claudes none to one of their own. A last
turn that says nothing is refused toward Claude where nothing before it asks.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gateway.core.edits import dotted
from gateway.core.messages import Conversation, Dialect
from gateway.dialects.adapting import SYSTEM, is_empty_turn
from gateway.dialects.openai_chat import CLIENT
from gateway.dialects.registry import PROVIDER_CODECS
from gateway.errors import DialectCannotCarry
from gateway.providers.simulated import anthropic_read, gemini_read, mistral_read, openai_chat_read, responses_read
from gateway.providers.simulated.ask import Refusal
from tests.support.examples import examples

Tree = dict[str, Any]

TEXTS = st.sampled_from(["hi", "a\n", " ", "", "größer", "x "])
PARTS = st.lists(TEXTS.map(lambda text: {"type": "text", "text": text}), min_size=1, max_size=3)
SAID = TEXTS | PARTS
PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
TOOLS = [{"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}]
UNANSWERED = ("at least one message", "does not support assistant message prefill", "Field required")


@st.composite
def exchanges(draw: st.DrawFn) -> list[Tree]:
    ids = draw(st.lists(st.from_regex(r"call_[a-z]{8}|functions\.f:\d{8}", fullmatch=True), min_size=1, unique=True))
    calls = [
        {"id": one, "type": "function", "function": {"name": "f", "arguments": draw(st.sampled_from(["{}", "", "{"]))}}
        for one in ids[:3]
    ]
    results = [{"role": "tool", "tool_call_id": call["id"], "content": draw(SAID)} for call in calls]
    return [{"role": "assistant", "content": draw(SAID | st.none()), "tool_calls": calls}, *results]


TURNS = st.one_of(
    (SAID | st.just([PICTURE])).map(lambda said: [{"role": "user", "content": said}]),
    (SAID | st.none()).map(lambda said: [{"role": "assistant", "content": said}]),
    st.sampled_from(["system", "developer"]).map(lambda role: [{"role": role, "content": "mid"}]),
    exchanges(),
)


def refusal_of(read: Callable[[Tree, str], Any], sent: Tree, model: str) -> str | None:
    try:
        read(sent, model)
    except Refusal as refusal:
        return refusal.message
    return None


def declared_unasked(encode: Callable[[], Any]) -> str | None:
    try:
        encode()
    except DialectCannotCarry as refused:
        return refused.param
    return None


OTHERS: tuple[tuple[Dialect, str, Callable[[Tree, str], Any]], ...] = (
    ("anthropic", "claude-opus-5", anthropic_read.read),
    ("anthropic", "claude-opus-4-6", anthropic_read.read),
    ("anthropic", "claude-sonnet-4-5", anthropic_read.read),
    ("gemini", "gemini-3-pro", gemini_read.read),
    ("mistral", "mistral-small-latest", mistral_read.read),
    ("openai_responses", "gpt-5-mini", responses_read.read_openai),
)


@settings(max_examples=examples(80))
@given(st.lists(TURNS, min_size=1, max_size=5))
def test_what_one_provider_takes_the_others_take_translated(turns: list[list[Tree]]) -> None:
    messages = [message for turn in turns for message in turn]
    tree = {"model": "gpt-4o", "messages": messages, "tools": TOOLS}
    calls = [call["id"] for message in messages for call in message.get("tool_calls", ())]
    assume(len(calls) == len(set(calls)))
    openai_chat_read.read_openai(tree, "gpt-4o")
    conversation = CLIENT.decode_request(tree, CLIENT.envelope(tree, None, False))
    for dialect, model, read in OTHERS:
        is_taken(conversation, dialect, model, read)


def is_taken(conversation: Conversation, dialect: Dialect, model: str, read: Callable[[Tree, str], Any]) -> None:
    encode = partial(PROVIDER_CODECS[dialect].encode_request, conversation, model, False)
    if (unasked := declared_unasked(encode)) is not None:
        asking = [message for message in conversation.messages if message.role not in SYSTEM][-1]
        assert (dialect, unasked) == ("anthropic", dotted(asking.at))
        assert is_empty_turn(asking)
        return
    refusal = refusal_of(read, json.loads(encode().body), model)
    assert refusal is None or any(words in refusal for words in UNANSWERED), f"{dialect}, {model}: {refusal}"
    assert refusal is None or dialect in ("anthropic", "mistral"), dialect
