"""What keeps a user, or a conversation, at one of an alias's targets.

Invariants
- Nothing is stored: the place is a digest of who asks, or of how the conversation began, so that replicas agree.
- Each alias has its own order, so that the same users are not every alias's canaries.
- Targets keep their order in the policy, so that a weight that grows moves only as many as it grows by.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

from gateway.core.messages import Conversation, Text
from gateway.core.routes import Sticky
from gateway.errors import GatewayError
from gateway.exchange import Exchange

BEGINNING: Final = 4096
"""Characters of a conversation that tell it."""


def sticky_mark(exchange: Exchange, alias: str, by: Sticky) -> float:
    """A number from 0 up to, not including, 1."""
    principal = exchange.principal
    who = principal.user or principal.key_id
    said = _beginning(exchange) if by == "conversation" else ""
    digest = blake2b(digest_size=8)
    for part in (alias, principal.team, who, said):
        digest.update(part.encode("utf-8", "surrogatepass") + b"\0")
    return int.from_bytes(digest.digest()) / 2**64


def _beginning(exchange: Exchange) -> str:
    """The texts up to the client's first: what every later turn repeats."""
    try:
        request = exchange.request
    except GatewayError:  # Call says what is wrong with it
        return ""
    if not isinstance(request, Conversation):
        return ""
    texts: list[str] = []
    for message in request.messages:
        texts += [part.text for part in message.parts if isinstance(part, Text)]
        if message.role == "user":
            break
    return "\0".join(texts)[:BEGINNING]
