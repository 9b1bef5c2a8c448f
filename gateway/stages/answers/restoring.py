"""The way back: values put into an answer, whatever form it comes in.

Promise: the client reads its own values; everything beside the client reads tokens. Frames keep the events that the
provider told, and get beside them what the client is shown: the frame's bytes with its texts changed, where they are
relayed, else events.

Invariants
- A frame in which nothing changes keeps its very bytes.
- What is held back goes out before its text ends, whether by the provider's word, an error or a cut.
- Signed reasoning stays as it is.
- What an answer's tokens stand for is kept, sealed, before the client hears of an answer that the provider stores.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import cache, partial
from typing import Final

from gateway.core.events import Frame
from gateway.core.privacy import UNMISTAKABLE, Detector
from gateway.core.redacted import Redacted
from gateway.dialects.answer_losses import also_declared
from gateway.dialects.losses import Loss
from gateway.errors import GatewayError
from gateway.exchange import Batch, Exchange, Flow
from gateway.pii.answer_scan import Scan
from gateway.pii.channel import Channels, Documents
from gateway.pii.documents import documents_of
from gateway.pii.event_stream import EventStream
from gateway.pii.frames import WireStream, whole_body
from gateway.pii.looked_for import Tokens
from gateway.stages.answers.fast_path import Way, hand_to

_SIGNED_BY: Final = frozenset({"anthropic"})
"""Dialects whose reasoning is signed, text and all."""

Keep = Callable[[Batch], Awaitable[None]]


class Restoring:
    """A flow behind another one: batches as the client is to see them. `keep` is asked to before the first."""

    def __init__(
        self, exchange: Exchange, flow: Flow, redacted: Redacted, detector: Detector | None, keep: Keep | None
    ) -> None:
        self._exchange = exchange
        self._flow = flow
        self._keep = keep
        self._refused: GatewayError | None = None
        """By the scan, of pieces that were not taken: raised where they are read."""
        rules = redacted.rules
        scan = None
        if detector is not None:
            sought = frozenset(type_ for type_ in UNMISTAKABLE if rules.cloud.get(type_) != "allow")
            scan = Scan(detector, rules.answers, sought)
        tokens = Tokens(redacted.issued) if redacted.issued is not None else None
        self._channels = Channels(tokens, rules.restore_in_urls, scan)
        if exchange.inbound.dialect == "anthropic":
            self._channels.documents = cache(partial(_documents, exchange, redacted))
        self._wire: WireStream | None = None
        self._events: EventStream | None = None

    def __aiter__(self) -> Restoring:
        return self

    async def __anext__(self) -> Batch:
        batch = await self._flow.__anext__()
        if self._keep is not None:
            keep, self._keep = self._keep, None
            await keep(batch)
        if self._refused is not None:
            raise self._refused
        return self._shown(batch)

    def hand_to(self, way: Way) -> None:
        """See `stages.answers.fast_path`."""

        def take(batch: Batch) -> bool:
            if not way.is_open():
                return False
            try:
                shown = self._shown(batch)
            except GatewayError as error:  # by the scan; those before the piece it tells of would be changed twice
                self._refused = error
                return False
            return way.take(shown)

        hand_to(self._flow, Way(way.is_open, take))

    def _tell(self) -> None:
        record, lost = self._exchange.record, sorted(self._channels.lost)
        self._channels.lost.clear()
        why = "it was told of tokens that values took the place of"
        losses = [Loss(("answer", name), "unknown", "dropped", why) for name in lost]
        record.dropped = also_declared(record.dropped, losses)

    def _shown(self, batch: Batch) -> Batch:
        shown = self._restored(batch)
        if self._channels.lost:
            self._tell()
        return shown

    def _restored(self, batch: Batch) -> Batch:
        exchange = self._exchange
        if exchange.relays_frames:
            if self._wire is None:
                self._wire = WireStream(exchange.inbound.dialect, exchange.inbound.operation.name, self._channels)
            return [shown for frame in batch for shown in self._wire.feed(frame)]
        if exchange.relays_whole:
            return [_whole(frame, self._channels) for frame in batch]
        if self._events is None:
            attempt = getattr(exchange, "attempt", None)
            signed = attempt is not None and attempt.dialect in _SIGNED_BY
            self._events = EventStream(self._channels, reasoning=not signed)
        return [Frame(frame.events, frame.raw, self._events.feed(frame.events)) for frame in batch]

    async def aclose(self) -> None:
        await self._flow.aclose()
        counts = self._exchange.record.personal_data
        for name, count in (("restored", self._channels.restored), ("unknown", self._channels.unknown)):
            if count:
                counts[name] = count
        self._channels.restored = self._channels.unknown = 0


def _documents(exchange: Exchange, redacted: Redacted) -> Documents:
    attempt = getattr(exchange, "attempt", None)
    home = attempt is not None and exchange.is_sovereign(attempt)
    edits = redacted.to_sovereign if home else redacted.to_cloud
    return documents_of(exchange.tree, {edit.at: edit.value for edit in edits})


def _whole(frame: Frame, channels: Channels) -> Frame:
    if frame.raw is None:
        return frame
    return Frame(frame.events, whole_body(frame.raw, channels))
