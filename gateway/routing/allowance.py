"""What a provider's answer says of the requests and tokens that are left to us.

Invariant: only a plain nought makes us wait; a header that cannot be read is none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

REMAINING: Final = (
    ("x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"),
    ("x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"),
    ("anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset"),
    ("anthropic-ratelimit-tokens-remaining", "anthropic-ratelimit-tokens-reset"),
    ("x-ratelimit-remaining-req-minute", ""),
    ("x-ratelimit-remaining-tokens-minute", ""),
)
"""(what is left, when there is more): OpenAI's and xAI's, Anthropic's, Mistral's, whose window is a minute."""

UNSAID: Final = 5.0
"""Seconds, where nothing says when there is more."""

_SPAN: Final = re.compile(r"(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+)ms)?")


def exhausted_for(headers: Mapping[str, str], now: Callable[[], float]) -> float:
    """Seconds until there is something left again; 0 where something is."""
    if "0" not in headers.values():
        return 0.0
    waits = [_until(headers.get(reset, ""), now) for left, reset in REMAINING if headers.get(left) == "0"]
    return max(waits, default=0.0)


def _until(reset: str, now: Callable[[], float]) -> float:
    """From `6m0s`, `12ms` or a moment as RFC 3339 writes it."""
    if reset and (found := _SPAN.fullmatch(reset)) is not None:
        hours, minutes, seconds, milliseconds = (float(part or 0) for part in found.groups())
        return hours * 3600 + minutes * 60 + seconds + milliseconds / 1000
    try:
        return max(0.0, datetime.fromisoformat(reset).timestamp() - now())
    except ValueError:
        return UNSAID
