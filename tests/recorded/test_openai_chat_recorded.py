"""Every recorded chat completion, against a reader that knows nothing of the codec."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.dialects import openai_chat
from gateway.errors import DialectCannotCarry
from tests.support.recorded_chats import Chats, by_name, recorded

CHATS = Chats("openai.chat", ("openai", "local", "xai"), openai_chat.CLIENT, openai_chat.PROVIDER)

pytestmark = [
    pytest.mark.recorded,
    pytest.mark.skipif(not CHATS.all, reason="the folder of recordings is not at hand"),
]


@pytest.mark.parametrize("path", CHATS.answers, ids=by_name)
def test_the_answer_says_what_the_json_says(path: Path) -> None:
    CHATS.check_answer(path)


@pytest.mark.parametrize("path", CHATS.streams, ids=by_name)
def test_cutting_the_bytes_elsewhere_changes_nothing(path: Path) -> None:
    response = recorded(path)["response"]
    assert CHATS.decoded(response, 7) == CHATS.decoded(response)


@pytest.mark.parametrize("path", CHATS.answers, ids=by_name)
def test_the_answer_survives_both_of_our_encoders(path: Path) -> None:
    CHATS.check_encoders(path)


@pytest.mark.parametrize("path", CHATS.all, ids=by_name)
def test_every_path_of_the_request_is_understood(path: Path) -> None:
    assert CHATS.request(path).unclaimed == ()


@pytest.mark.parametrize("path", CHATS.refusals, ids=by_name)
def test_a_refusal_keeps_status_and_code(path: Path) -> None:
    response = recorded(path)["response"]
    body = json.dumps(response["body"]).encode()
    error = openai_chat.PROVIDER.decode_error(response["status"], response["headers"], body)
    assert error.status == response["status"]
    assert error.code == response["body"]["error"]["code"]
    if response["status"] == 401:
        assert error.raw is None
        assert "invalid-" not in error.message
    else:
        assert error.message == response["body"]["error"]["message"]
        assert error.raw == body


@pytest.mark.parametrize("provider", [openai_chat.PROVIDER, openai_chat.LOCAL_PROVIDER], ids=["hosted", "local"])
@pytest.mark.parametrize("path", CHATS.all, ids=by_name)
def test_the_request_survives_a_round_trip(path: Path, provider: Any) -> None:
    local = provider is openai_chat.LOCAL_PROVIDER
    conversation = CHATS.request(path)
    if local and "document_data" in conversation.features:
        with pytest.raises(DialectCannotCarry):
            provider.encode_request(conversation, conversation.model, strict=False)
        return
    CHATS.check_round_trip(path, provider, "include_usage", *(["service_tier"] if local else []))
