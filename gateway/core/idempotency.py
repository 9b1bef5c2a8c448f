"""One request, however often it is sent: the client's key for it, and what is said where the key is misused."""

from __future__ import annotations

import re
from typing import Final

from gateway.errors import BadParameter, GatewayError

HEADER: Final = "idempotency-key"

REPLAY_SECONDS: Final = 24 * 3600.0
"""How long an answer is given again. No policy changes it: clients of all teams may rely on it."""

_KEY: Final = re.compile(r"[ -~]{1,255}")


class IdempotencyConflict(GatewayError):
    """The key was used for another request."""

    status = 409
    code = "idempotency_conflict"
    kind = "invalid_request"


def checked_key(sent: str) -> str:
    """The key itself; raises BadParameter."""
    if _KEY.fullmatch(sent) is None:
        raise BadParameter("Idempotency-Key must be 1 to 255 printable ASCII characters.", param="Idempotency-Key")
    return sent
