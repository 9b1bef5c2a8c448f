"""What is said to Redis, and what becomes of it: for those who ask, whether or not there is a Redis in this process.

The client library is imported where a connection is made (`connections`), so that who has no Redis does without it.
"""

from __future__ import annotations

from hashlib import sha1
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from gateway.storage.channels import Channels
    from gateway.storage.redis import Redis

Argument = bytes | str | int | float

DEFECT: Final = "ERR"
"""Of a script: it failed by itself, and asking again does not mend that."""


class RedisDown(Exception):
    """No reply: not connected, too slow, or the connection broke meanwhile. Unless it was `sent`, nothing was done."""

    def __init__(self, why: str, *, sent: bool = True) -> None:
        super().__init__(why)
        self.sent = sent


class RedisRefused(Exception):
    """Redis answered with an error; its text is not kept, since it may quote values. `kind` is its first word."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind
        self.sent = kind == DEFECT  # all other errors come before a script has changed anything


class Script:
    """A Lua script, known to Redis by its hash. Made once, at import."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.sha = sha1(source.encode(), usedforsecurity=False).hexdigest()

    def __repr__(self) -> str:
        return f"<Script {self.sha}>"


def connections(url: str | None) -> tuple[Redis | None, Channels | None]:
    """One for commands and one for what is published, both or neither, to be started. Raises ConfigurationError."""
    if url is None:
        return None, None
    from gateway.storage.channels import Channels  # noqa: PLC0415 - 7 MB of a library that nobody else needs
    from gateway.storage.redis import Redis  # noqa: PLC0415

    return Redis(url), Channels(url)
