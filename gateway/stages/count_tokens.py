"""CountTokens: tokens counted by ourselves, where the provider that would answer has no free count of its own.

The count is that of the text alone, by the tokeniser nearest to the model, and marked as an estimate.
"""

from __future__ import annotations

from collections.abc import Awaitable

from gateway.core.events import Ended, Frame, Produced
from gateway.core.operations import TokenCount
from gateway.core.ports import TokenCounter
from gateway.exchange import Exchange
from gateway.stages.account import prompt_text
from gateway.stages.answers.flows import WholeAnswer
from gateway.stages.choose import Choose
from gateway.stages.stage import Stage


class CountTokens(Stage):
    """Sets `answer`, `streamed` and `native` where the first attempt says `estimated`."""

    after = (Choose,)  # the model that would answer is counted for
    answers = True

    def __init__(self, counter: TokenCounter) -> None:
        self._counter = counter

    def enter(self, exchange: Exchange) -> Awaitable[None] | None:
        if not exchange.inbound.operation.estimated or not exchange.attempts[0].estimated:
            return None
        return self._count(exchange)

    async def _count(self, exchange: Exchange) -> None:
        attempt = exchange.attempts[0]
        record = exchange.record
        record.provider, record.model, record.region = attempt.target.provider, attempt.target.model, attempt.region
        _ = exchange.request  # a request that is none must be refused, and not be counted as empty
        text = prompt_text(exchange).decode("utf-8", "replace")
        tokens = await self._counter.count(text, attempt.target.model)
        exchange.streamed = False
        exchange.native = False
        exchange.answer = WholeAnswer(Frame([Produced(TokenCount(tokens, estimated=True)), Ended()]))
