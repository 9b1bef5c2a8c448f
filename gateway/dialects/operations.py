"""What can be asked for, and which codecs serve it: the one table, explicit.

Chat is an operation like the others. An operation that is not here is not served: there is no generic relay.
"""

from __future__ import annotations

from typing import Final

from gateway.core.operations import Route
from gateway.dialects.codec import Operation
from gateway.dialects.registry import CLIENT_CODECS, LOCAL_PROVIDER_CODECS, PROVIDER_CODECS
from gateway.dialects.whole import ListClient

_LISTS: Final = {dialect: ListClient(codec) for dialect, codec in CLIENT_CODECS.items()}

OPERATIONS: Final[dict[Route, Operation]] = {
    "chat": Operation(
        name="chat",
        path="chat",
        clients=CLIENT_CODECS,
        providers=PROVIDER_CODECS,
        local_providers=LOCAL_PROVIDER_CODECS,
    ),
    "list_models": Operation(name="list_models", path="list_models", clients=_LISTS, free=True),
    "get_model": Operation(name="get_model", path="get_model", clients=_LISTS, free=True),
}
