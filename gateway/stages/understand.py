"""Understand: bytes to a request, strictly. 400 and 413 in the client's dialect."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Any

from gateway.background_work import run_yielding, yield_interpreter
from gateway.core.multipart import read_form
from gateway.core.objects import ObjectCall
from gateway.core.tree import LARGE_BODY_BYTES, parse_object
from gateway.dialects.codec import Envelope
from gateway.dialects.openai_responses import misplaced
from gateway.errors import BadParameter, EncodingNotSupported
from gateway.exchange import Exchange
from gateway.stages.calls.client_timeouts import check_ours
from gateway.stages.govern import Govern
from gateway.stages.stage import Stage

STRICT = "x-gateway-strict"
_MEANT = {"1": True, "true": True, "0": False, "false": False}


class Understand(Stage):
    """Sets `body`, `tree`, `reader`, `envelope`, `edits` and `strict`; `upload` for a file."""

    after = (Govern,)  # nothing of a stranger is read

    def __init__(self, max_body_bytes: int) -> None:
        self._max_body_bytes = max_body_bytes

    async def enter(self, exchange: Exchange) -> None:
        inbound = exchange.inbound
        if inbound.headers.get("content-encoding", "identity") != "identity":
            raise EncodingNotSupported("Send the body without Content-Encoding.")
        if inbound.call is not None:
            await self._understand_call(exchange, inbound.call)
            return
        body = await inbound.read_body(self._max_body_bytes)
        tree = await _tree(body)
        reader = misplaced.reader(exchange.codec, tree)
        envelope = reader.envelope(tree, inbound.path_model, inbound.path_stream)
        exchange.body = body
        exchange.tree = tree
        exchange.reader = reader
        exchange.envelope = envelope
        exchange.edits = [] if reader is exchange.codec else misplaced.wishes_of_the_path(tree)
        exchange.strict = _is_strict(inbound.headers)
        check_ours(inbound.headers)
        exchange.record.model_asked = envelope.model
        exchange.record.stream = envelope.stream

    async def _understand_call(self, exchange: Exchange, call: ObjectCall) -> None:
        """A call about objects: a body only where something is made of it, a form where it is a file."""
        inbound = exchange.inbound
        body = await inbound.read_body(self._max_body_bytes)
        tree: dict[str, Any] = {}
        if call.verb == "create" and call.kind == "file":
            form = inbound.headers.get("content-type", "")
            if len(body) <= LARGE_BODY_BYTES:
                exchange.upload = read_form(form, body)
            else:
                exchange.upload = await asyncio.to_thread(read_form, form, body)
            body = b""
        elif call.verb == "create":
            tree = await _tree(body)
        else:
            body = b""
        exchange.body = body
        exchange.tree = tree
        exchange.reader = exchange.codec
        exchange.envelope = Envelope(model="")
        exchange.edits = []
        exchange.strict = False


async def _tree(body: bytes) -> dict[str, Any]:
    if len(body) <= LARGE_BODY_BYTES:
        return parse_object(body)
    return await asyncio.to_thread(run_yielding, partial(parse_object, body, yield_interpreter))


def _is_strict(headers: Mapping[str, str]) -> bool:
    """What `x-gateway-strict` says; raises BadParameter rather than take a word that means yes for no."""
    told = headers.get(STRICT)
    if told is None:
        return False
    if told.lower() not in _MEANT:
        raise BadParameter(f"{STRICT} must be 1, or left out.", param=STRICT)
    return _MEANT[told.lower()]
