"""Understand: bytes to a request, strictly. 400 and 413 in the client's dialect."""

from __future__ import annotations

import asyncio

from gateway.core.tree import parse_object
from gateway.dialects.openai_responses import misplaced
from gateway.errors import EncodingNotSupported
from gateway.exchange import Exchange
from gateway.stages.govern import Govern
from gateway.stages.stage import Stage

LARGE_BODY_BYTES = 256 * 1024
"""Beyond this a body is parsed in a thread, so that no other request waits for it."""


class Understand(Stage):
    """Sets `body`, `tree`, `reader`, `envelope`, `edits` and `strict`."""

    after = (Govern,)  # nothing of a stranger is read

    def __init__(self, max_body_bytes: int) -> None:
        self._max_body_bytes = max_body_bytes

    async def enter(self, exchange: Exchange) -> None:
        inbound = exchange.inbound
        if inbound.headers.get("content-encoding", "identity") != "identity":
            raise EncodingNotSupported("Send the body without Content-Encoding.")
        body = await inbound.read_body(self._max_body_bytes)
        tree = parse_object(body) if len(body) <= LARGE_BODY_BYTES else await asyncio.to_thread(parse_object, body)
        reader = misplaced.reader(exchange.codec, tree)
        envelope = reader.envelope(tree, inbound.path_model, inbound.path_stream)
        exchange.body = body
        exchange.tree = tree
        exchange.reader = reader
        exchange.envelope = envelope
        exchange.edits = [] if reader is exchange.codec else misplaced.wishes_of_the_path(tree)
        exchange.strict = inbound.headers.get("x-gateway-strict") == "1"
        exchange.record.model_asked = envelope.model
        exchange.record.stream = envelope.stream
