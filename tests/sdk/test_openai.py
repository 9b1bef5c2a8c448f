"""Chat Completions by OpenAI's SDKs of two generations and of JavaScript, against every kind of provider."""

import pytest

from tests.sdk.cells import CELLS, check

pytestmark = [pytest.mark.sdk, pytest.mark.timeout(600)]


@pytest.mark.parametrize(("asked", "case"), CELLS)
@pytest.mark.parametrize("sdk", ["openai-3", "openai-2", "openai-npm"])
def test_cell(saw, sdk, asked, case):
    check(saw, sdk, asked, case)


@pytest.mark.parametrize("sdk", ["openai-3", "openai-2", "openai-npm"])
def test_usage_in_a_stream_only_for_those_who_ask(saw, sdk):
    seen = saw(sdk)
    for provider in ("openai", "claude", "gemini", "mistral", "grok", "sim"):
        assert seen[f"{provider}: stream"].get("input_tokens") is None
