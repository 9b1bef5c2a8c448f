"""Recorded chat completions: refusals, and requests that are written again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.dialects import openai_chat
from gateway.errors import DialectCannotCarry
from tests.support.each_case import each_case
from tests.support.recorded_chats import OPENAI as CHATS
from tests.support.recorded_chats import by_name, recorded

pytestmark = [
    pytest.mark.recorded,
    pytest.mark.skipif(not CHATS.all, reason="the folder of recordings is not at hand"),
]


@each_case("path", CHATS.refusals, by_name)
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
@each_case("path", CHATS.all, by_name)
def test_the_request_survives_a_round_trip(path: Path, provider: Any) -> None:
    local = provider is openai_chat.LOCAL_PROVIDER
    conversation = CHATS.request(path)
    if local and "document_data" in conversation.features:
        with pytest.raises(DialectCannotCarry):
            provider.encode_request(conversation, conversation.model, strict=False)
        return
    CHATS.check_round_trip(path, provider, "include_usage", *(["service_tier"] if local else []))
