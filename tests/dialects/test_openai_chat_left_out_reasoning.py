"""A turn of nothing but thinking that a hosted model may not see leaves no empty message behind."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.core.messages import Conversation, Message, ProviderState, Reasoning, Text
from gateway.dialects.openai_chat import LOCAL_PROVIDER, PROVIDER

ASKED = Message(role="user", parts=(Text(text="hi"),))


def sent(codec: Any, *parts: Text | Reasoning) -> list[dict[str, Any]]:
    said = Message(role="assistant", parts=parts)
    body = codec.encode_request(Conversation(model="m", messages=(ASKED, said, ASKED)), "m", False).body
    return [message for message in json.loads(body)["messages"] if message["role"] == "assistant"]


@pytest.mark.parametrize(
    "provider_state", [None, ProviderState("anthropic", "signature", "s")], ids=["unsigned", "another's"]
)
def test_hosted(provider_state: ProviderState | None) -> None:
    assert sent(PROVIDER, Reasoning(text="hmm", provider_state=provider_state)) == []


def test_local_engines_take_the_text() -> None:
    assert sent(LOCAL_PROVIDER, Reasoning(text="hmm")) == [
        {"role": "assistant", "content": "", "reasoning_content": "hmm"}
    ]


def test_what_was_said_stays() -> None:
    assert sent(PROVIDER, Reasoning(text="hmm"), Text(text="yes")) == [{"role": "assistant", "content": "yes"}]


def test_an_empty_message_of_the_clients_own_stays() -> None:
    assert sent(PROVIDER) == [{"role": "assistant", "content": ""}]
