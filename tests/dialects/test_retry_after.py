"""How long a provider asks to wait, in every form that is met."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dialects.http_refusals import LONGEST_WAIT, retry_after


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after-ms": "1500", "retry-after": "7"}, 1.5),
        ({"retry-after-ms": "soon", "retry-after": "7"}, 7.0),
        ({"retry-after-ms": "120000"}, 60.0),
        ({"retry-after": "86400"}, 60.0),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Mon, 23 Nov 2026 20:00:20 GMT", "date": "Mon, 23 Nov 2026 20:00:00 GMT"}, 20.0),
        ({"retry-after": "Mon, 23 Nov 2026 20:00:20 -0000", "date": "Mon, 23 Nov 2026 20:00:00 GMT"}, 20.0),
        ({"retry-after": "Mon, 23 Nov 2026 20:00:20 GMT"}, None),
        ({"retry-after": "Mon, 23 Nov 2026 19:00:20 GMT", "date": "Mon, 23 Nov 2026 20:00:00 GMT"}, 0.0),
    ],
)
def test_how_long_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


@given(st.dictionaries(st.sampled_from(["retry-after", "retry-after-ms", "date"]), st.text(max_size=30)))
def test_nothing_raises_and_nobody_waits_longer(headers: dict[str, str]) -> None:
    wait = retry_after(headers)
    assert wait is None or 0 <= wait <= LONGEST_WAIT
