"""What errors may say again: names of programs, and nobody's data or key."""

from __future__ import annotations

import pytest

from gateway.core.safe_echo import code_on_record, plain, shown
from gateway.stages.money.hold_money import calls_without_price, model_without_price
from tests.support.canaries import EMAIL, PEOPLE

NAMES = (
    "claude-sonnet-4-5-20250929",
    "mistral/mistral-large-2411",
    "Qwen/Qwen2.5-VL-72B-Instruct-AWQ",
    "accounts/fireworks/models/llama-v3p1-405b-instruct",
    "ft:gpt-4o-mini:acme::AbC123xY",
    "gemini-2.5-flash-preview-native-audio-dialog",
    "hf.co/bartowski/Llama-3.2-3B-Instruct-GGUF:Q4_K_M",
    "gwk-small",
    "sk-lm-7b",
    "GenerateContentInputTokensPerModelPerMinute",
    "context_length_exceeded",
    "/v1/chat/completions",
)
KEYS = (
    "gwk_dev_4fQ9sLz0Ab_PVzyshJjaXuKJhmym81mgIXIWKhf3RHV_2ajG9y",
    "gwk_dev_4fQ9sLz0Ab",
    "sk-proj-x7_QmZt-Lw2c_Vb9s-Dk",
    "sk-ant-api03-Aq_zXw-Ed_Cr-fVt",
    "AIzaSyA-abcdefgh_ijklmnop-qrstuvwxyzab",
    "xai-9aKf0sJ2lQm7VtYcPz4e",
    "0f9a3b6c77d5e1f2a4b8c9d0e6f71a2b",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_said(name: str) -> None:
    assert shown(name, "this") == f"'{name}'"


@pytest.mark.parametrize("text", [*KEYS, *(f"/v1/models/{key}" for key in KEYS), *PEOPLE.values()])
def test_a_key_or_somebodys_number_is_not(text: str) -> None:
    assert shown(text, "this") == "this"
    assert code_on_record(text, 400) == "upstream_400"
    for error in (model_without_price("openai", text), calls_without_price("openai", text, ("search",))):
        assert text not in str(error)


def test_neither_is_a_price_asked_for_in_its_name() -> None:
    assert "'openai/gpt-5-mini'" in str(model_without_price("openai", "gpt-5-mini"))
    assert "model: …," in str(model_without_price("openai", EMAIL))
    assert plain("openai/gpt-5-mini")
