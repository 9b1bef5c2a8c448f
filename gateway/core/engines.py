"""How busy a local inference server is, by its own word."""

from __future__ import annotations

import msgspec


class EngineLoad(msgspec.Struct, frozen=True):
    """`running` and `waiting` in requests; `cache_used` from 0 to 1, None where the engine does not tell."""

    running: int = 0
    waiting: int = 0
    cache_used: float | None = None
