"""One request's whole life, as one object.

Each field is set once, by the one stage that its comment names. Reading what is not yet set raises AttributeError,
a programming error; setting twice is one too (`tests/laws` runs every exchange with that checked).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgspec

from gateway.core.edits import Edit
from gateway.core.events import Frame
from gateway.core.identity import Principal
from gateway.core.messages import Conversation, Dialect
from gateway.core.policy import Policy, TeamPolicy
from gateway.errors import GatewayError


class Inbound(msgspec.Struct, frozen=True, kw_only=True):
    """A request as the edge took it in. `headers` with lower-case names; `received` monotonic seconds."""

    request_id: str
    dialect: Dialect
    operation: str
    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    presented_key: str | None
    received: float
    path_model: str | None = None
    path_stream: bool = False

    def __repr__(self) -> str:
        return f"<Inbound {self.request_id} {self.operation}>"


Batch = list[Frame]
"""The frames of one read: watchers hand on batches, so that a burst costs one hop."""
