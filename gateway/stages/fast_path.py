"""The fast path of a piece of text, from a provider's socket to the client's, with nobody woken.

Nearly all of a stream is pieces of text, one a read, that nobody changes. In the pipeline each of them wakes the
request's task, which walks down a dozen awaits and up again: more than everything that is done with the piece. So while
the pipeline waits for the next read, what arrives is offered to a chain of plain calls first: the answer knows a piece
by its pattern, each watcher keeps what it keeps of it, and the reply counts and writes it.

Invariants
- Only while the pipeline waits, so nothing is overtaken; what is not taken goes through the pipeline.
- Only pieces of text that are known by their pattern: an answer's beginning and end, and whatever a stage might have to
  wait for, go through the pipeline.
- A watcher that has no `hand_to` has no fast path, and nobody around it has.
- What goes wrong on it is raised where the pipeline waits.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

from gateway.exchange import Batch, Flow

Take = Callable[[Batch], bool]
"""Takes a batch, now and without waiting; False: it cannot, and has done nothing with it."""


def hand_to(flow: AsyncIterator[Batch] | Flow, take: Take) -> None:
    """From now on, what the flow can hand on while its reader waits goes to `take`; the rest is read as ever."""
    short = getattr(flow, "hand_to", None)
    if short is not None:
        short(take)


def also_keep(keep: Callable[[Batch], object], take: Take) -> Take:
    """For a watcher: `keep` is told of what was taken."""

    def take_and_keep(batch: Batch) -> bool:
        if not take(batch):
            return False
        keep(batch)
        return True

    return take_and_keep
