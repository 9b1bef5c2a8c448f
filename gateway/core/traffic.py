"""Recorded requests, as far as a policy is concerned: who asked for what, how often, and of which size."""

from __future__ import annotations

import msgspec

from gateway.core.identity import Principal
from gateway.core.usage import Usage


class Traffic(msgspec.Struct, frozen=True, kw_only=True):
    """Requests that a policy cannot tell apart. `usage` is the mean of one."""

    principal: Principal
    model: str
    operation: str
    requests: int
    usage: Usage
