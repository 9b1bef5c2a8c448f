"""A stream, written in the client's dialect, and what that has no place for.

The header `x-gateway-dropped` tells a loss that shows before the answer begins. What shows later stands in a comment of
the stream, where the dialect's SDKs skip comments; in the usage row, the log and the audit in any case.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gateway.core.events import Event, Frame, Produced, shown_events
from gateway.core.operations import EmbeddingsAnswer
from gateway.dialects.answer_losses import MAY_BE_LEFT_OUT, also_declared, answer_losses
from gateway.dialects.codec import StreamEncoder
from gateway.dialects.losses import Loss, declared
from gateway.dialects.openai_chat.embeddings import is_packed_as_asked
from gateway.dialects.unwanted_thoughts import UnwantedThoughts, wants_no_thoughts
from gateway.exchange import Batch, Exchange


def translated(encoder: StreamEncoder, exchange: Exchange, begun: Callable[[], bool]) -> Callable[[Batch], bytes]:
    """The bytes of each batch; `begun`: whether the headers are gone."""
    dialect = exchange.inbound.dialect
    thoughts = unwanted_thoughts(exchange)

    def loss_comment(losses: Sequence[Loss]) -> bytes:
        known = exchange.record.dropped
        declare_losses(exchange, losses)
        if exchange.record.dropped == known or not begun() or not encoder.heartbeat():
            return b""
        return b": x-gateway-dropped: " + (declared(losses) or "").encode() + b"\n\n"

    def shown(frame: Frame) -> bytes:
        events = shown_events(frame)
        if thoughts is not None:
            events = thoughts.without(events)
        data = encoder.feed(events)
        if thoughts is not None:
            data += loss_comment(thoughts.losses)
        for event in events:
            if type(event) in MAY_BE_LEFT_OUT and (losses := answer_losses((event,), dialect)):
                data += loss_comment(losses)
        return data

    def render(batch: Batch) -> bytes:
        return shown(batch[0]) if len(batch) == 1 else b"".join([shown(frame) for frame in batch])

    return render


def unwanted_thoughts(exchange: Exchange) -> UnwantedThoughts | None:
    """None where the client may see them."""
    return UnwantedThoughts() if wants_no_thoughts(exchange.inbound.dialect, exchange.tree) else None


def declare_losses(exchange: Exchange, losses: Sequence[Loss]) -> None:
    """In the record, of which the headers are made, so far as they have not gone out yet."""
    if losses:
        exchange.record.dropped = also_declared(exchange.record.dropped, losses)


def is_as_asked(events: Sequence[Event], exchange: Exchange) -> bool:
    """Whether an answer in the client's own dialect is in the form that it asked for."""
    made = [event.result for event in events if type(event) is Produced]
    return all(not isinstance(one, EmbeddingsAnswer) or is_packed_as_asked(one, exchange.tree) for one in made)
