"""Who asks."""

from __future__ import annotations

import msgspec


class Principal(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The holder of a virtual key. `key_id` is the public part, safe to log.

    `models`: patterns as of a team, to which the key itself is confined; None: to nothing but its team's.
    `networks`: where it may be used from, in CIDR form; None: anywhere.
    """

    key_id: str
    team: str
    name: str | None = None
    user: str | None = None
    models: tuple[str, ...] | None = None
    networks: tuple[str, ...] | None = None
