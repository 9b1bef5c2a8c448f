"""The fast path of a piece of text, from a provider's socket to the client's, with nobody woken.

Nearly all of a stream is pieces of text, one or a few a read, that nobody changes. In the pipeline each read wakes the
request's task, which walks down a dozen awaits and up again: more than everything that is done with a piece. So while
the pipeline waits for the next read, what arrives is offered to a chain of plain calls first: the answer knows a piece
by its pattern, each watcher keeps what it keeps of it, and the reply writes it. Nobody notes it (`Stage.note`).

Invariants
- Only while the pipeline waits, so nothing is overtaken; what is not taken goes through the pipeline.
- Only pieces of text that are known by their pattern: an answer's beginning and end, and whatever a stage might have to
  wait for, go through the pipeline.
- A watcher that has no `hand_to` has no fast path, and nobody around it has. One that changes pieces hands on others in
  their place: it asks before whether anybody takes them, so that none is changed twice.
- What goes wrong on it is raised where the pipeline waits.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import msgspec

from gateway.exchange import Batch, Flow


class Way(msgspec.Struct, frozen=True):
    """The rest of the fast path, from a watcher to the client.

    `take`: takes the pieces of one read, a frame each, without waiting; False: somebody on the way has to wait for
    something, and nobody has done anything with them. `is_open`: whether it would take any at the moment, for those who
    have to know before.
    """

    is_open: Callable[[], bool]
    take: Callable[[Batch], bool]


def hand_to(flow: AsyncIterator[Batch] | Flow, way: Way) -> None:
    """From now on, what the flow can hand on while its reader waits goes that way; the rest is read as ever."""
    short = getattr(flow, "hand_to", None)
    if short is not None:
        short(way)
