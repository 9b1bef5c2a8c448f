"""Every SDK, of two generations and of JavaScript, against every kind of provider: each cell is carried, or honestly
approximated or refused.
"""

from __future__ import annotations

import pytest

from tests.sdk.asked import Asked
from tests.sdk.cells import CELLS, Saw, told
from tests.sdk.judging import judge
from tests.sdk.sdks import SDKS
from tests.support.each_case import each_case

pytestmark = [pytest.mark.sdk, pytest.mark.timeout(600)]


@pytest.mark.parametrize("sdk", SDKS)
@each_case("asked,case", CELLS, told)
def test_an_sdk(saw: Saw, sdk: str, asked: Asked, case: str) -> None:
    judge(asked, case, saw(sdk)[f"{asked.provider}: {case}"], SDKS[sdk].fails)


@pytest.mark.parametrize("sdk", ["openai-3", "openai-2", "openai-npm"])
def test_usage_in_a_stream_only_for_those_who_ask(saw: Saw, sdk: str) -> None:
    seen = saw(sdk)
    for provider in ("openai", "claude", "gemini", "mistral", "grok", "sim"):
        assert seen[f"{provider}: stream"].get("input_tokens") is None
