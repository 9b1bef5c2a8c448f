"""Tokens of a text, where the provider does not tell.

Promise: any text is counted, offline, in at most about a tenth of a second, and the event loop never waits for it.

Invariants
- Text of up to `EXACT_CHARACTERS` is counted exactly, but for one token or so at each cut between slices.
- Longer text is counted by slices spread evenly over it, and the sum scaled: an estimate of an estimate, since only
  the provider knows its tokeniser.
- The tokeniser sees slices only: a million equal letters, or text without spaces, costs no more than other text.
- Never more tokens than bytes of UTF-8. Nothing in a text is special, and no text raises.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from gateway.tokens.encodings import encoding, encoding_name

SLICE_CHARACTERS: Final = 4096
EXACT_CHARACTERS: Final = 48 * SLICE_CHARACTERS
INLINE_CHARACTERS: Final = 2048
"""What is counted on the event loop: under a millisecond."""


def count_tokens(text: str, model: str) -> int:
    """Tokens of `text` by the tokeniser nearest to `model`. Pure computing, up to a tenth of a second."""
    if not text:
        return 0
    encode = encoding(encoding_name(model)).encode_ordinary
    starts = range(0, len(text), SLICE_CHARACTERS)
    if len(text) <= EXACT_CHARACTERS:
        return sum(len(encode(text[start : start + SLICE_CHARACTERS])) for start in starts)
    sampled = EXACT_CHARACTERS // SLICE_CHARACTERS
    tokens = characters = 0
    for number in range(sampled):
        start = starts[number * len(starts) // sampled]
        part = text[start : start + SLICE_CHARACTERS]
        tokens += len(encode(part))
        characters += len(part)
    return min(-(-tokens * len(text) // characters), len(text.encode(errors="surrogatepass")))


class LocalTokenCounter:
    """`core.ports.TokenCounter` on one thread of its own; tiktoken lets go of the interpreter while it works."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="tokens")
        self._ready: set[str] = set()

    async def warm(self) -> None:
        """Make the tokeniser of most models. That holds the interpreter for a third of a second: before serving."""
        await self.count(" ", "")

    async def count(self, text: str, model: str) -> int:
        """Tokens of `text`: at once where it is short, else by the thread, one text after the other."""
        name = encoding_name(model)
        if len(text) <= INLINE_CHARACTERS and name in self._ready:
            return count_tokens(text, model)
        tokens = await asyncio.get_running_loop().run_in_executor(self._thread, count_tokens, text, model)
        if text:
            self._ready.add(name)
        return tokens

    def close(self) -> None:
        """Stop the thread; counts that wait for it are cancelled."""
        self._thread.shutdown(wait=False, cancel_futures=True)
