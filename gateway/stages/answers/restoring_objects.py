"""Tokens in what providers keep for us: written down when an object is made, restored there and when it is fetched.

Invariants
- What cannot be written down is answered all the same: its tokens stay tokens then, and nothing has leaked.
- A file with a batch's results is restored from the batch's map, and a batch's is that of the files it was made of.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Final

import msgspec

from gateway.core.events import Frame, Started
from gateway.core.objects import ObjectCall
from gateway.core.ports import Clock
from gateway.core.privacy_rules import RuleSet
from gateway.core.redacted import Redacted
from gateway.core.token_maps import TokenMaps, TokenValues, merged
from gateway.core.tree import LARGE_BODY_BYTES
from gateway.dialects.objects import id_of
from gateway.dialects.references import stored_state
from gateway.errors import GatewayError, Overloaded
from gateway.exchange import Batch, Exchange, Flow
from gateway.pii.channel import Channels
from gateway.pii.frames import whole_body
from gateway.pii.looked_for import Tokens
from gateway.pii.tokens import Issued

DAY: Final = 86_400.0
RETENTION: Final = 31 * DAY
"""What providers keep: stored answers and batches for 30 days."""

LONG_RETENTION: Final = 400 * DAY
"""Conversations and files, which they keep until they are deleted."""

_SHOWN: Final = frozenset({"get", "content", "input_items", "cancel"})

_decode = msgspec.json.Decoder().decode


def states_of(exchange: Exchange) -> list[str]:
    """The ids of the provider's states that a conversation goes on from."""
    if exchange.inbound.call is not None or exchange.reader.dialect != "openai_responses":
        return []
    return [reference.id for reference in stored_state(exchange.tree)]


async def keep_answer(exchange: Exchange, redacted: Redacted, maps: TokenMaps, clock: Clock, batch: Batch) -> None:
    """Write down what the tokens of a stored answer, and of its conversation, stand for; `batch` is its first."""
    if exchange.attempt.dialect != "openai_responses" or redacted.issued is None:
        return
    told = next((event.id for frame in batch for event in frame.events if isinstance(event, Started)), None)
    now, values, team = clock.now(), redacted.issued.values, exchange.team.name
    conversations = [ref.id for ref in stored_state(exchange.tree) if ref.kind == "conversation"]
    with contextlib.suppress(Overloaded):
        if told is not None and exchange.tree.get("store") is not False:
            await maps.keep(team, [told], values, now + RETENTION)
        await maps.keep(team, conversations, values, now + LONG_RETENTION)


class ObjectAnswer:
    """The answer to a call about objects, as the client is to see it."""

    def __init__(
        self, exchange: Exchange, flow: Flow, call: ObjectCall, rules: RuleSet, maps: TokenMaps, clock: Clock
    ) -> None:
        self._exchange = exchange
        self._flow = flow
        self._call = call
        self._rules = rules
        self._maps = maps
        self._clock = clock
        self._values: TokenValues | None = None

    def __aiter__(self) -> ObjectAnswer:
        return self

    async def __anext__(self) -> Batch:
        batch = await self._flow.__anext__()
        call, team = self._call, self._exchange.team.name
        if call.verb == "create":
            await self._keep(batch)
            if values := self._issued():
                return [_restored(frame, values, self._rules) for frame in batch]
        elif call.verb == "delete" and call.id is not None:
            with contextlib.suppress(Overloaded):
                await self._maps.forget(team, call.id)
        elif call.verb in _SHOWN:
            if self._values is None:
                self._values = await self._maps.find(team, self._named())
            if values := self._values:
                return [await _aside(frame, values, self._rules) for frame in batch]
        return batch

    async def aclose(self) -> None:
        await self._flow.aclose()

    def _named(self) -> Iterator[str]:
        for owned in self._exchange.owned_objects:
            yield owned.id
            if owned.parent is not None:
                yield owned.parent

    def _issued(self) -> TokenValues:
        redacted = self._exchange.redacted
        return redacted.issued.values if redacted is not None and redacted.issued is not None else {}

    async def _keep(self, batch: Batch) -> None:
        own = self._issued()
        team = self._exchange.team.name
        with contextlib.suppress(Overloaded, GatewayError, msgspec.DecodeError):
            values = merged(own, await self._maps.find(team, self._named()))
            if values and batch and batch[0].raw:
                made = id_of(self._exchange.inbound.dialect, _decode(batch[0].raw))
                time = LONG_RETENTION if self._call.kind in ("file", "conversation") else RETENTION
                await self._maps.keep(team, [made], values, self._clock.now() + time)


async def _aside(frame: Frame, values: TokenValues, rules: RuleSet) -> Frame:
    """As `_restored`; in a thread where the body is long, so that no other request waits for it."""
    if frame.raw is None or len(frame.raw) <= LARGE_BODY_BYTES:
        return _restored(frame, values, rules)
    return await asyncio.to_thread(_restored, frame, values, rules)


def _restored(frame: Frame, values: TokenValues, rules: RuleSet) -> Frame:
    """A body or lines of JSON with values in them."""
    if frame.raw is None:
        return frame
    issued = Issued(b"")
    issued.adopt(values)
    channels = Channels(Tokens(issued), rules.restore_in_urls, None)
    raw = frame.raw.removesuffix(b"\n")
    body = whole_body(raw, channels)
    if body is raw:  # unchanged, or no JSON but lines of it
        body = b"\n".join(whole_body(line, channels) if line else line for line in raw.split(b"\n"))
    return Frame(frame.events, body + frame.raw[len(raw) :])  # with the line's end: others may follow
