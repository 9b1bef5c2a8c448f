from __future__ import annotations

import pytest
import redis

from tests.support.valkey import valkey, valkey_url  # noqa: F401  fixtures, also where no conftest loads them


@pytest.mark.valkey
def test_the_valkey_of_the_tests_answers(valkey_url: str) -> None:  # noqa: F811
    with redis.Redis.from_url(valkey_url) as client:
        assert client.set("name", "value")
        assert client.get("name") == b"value"
