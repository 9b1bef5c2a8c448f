"""What must be equal for one answer to serve two requests.

Promise: no answer crosses a team, a data class, a set of regions or operators, a policy or a target; within one team,
equal requests meet whether they stream or not.

The key is HMAC-SHA-256 over everything that decides the answer, with a key of its own (HKDF): who reads the store
cannot tell what was asked. The request enters as it leaves for the provider, so after personal data was replaced.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from gateway.core.keys import keyed_hash

HOW_IT_COMES: Final = frozenset({"stream", "stream_options"})
"""Fields that say how an answer is delivered, and nothing about it."""

_encode = msgspec.json.Encoder(order="deterministic").encode


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """Everything beside the request itself that an answer depends on, or that it must not cross."""

    team: str
    regions: frozenset[str] | None
    operators: frozenset[str] | None
    data_class: str | None
    policy: str
    operation: str
    strict: bool
    """Asked with `x-gateway-strict`: an answer to what lost something on its way is none to such a request."""
    dialect: str
    target: tuple[str, str, str]
    """Provider, model, dialect of the first attempt."""


def cache_key(secret: bytes, scope: Scope, tree: dict[str, Any]) -> bytes:
    """32 bytes; equal only for requests that may share an answer."""
    asked = tree
    if not HOW_IT_COMES.isdisjoint(tree):
        asked = {name: value for name, value in tree.items() if name not in HOW_IT_COMES}
    return keyed_hash(secret, _encode((scope, asked)))
