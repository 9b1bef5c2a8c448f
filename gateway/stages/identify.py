"""Identify: who asks. 401 where nobody whom we know does, 403 where a key is used from where it may not be."""

from __future__ import annotations

from gateway.core.networks import lies_in
from gateway.core.ports import KeyDirectory
from gateway.errors import AddressNotPermitted, KeyInQuery, NotAuthenticated
from gateway.exchange import Exchange
from gateway.stages.observe import Observe
from gateway.stages.stage import Stage


class Identify(Stage):
    """Sets `exchange.principal`."""

    after = (Observe,)  # a refused stranger is seen, too

    def __init__(self, keys: KeyDirectory) -> None:
        self._keys = keys

    async def enter(self, exchange: Exchange) -> None:
        inbound = exchange.inbound
        if inbound.key_in_query:
            raise KeyInQuery(
                "The key stands in the URL, where logs keep it. Send it in a header "
                "(Authorization: Bearer, x-api-key or x-goog-api-key) and have this one revoked."
            )
        if inbound.presented_key is None:
            raise NotAuthenticated(
                "No API key. Send the gateway's key as Authorization: Bearer, x-api-key or x-goog-api-key."
            )
        principal = await self._keys.find(inbound.presented_key)
        exchange.principal = principal
        record = exchange.record
        record.key_id, record.team, record.user = principal.key_id, principal.team, principal.user
        if principal.networks is not None and not lies_in(inbound.client, principal.networks):
            raise AddressNotPermitted(
                f"The API key {principal.key_id} may not be used from this address. Ask the gateway's administrators."
            )
