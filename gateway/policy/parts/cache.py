"""Kept answers in the policy: the keys, and their value."""

from __future__ import annotations

from typing import Any, Final, get_args

from gateway.core.caching import CachePace, CachePolicy
from gateway.policy.shapes import Choice, Duration, Key, Table, Truth

LONGEST: Final = 30 * 86400.0

CACHE: Final = Table(
    {
        "enabled": Key(Truth(), "keep answers, and give them to equal requests of the same team", required=True),
        "ttl": Key(Duration(1.0, LONGEST), "how long an answer is kept; left out: 1h"),
        "pace": Key(Choice(get_args(CachePace)), "of a kept stream: `instant`, or `natural`, event by event"),
        "sampled": Key(Truth(), "also where a request asks for variety by a temperature above 0"),
    }
)


def build_cache(tree: dict[str, Any]) -> CachePolicy:
    return CachePolicy(**tree)
