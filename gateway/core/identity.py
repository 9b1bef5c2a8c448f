"""Who asks."""

from __future__ import annotations

import msgspec


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """The holder of a virtual key. `key_id` is the public part, safe to log."""

    key_id: str
    team: str
    name: str | None = None
    user: str | None = None
