"""A team's salt for the prefix cache of engines that take one.

Promise: no team learns by the speed of an answer what another team has asked a shared server, and the server learns no
team's name. Source: vLLM's `cache_salt`, a field of its own beside OpenAI's.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from gateway.core.edits import Edit
from gateway.core.engines import Engine
from gateway.core.messages import Dialect
from gateway.core.policy import ProviderPolicy

FIELDS: Final[Mapping[tuple[Engine, Dialect], str]] = {("vllm", "openai_chat"): "cache_salt"}
OPERATIONS: Final = frozenset({"chat", "completions"})


class CacheSalts:
    """`key`: 32 bytes of its own."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._known: dict[str, str] = {}

    def edits(self, provider: ProviderPolicy, dialect: Dialect, operation: str, team: str) -> tuple[Edit, ...]:
        """What is to be added to a request for this provider: the salt, or nothing."""
        if provider.engine is None or operation not in OPERATIONS:
            return ()
        field = FIELDS.get((provider.engine, dialect))
        return () if field is None else (Edit((field,), self._of(team), "call"),)

    def _of(self, team: str) -> str:
        salt = self._known.get(team)
        if salt is None:
            salt = self._known[team] = hmac.digest(self._key, team.encode(), sha256)[:16].hex()
        return salt
