"""README's matrix is what the SDKs saw."""

import pytest

from tests.sdk.matrix import README, table, told

pytestmark = [pytest.mark.sdk, pytest.mark.timeout(600)]


def test_the_readme_tells_what_the_sdks_saw(saw):
    assert told(README.read_text()) == table(saw), "python -m tests.sdk.matrix writes it anew"
