"""Vercel's AI SDK, by each of its provider packages, against every kind of provider."""

import pytest

from tests.sdk.cells import CELLS, check

pytestmark = [pytest.mark.sdk, pytest.mark.timeout(600)]


@pytest.mark.parametrize(("asked", "case"), CELLS)
@pytest.mark.parametrize(
    "sdk", ["ai-compatible", "ai-openai", "ai-responses", "ai-anthropic", "ai-google", "ai-mistral"]
)
def test_cell(saw, sdk, asked, case):
    check(saw, sdk, asked, case)
