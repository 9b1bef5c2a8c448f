"""Rate-limit headers as the providers write them."""

from __future__ import annotations

import pytest

from gateway.routing.allowance import UNSAID, exhausted_for

CASES = [
    ({}, 0.0),
    ({"x-ratelimit-remaining-requests": "17"}, 0.0),
    ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "12ms"}, 0.012),
    ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "6m0s"}, 360.0),
    ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "1.5s"}, 1.5),
    (
        {"anthropic-ratelimit-tokens-remaining": "0", "anthropic-ratelimit-tokens-reset": "1970-01-01T00:01:00Z"},
        50.0,
    ),
    ({"anthropic-ratelimit-requests-remaining": "0", "anthropic-ratelimit-requests-reset": "soon"}, UNSAID),
    ({"x-ratelimit-remaining-req-minute": "0"}, UNSAID),
    ({"x-ratelimit-remaining-requests": "-1", "x-ratelimit-reset-requests": "1s"}, 0.0),
]


@pytest.mark.parametrize(("headers", "seconds"), CASES)
def test_a_plain_nought_makes_us_wait_as_long_as_it_says(headers: dict[str, str], seconds: float) -> None:
    assert exhausted_for(headers, lambda: 10.0) == pytest.approx(seconds)
