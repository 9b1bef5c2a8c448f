"""What OpenAI encrypted goes to OpenAI, what xAI encrypted to xAI, and each loss is told."""

from __future__ import annotations

import json
from typing import Any

import openai
import pytest

from gateway.core.messages import Conversation, Message, Reasoning, Text
from gateway.dialects.openai_responses import CLIENT, PROVIDER, XAI_PROVIDER
from gateway.dialects.openai_responses.encryption import issuer_of
from gateway.dialects.openai_responses.reasoning import provider_state_of
from tests.support.running import RunningGateway
from tests.support.sdk_clients import openai_client

OPENAI = {"type": "reasoning", "id": "rs_68a46", "summary": [], "encrypted_content": "gAAAAABqb8W5x"}
XAI = {
    "type": "reasoning",
    "id": "rs_006cb39a-1111-2222-3333-444444444444",
    "summary": [],
    "encrypted_content": "4WwEQ2SDCDDv+/=",
}
UNKNOWN = {"type": "reasoning", "summary": [], "encrypted_content": "anything"}
PLAIN = {"type": "reasoning", "id": "rs_006cb39a-1111-2222-3333-444444444444", "summary": []}
CODECS = {"openai": PROVIDER, "xai": XAI_PROVIDER}


@pytest.mark.parametrize(
    ("item", "issuer"),
    [(OPENAI, "openai"), (XAI, "xai"), (UNKNOWN, None), (PLAIN, None), ({"encrypted_content": 7}, None)],
)
def test_an_issuer_is_told_by_form(item: dict[str, Any], issuer: str | None) -> None:
    assert issuer_of(item) == issuer


@pytest.mark.parametrize("reader", CODECS)
@pytest.mark.parametrize(("item", "issuer"), [(OPENAI, "openai"), (XAI, "xai")])
def test_a_relayed_item_goes_to_its_issuer_alone(reader: str, item: dict[str, Any], issuer: str) -> None:
    tree = {"model": "m", "input": [item, {"role": "user", "content": "Hi"}]}
    edits = CODECS[reader].retarget(tree, CLIENT.envelope(tree, None, False), "m")
    assert [edit.at for edit in edits] == ([] if reader == issuer else [("input", 0)])


@pytest.mark.parametrize("reader", CODECS)
@pytest.mark.parametrize(("item", "issuer"), [(OPENAI, "openai"), (XAI, "xai")])
def test_a_translated_item_goes_to_its_issuer_alone(reader: str, item: dict[str, Any], issuer: str) -> None:
    thought = Reasoning(provider_state=provider_state_of(item), at=("messages", 0))
    conversation = Conversation(
        model="m",
        messages=(
            Message(role="user", parts=(Text(text="Hi"),)),
            Message(role="assistant", parts=(thought, Text(text="Ho"))),
            Message(role="user", parts=(Text(text="And?"),)),
        ),
        features={"reasoning_replay": ("messages", 0)},
    )
    encoded = CODECS[reader].encode_request(conversation, "m", strict=False)
    sent = json.loads(encoded.body)["input"]
    assert (item in sent) == (reader == issuer)
    assert [loss.feature for loss in encoded.losses] == ([] if reader == issuer else ["reasoning_replay"])


@pytest.mark.sdk
@pytest.mark.parametrize(
    ("first", "second"), [("openai/gpt-5-mini", "grok/grok-4"), ("grok/grok-4", "openai/gpt-5-mini")]
)
def test_a_conversation_moves_between_openai_and_xai(gateway: RunningGateway, first: str, second: str) -> None:
    with openai_client(gateway.url, gateway.key) as client:
        asked: dict[str, Any] = {
            "include": ["reasoning.encrypted_content"],
            "store": False,
            "reasoning": {"effort": "medium"},
        }
        answer = client.responses.create(model=first, input="Think", **asked)
        echoed: Any = [
            {"role": "user", "content": "Think"},
            *(item.model_dump(exclude_none=True) for item in answer.output),
            {"role": "user", "content": "And?"},
        ]
        assert any(item.get("encrypted_content") for item in echoed)
        again = client.responses.with_raw_response.create(model=first, input=echoed, **asked)
        assert "x-gateway-dropped" not in again.headers
        again.parse()
        moved = client.responses.with_raw_response.create(model=second, input=echoed, **asked)
        assert moved.headers["x-gateway-dropped"] == "input[1]"
        moved.parse()
        with pytest.raises(openai.BadRequestError, match="encrypted by another provider"):
            client.responses.create(model=second, input=echoed, extra_headers={"x-gateway-strict": "1"}, **asked)
