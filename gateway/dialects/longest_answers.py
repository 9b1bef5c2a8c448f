"""How long an answer may become that nobody set a limit to, and that nobody will hear: what is presumed for it.

Promise: never less than its model can write, as far as its provider tells, or the policy does (`context` of a target);
of a model of which neither does, what the most talkative one can. Price lists do not know it.
"""

from __future__ import annotations

import re
from typing import Final

LONGEST: Final = 272_000
"""Tokens, of all models here."""
_LONGEST_OF: Final[tuple[tuple[re.Pattern[str], int], ...]] = tuple(
    (re.compile(pattern), tokens)
    for pattern, tokens in (
        (r"gpt-5-pro", 272_000),
        (r"gpt-[56]", 128_000),
        (r"o[134]|codex-mini", 100_000),
        (r"gpt-4\.1", 32_768),
        (r"(?:chat)?gpt-4o", 16_384),
    )
)
"""By how a model's name begins: OpenAI's, which answer in the background, as far as is published in November 2026. What
is shorter in a family (a mini, a chat's) counts as its longest: what is presumed too low is overspent.
"""


def longest_answer(model: str, context: int | None) -> int:
    """Tokens of output, hidden reasoning included. `context`: what the policy says that request and answer may have
    together; None: it does not.
    """
    name = model.removeprefix("ft:")
    known = next((tokens for pattern, tokens in _LONGEST_OF if pattern.match(name)), None)
    if known is None:
        return LONGEST if context is None else context
    return known if context is None else min(known, context)
