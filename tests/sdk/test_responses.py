"""Responses by OpenAI's SDKs of two generations and of JavaScript, against every kind of provider."""

import pytest

from tests.sdk.cells import CELLS, check

pytestmark = [pytest.mark.sdk, pytest.mark.timeout(600)]


@pytest.mark.parametrize(("asked", "case"), CELLS)
@pytest.mark.parametrize("sdk", ["responses-3", "responses-2", "responses-npm"])
def test_cell(saw, sdk, asked, case):
    check(saw, sdk, asked, case)
