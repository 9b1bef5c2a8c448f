"""What a stage is. See `gateway.pipeline` for when each verb is called."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import ClassVar

from gateway.exchange import Batch, Exchange, Flow


class Stage:
    """Verbs that do nothing; a stage overrides those that it has."""

    after: ClassVar[tuple[type[Stage], ...]] = ()
    """Stages that must stand above this one, each for a reason given where it is declared."""

    answers: ClassVar[bool] = False
    """Whether `enter` may set the answer; then the stages below are not entered."""

    def enter(self, exchange: Exchange) -> Awaitable[None] | None:
        """On the way in. Gives something to await where there is something to wait for; an async method does."""

    def watch(self, exchange: Exchange, flow: Flow) -> Flow:
        """Around the answer."""
        raise NotImplementedError

    def note(self, exchange: Exchange, batch: Batch) -> None:
        """What goes to the client, batch by batch, but for pieces of text on the fast path. Synchronous, and changes
        nothing.
        """
        raise NotImplementedError

    def settle(self, exchange: Exchange) -> None:
        """At the end, always."""


def has(stage: Stage | type[Stage], verb: str) -> bool:
    """Whether the stage has a verb of its own: what does nothing need not be called."""
    own = getattr(stage, verb)
    return getattr(own, "__func__", own) is not getattr(Stage, verb)


async def enter_stage(stage: Stage, exchange: Exchange) -> None:
    """Return when the stage is entered."""
    waiting = stage.enter(exchange)
    if waiting is not None:
        await waiting
