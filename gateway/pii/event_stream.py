"""An answer's events with values in place of tokens, for clients whose dialect is not the provider's.

Invariants
- What is held back goes out before its block closes (which is before its candidate finishes), or the answer fails.
- Signed reasoning stays as it is.
- Log probabilities of what was changed are left out, and that is told.
"""

from __future__ import annotations

from gateway.core.edits import edited
from gateway.core.events import (
    BlockClosed,
    BlockOpened,
    Cited,
    Delta,
    Ended,
    Event,
    Failed,
    LogprobsReported,
    OpaqueEvent,
)
from gateway.pii.channel import Channel, Channels
from gateway.pii.citations import Moves, annotation_edits
from gateway.pii.logprobs import LOST
from gateway.pii.strings import STAGE, restored_tree


class EventStream:
    """Events as the client is shown them; `reasoning`: whether thoughts may be changed."""

    def __init__(self, channels: Channels, *, reasoning: bool) -> None:
        self._channels = channels
        self._reasoning = reasoning
        self._open: dict[int, Channel] = {}
        self._moves: dict[int, Moves] = {}
        """Of texts that are over."""
        self._differs = False
        """Whether the client was shown anything else since the last log probabilities."""

    def feed(self, events: list[Event]) -> list[Event]:
        shown: list[Event] = []
        for event in events:
            match event:
                case Delta():
                    channel = self._open.get(event.block)
                    if channel is None:
                        shown.append(event)
                    else:
                        text = channel.feed(event.text)
                        self._differs = self._differs or text != event.text
                        if text:
                            shown.append(Delta(event.block, text))
                case BlockOpened():
                    shown.append(self._opened(event))
                case BlockClosed():
                    self._close(event.block, shown)
                    shown.append(event)
                case Cited():
                    shown.append(self._cited(event))
                case LogprobsReported() if self._differs or any(channel.holds for channel in self._open.values()):
                    self._differs = False
                    self._channels.lost.add(LOST)
                case OpaqueEvent():
                    shown.append(OpaqueEvent(event.dialect, restored_tree(event.value, self._channels), event.within))
                case Ended() | Failed():
                    for block in list(self._open):
                        self._close(block, shown)
                    shown.append(event)
                case _:
                    shown.append(event)
        return shown

    def _opened(self, event: BlockOpened) -> BlockOpened:
        if event.kind in ("text", "refusal", "tool_call") or (event.kind == "reasoning" and self._reasoning):
            self._open[event.block] = self._channels.open(json=event.kind == "tool_call" and not event.custom)
        if event.kind == "opaque":
            dialect, value = event.opaque
            return BlockOpened(event.block, "opaque", opaque=(dialect, restored_tree(value, self._channels)))
        return event

    def _cited(self, event: Cited) -> Cited:
        """With the places moved that were counted before values took their tokens' places."""
        citation = restored_tree(event.citation, self._channels)
        open_ = self._open.get(event.block)
        moves = self._moves.get(event.block, ()) if open_ is None else open_.moves
        edits = list(annotation_edits(citation, (), STAGE, moves)) if moves else []
        return Cited(event.block, event.dialect, edited(citation, edits) if edits else citation)

    def _close(self, block: int, shown: list[Event]) -> None:
        channel = self._open.pop(block, None)
        if channel is None:
            return
        if rest := channel.close():
            self._differs = True
            shown.append(Delta(block, rest))
        if channel.moves:
            self._moves[block] = channel.moves
