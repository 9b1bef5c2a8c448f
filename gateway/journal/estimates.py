"""Tokens and cost of a call whose provider told neither, or broke off before it did.

Invariants
- What the provider did tell is never lowered: the count only fills in, and the row then says `estimated`.
- What the provider keeps and read beside what was sent counts: by the usage of the answers that it is, else by what
  such requests are presumed to read, which is what is held for them.
- The prompt and the answer are let go of as soon as they are counted.
"""

from __future__ import annotations

import msgspec

from gateway.core.charging import charge, is_unpriced
from gateway.core.objects import EarlierAnswers, read_in_all
from gateway.core.ports import Estimate, PriceBook, TokenCounter, UsageRow


class Estimator:
    def __init__(self, counter: TokenCounter, prices: PriceBook, earlier: EarlierAnswers) -> None:
        self._counter = counter
        self._prices = prices
        self._earlier = earlier

    async def fill_in(self, row: UsageRow, estimate: Estimate) -> None:
        """Count the texts of `estimate` into `row`, and price it where a price is known."""
        model = row.model or row.model_asked or ""
        told = row.usage
        prompt = await self._counter.count(estimate.prompt.decode("utf-8", "replace"), model) if estimate.prompt else 0
        read = await read_in_all(self._earlier, estimate.named, estimate.presumed, prompt + estimate.framing)
        answer = await self._counter.count("".join(estimate.answer), model) if estimate.answer else 0
        row.usage = msgspec.structs.replace(
            told,
            input_tokens=max(told.input_tokens, read),
            output_tokens=max(told.output_tokens, answer),
            estimated=True,
        )
        charge(row, estimate.policy, self._prices)
        row.unpriced = is_unpriced(row, estimate.policy)
